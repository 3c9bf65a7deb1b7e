"""The web application, for granian and any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory_site.settings.dev")

django_application = get_wsgi_application()

from inventory_site.core.middleware.bodies import WholeBody  # noqa: E402  # needs the settings

application = WholeBody(django_application)
