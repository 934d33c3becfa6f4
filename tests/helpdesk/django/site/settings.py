"""The Django project around a real django-helpdesk, for tests on this machine.

Everything that differs from one desk to the next comes from the environment, which
`tests/helpdesk/django/process.py` sets. The webhooks' addresses are not here: helpdesk
itself reads HELPDESK_NEW_TICKET_WEBHOOK_URLS and HELPDESK_FOLLOWUP_WEBHOOK_URLS from
the environment, at every request.
"""

import os
from pathlib import Path

# The process refuses to start without these; nothing is written anywhere else.
DATABASE = Path(os.environ["DESK_DATABASE"])
OUTBOX = Path(os.environ["DESK_OUTBOX"])

SECRET_KEY = "only for a desk that a test throws away"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
WSGI_APPLICATION = "wsgi.application"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
SITE_ID = 1
STATIC_URL = "/static/"
MEDIA_ROOT = DATABASE.parent / "attachments"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/tickets/"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATABASE,
        # The test reads while the desk writes; and nobody needs this after a crash.
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        },
    }
}
# Basic authentication hashes the password at every request. The real hash takes a
# third of a second, on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The first two are what Django REST framework does where a desk says nothing, in its
# order. helpdesk itself says nothing. Tokens are for desks that turn them on.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.BasicAuthentication",
        "rest_framework.authentication.TokenAuthentication",
    ]
}

EMAIL_BACKEND = "outbox.EmailBackend"
DEFAULT_FROM_EMAIL = "desk@school.example"

# Without the teams app, which is an extra.
HELPDESK_TEAMS_MODE_ENABLED = False
# Everything else is left as a desk has it when nobody has changed it, so that what the
# tests find is what a school would find. Both are the default, and are relied on.
HELPDESK_API_ENABLED = True
HELPDESK_SUBMIT_A_TICKET_PUBLIC = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # DEBUG is off, so errors would go by e-mail to nobody.
    "loggers": {"django": {"handlers": ["console"], "propagate": False}},
}
