"""Settings: what differs between deployments comes from the environment (or `.env`).

Nothing here is municipal policy: names, deadlines and texts are policies, edited in the
admin (`core/policies.py`). `frivillig/environment.py` reads and checks the environment.
"""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from frivillig import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environment.read(BASE_DIR / ".env")

DEBUG = env.debug
SECRET_KEY = env.secret_key
ALLOWED_HOSTS = env.allowed_hosts
CSRF_TRUSTED_ORIGINS = [env.site_url] if env.site_url.startswith("https://") else []
SITE_URL = env.site_url
EMBEDDED = env.embedded

INSTALLED_APPS = [
    "frivillig",
    "recruitment",
    "agreements",
    "coordination",
    "core",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "crispy_forms",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.RequestScopeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coordination.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "frivillig.urls"
WSGI_APPLICATION = "frivillig.wsgi.application"
ASGI_APPLICATION = "frivillig.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.frame",
            ],
            "builtins": ["core.templatetags.ui"],
        },
    },
]
FORM_RENDERER = "core.controls.FormRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["dkfds"]
CRISPY_TEMPLATE_PACK = "dkfds"
CRISPY_FAIL_SILENTLY = False

# --- Data ----------------------------------------------------------------------------------

DATABASES = {"default": env.database(VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": env.cache(),
    # Numbers of the start page, each process its own: see core.summary.kept.
    "numbers": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "numbers"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- People who sign in --------------------------------------------------------------------

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "coordination.backends.RoleBackend",
    "core.backends.AccountBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "start"

ACCOUNT_ADAPTER = "core.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {
    "login": "core.account_forms.LoginForm",
    "request_login_code": "core.account_forms.RequestLoginCodeForm",
    "confirm_login_code": "core.account_forms.ConfirmLoginCodeForm",
    "change_password": "core.account_forms.ChangePasswordForm",
    "set_password": "core.account_forms.SetPasswordForm",
    "reset_password": "core.account_forms.ResetPasswordForm",
    "reset_password_from_key": "core.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "core.account_forms.ReauthenticateForm",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = False
SOCIALACCOUNT_ADAPTER = "core.accounts.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": env.oidc_apps}}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env.site_url.startswith("https://")
MFA_TOTP_ISSUER = "Frivillig"
MFA_ADAPTER = "core.accounts.MFAAdapter"
MFA_FORMS = {
    "authenticate": "core.account_forms.AuthenticateForm",
    "reauthenticate": "core.account_forms.MFAReauthenticateForm",
    "activate_totp": "core.account_forms.ActivateTOTPForm",
    "add_webauthn": "core.account_forms.AddWebAuthnForm",
    "edit_webauthn": "core.account_forms.EditWebAuthnForm",
}
SECOND_FACTOR_REQUIRED = env.second_factor_required

# --- Language and time ---------------------------------------------------------------------

LANGUAGE_CODE = "da"
LANGUAGES = [("da", _("Danish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
FORMAT_MODULE_PATH = ["core.formats"]
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Static files --------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": env.static_storage},
}
WHITENOISE_USE_FINDERS = env.embedded
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # half the compressing at start: 5 s, not 12

# --- Documents -----------------------------------------------------------------------------

DOCUMENT_SEAL = env.document_seal
SIGNING_BROKER = env.signing_broker

# --- Mail and jobs -------------------------------------------------------------------------

globals().update(env.email(VAR_DIR))
DEFAULT_FROM_EMAIL = env.from_email
SERVER_EMAIL = env.from_email
EMAIL_TIMEOUT = 20

CELERY_BROKER_URL = env.broker_url
CELERY_BROKER_TRANSPORT_OPTIONS = env.broker_options(VAR_DIR)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_WATCH_SECONDS = env.watch_seconds
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "core.sweep",
        "schedule": timedelta(seconds=env.sweep_seconds),
        "options": {"expires": 60},  # ticks that no worker took in time are not made up for
    },
    "schedule": {
        "task": "core.run_schedule",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 60},
    },
}

# --- Security ------------------------------------------------------------------------------

HTTPS = env.site_url.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.behind_proxy else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^sundhed/"]
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "frivillig.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *env.sign_in_origins],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
FILE_UPLOAD_HANDLERS = ["core.uploads.MemoryOnly"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

METRICS_TOKEN = env.metrics_token
METRICS_ADDRESSES = env.metrics_addresses

# --- Log -----------------------------------------------------------------------------------

LOGGING = env.logging()
