"""Production: real servers, https, everything from the environment; a missing variable stops the start."""

import os

from django.core.exceptions import ImproperlyConfigured

from config.environment import flag, words

from .base import *  # noqa: F403
from .base import DATA_DIR


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment (see deploy/README.md).")
    return value


for _name in ("DATABASE_URL", "REDIS_URL"):
    _required(_name)
SECRET_KEY = _required("SECRET_KEY")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", default=_required("ALLOWED_HOSTS"))
DEBUG = flag("DEBUG")

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # probed on the host itself, without the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

STATIC_ROOT = DATA_DIR / "static"  # filled by `manage.py collectstatic`
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
