"""What all ways of running share. Everything that differs per installation comes from the environment."""

import os
from datetime import timedelta
from http import HTTPStatus

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from config.environment import PROJECT_DIR, data_dir, database, flag, words

django_stubs_ext.monkeypatch()  # ModelAdmin[Item], ModelForm[Item]: the hints name Django's classes with their model

DATA_DIR = data_dir()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",  # so that templates/ may replace the templates of form fields
    "django_htmx",
    "django_filters",
    "django_tables2",
    "template_partials",
    "axes",
    "csp",
    "config.base",
    "inventory",
    "ledger",
    "costing",
    "reconciliation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.base.middleware.AddressMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.base.middleware.SignInMiddleware",
    "config.base.preferences.PreferenceMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.base.context_processors.page",
                "config.navigation.menu",
            ],
        },
    },
]

# Database and broker. Without DATABASE_URL the embedded servers put their address into the environment
# (config/embedded.py); the fallback only lets programs load the settings that never connect, such as mypy.
DATABASES = {
    "default": database(
        os.environ.get("DATABASE_URL") or f"postgresql:///lagerbok?host={DATA_DIR / 'run'}&user=lagerbok",
    ),
}
# What a connection runs for the third time, the server keeps prepared (config.base.statements). A pooler between them
# must know prepared statements (PgBouncer from 1.21).
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 2
# A server built with LLVM would compile our long statements anew each time: posting takes ten times as long
# (docs/performance.md). What the URL says comes last and wins.
DATABASES["default"]["OPTIONS"]["options"] = f"-c jit=off {DATABASES['default']['OPTIONS'].get('options', '')}".rstrip()
if flag("LAGERBOK_DATABASE_POOL"):
    # The web process alone sets this (config/wsgi.py): a worker's child would use its parent's sockets. A thread that
    # found no connection would wait for those that wait for a lock, and fail.
    _connections = max(8, int(os.environ.get("WEB_THREADS") or 0))
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": _connections, "timeout": 20}

CELERY_BROKER_URL = os.environ.get("REDIS_URL") or f"redis+socket://{DATA_DIR / 'run' / 'valkey.sock'}"
# A message that a dead worker held comes back after visibility_timeout; the sweep of jobs is quicker
# (config.base.jobs). The scan for such messages would by default run every 100 s only.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "lagerbok"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # only intervals: no file to keep, none to lose
CELERY_TIMEZONE = "UTC"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "base:home"
LOGOUT_REDIRECT_URL = "login"

# Log-in throttling: five wrong passwords for one name from one address close that pair for a while.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False

_SELF = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": _SELF,
        "script-src": _SELF,
        "style-src": _SELF,
        "img-src": _SELF,
        "font-src": _SELF,
        "connect-src": _SELF,
        "object-src": ["'none'"],
        "base-uri": _SELF,
        "form-action": _SELF,
        "frame-ancestors": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "lagerbok_session"
CSRF_COOKIE_NAME = "lagerbok_csrf"
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
METRICS_ALLOWED_IPS = words("METRICS_ALLOWED_IPS", default="127.0.0.1,::1")

# How many workers share a run of cost adjustment, the job that starts it included.
ADJUSTMENT_WORKERS = int(os.environ.get("ADJUSTMENT_WORKERS") or min(4, os.cpu_count() or 1))

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nb", _("Norwegian Bokmål")), ("da", _("Danish"))]
LOCALE_PATHS = [PROJECT_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PROJECT_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a document page with several hundred lines is one form

DJANGO_TABLES2_TEMPLATE = "partials/_table.html"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        # "Not ready" is an answer of /readyz, not an error; what failed is logged by config.health.
        "not_unready": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE,
        },
    },
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    "loggers": {"axes": {"level": "ERROR"}, "django.request": {"filters": ["not_unready"]}},
}
