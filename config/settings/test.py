"""pytest: real PostgreSQL and a real broker, started by tests/plugin.py unless the environment names some."""

import os

from .base import *  # noqa: F403
from .base import DATABASES, INSTALLED_APPS

DEBUG = False
SECRET_KEY = "key-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [*INSTALLED_APPS, "zeal", "django_migration_linter"]

# flush() of transactional tests needs TRUNCATE, which the ledgers refuse to everybody else.
DATABASES["default"]["OPTIONS"]["options"] += " -c lagerbok.allow_truncate=on"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False  # the tests of throttling turn it on; Client.login() has no request for it

# Workers of pytest-xdist share one broker, and must not run one another's tasks.
CELERY_TASK_DEFAULT_QUEUE = "lagerbok-test-" + os.environ.get("PYTEST_XDIST_WORKER", "main")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 10,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}

ADJUSTMENT_WORKERS = int(os.environ.get("ADJUSTMENT_WORKERS") or 1)  # tests of several say so

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
