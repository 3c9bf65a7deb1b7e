"""The web application, for granian and any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory_site.settings.dev")

django_application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402  # these need the settings

from inventory_site.core.first_start import wait_until_prepared  # noqa: E402
from inventory_site.core.middleware.bodies import WholeBody  # noqa: E402

get_resolver().url_patterns  # noqa: B018  loads every page while `manage.py up` makes the tables
wait_until_prepared()
application = WholeBody(django_application)
