# Patchbay in one image; web, worker and beat are the same image with another command (compose.yaml).

FROM python:3.11.10-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/ /src/requirements/
RUN /opt/venv/bin/pip install -r /src/requirements/prod.txt

FROM python:3.11.10-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmagic1 poppler-utils fonts-droid-fallback \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin patchbay \
    && install -d -o patchbay -g patchbay /var/lib/patchbay /var/lib/patchbay/media \
       /var/lib/patchbay/backups
COPY --from=build /opt/venv /opt/venv
COPY --chown=root:root . /app
WORKDIR /app
USER patchbay
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATCHBAY_VAR=/var/lib/patchbay
RUN DJANGO_SETTINGS_MODULE=inventory_site.settings.dev python manage.py collectstatic --noinput
ENV DJANGO_SETTINGS_MODULE=inventory_site.settings.prod
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "deploy/healthcheck.py"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "36", "--no-access-log", "inventory_site.wsgi:application"]
