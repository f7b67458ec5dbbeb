"""The web process: `gunicorn config.wsgi`. It alone pools its database connections."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
os.environ.setdefault("LAGERBOK_DATABASE_POOL", "1")

application = get_wsgi_application()
