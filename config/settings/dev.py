"""manage.py and `make run`: the embedded servers, no https, static files straight from their folders."""

import os

from config.environment import flag, words

from .base import *  # noqa: F403

DEBUG = flag("DEBUG", default=True)
SECRET_KEY = os.environ.get("SECRET_KEY") or "insecure-key-for-development-only"
ALLOWED_HOSTS = words("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
