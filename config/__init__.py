"""The wiring of Lagerbok: settings, URLs, Celery, the embedded servers; config.base is what the apps share."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
