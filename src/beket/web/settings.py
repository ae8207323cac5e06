"""Django's settings for the desk, all of them from the environment that the wiring gives (BEKET_…)."""

from __future__ import annotations

import logging
import os
import secrets
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

HERE: Final = Path(__file__).resolve().parent
SEARCH_PATH: Final = "desk,board_10,beket"
"""Accounts and sessions first, then the read tables of this board version, then the log."""

POOL_CONNECTIONS_MAX: Final = 8
"""Pages are short and few; more connections than this would only queue inside PostgreSQL."""

STATEMENT_TIMEOUT_MS: Final = 15_000
"""No page may hold the engine longer than a person would wait for it."""


def _key() -> str:
    """The kept signing key; without a file, one for this process only (sessions live in the database anyway)."""
    path = os.environ.get("BEKET_SECRET_KEY_FILE")
    return Path(path).read_text(encoding="ascii").strip() if path else secrets.token_urlsafe(48)


def _database() -> dict[str, Any]:
    """Turn the house's one DSN into Django's form."""
    parts = conninfo_to_dict(os.environ.get("BEKET_DSN", "dbname=beket"))
    options: dict[str, Any] = {
        "options": f"-c search_path={SEARCH_PATH} -c statement_timeout={STATEMENT_TIMEOUT_MS}",
        "application_name": "beket-web",
        "pool": {"min_size": 1, "max_size": POOL_CONNECTIONS_MAX, "timeout": 5},
    }
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    found = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options, "CONN_MAX_AGE": 0}
    for name, value in parts.items():
        if name in known:
            found[known[name]] = str(value)
        elif name not in options:
            options[name] = value
    return found


HTTPS: Final = os.environ.get("BEKET_HTTPS", "") == "1"

REQUIRE_PASSKEYS = os.environ.get("BEKET_REQUIRE_PASSKEYS", "") == "1"
"""Whether a decision takes a passkey, whoever takes it; else a password does for accounts without one."""

OIDC_ISSUER = os.environ.get("BEKET_OIDC_ISSUER", "")
OIDC_CLIENT = os.environ.get("BEKET_OIDC_CLIENT", "")
OIDC_SECRET_FILE = os.environ.get("BEKET_OIDC_SECRET_FILE", "")
OIDC_SECRET_ENV = os.environ.get("BEKET_OIDC_SECRET_ENV", "")
OIDC_NAME = os.environ.get("BEKET_OIDC_NAME", "")
"""A provider of identities beside the accounts here; without issuer and client there is none."""

EVIDENCE_DIR = os.environ.get("BEKET_EVIDENCE_DIR", "evidence")
PAPERS_DIR = os.environ.get("BEKET_PAPERS_DIR", "papers")
PHOTOS_DIR = os.environ.get("BEKET_PHOTOS_DIR", "photos")
EVIDENCE_BYTES_MAX = int(os.environ.get("BEKET_EVIDENCE_MAX_MIB", "20480")) * 1024 * 1024
DEBUG = False
SECRET_KEY = _key()
ALLOWED_HOSTS = [host for host in os.environ.get("BEKET_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [url for url in os.environ.get("BEKET_ORIGINS", "").split(",") if url]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "axes",
    "beket.web.accounts",
    "beket.web",
]
MIDDLEWARE = [
    "beket.web.headers.SecurityHeaders",
    "beket.web.letters.FormsInUtf8",
    "beket.web.sessions.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "beket.web.accounts.limits.SessionLimits",
    "axes.middleware.AxesMiddleware",
    "beket.web.pages.presence.AskPresence",
]
ROOT_URLCONF = "beket.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "beket.web.frame.frame"],
            "builtins": ["beket.web.templatetags.desk", "django.templatetags.i18n"],
            "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
        },
    }
]

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "beket.web.accounts.limits.typed_login"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "pages/locked.html"
AXES_VERBOSE = False

SESSION_COOKIE_NAME = "__Host-desk" if HTTPS else "desk"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(os.environ.get("BEKET_SESSION_HOURS", "12")) * 3600
DESK_IDLE_S = int(os.environ.get("BEKET_DESK_IDLE_MIN", "15")) * 60
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
CSRF_COOKIE_NAME = "__Host-form" if HTTPS else "form"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "beket.web.pages.refusals.form_refused"

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a document that somebody pastes; files have a bound of their own
FILE_UPLOAD_HANDLERS: list[str] = []

LANGUAGE_CODE = "ru"
LANGUAGES = [("ky", _("Kyrgyz")), ("ru", _("Russian")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HERE / "static"


def _brief(record: logging.LogRecord) -> bool:
    """Let a page that was refused, or the engine's absence, be one line: only a fault of ours needs its traceback.

    A program that is refused is told so itself, as often as it asks: that is no line at all.
    """
    asked = getattr(record, "request", None)
    if record.levelno < logging.ERROR and asked is not None and asked.path.startswith("/api/"):
        return False
    if record.levelno < logging.ERROR or getattr(record, "status_code", None) == HTTPStatus.SERVICE_UNAVAILABLE:
        record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"brief": {"()": "django.utils.log.CallbackFilter", "callback": _brief}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["brief"]}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # The stream says once that the engine is away; the pool would say it at each attempt.
        "psycopg.pool": {"level": "ERROR"},
    },
}
