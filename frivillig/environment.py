"""Read and check the environment: a missing or nonsensical value stops the start with a
sentence that says what to write.
"""

import os
import re
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured

from core import seal_certificate

MAIL_SCHEMES = ("smtp", "smtps", "smtp+tls", "smtp+ssl")
PLANNER = "-c random_page_cost=1.1 -c jit=off"
LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


@dataclass(frozen=True)
class DocumentSeal:
    """Where the certificate that seals documents lies, and its password."""

    path: str
    password: str


@dataclass(frozen=True)
class SigningBroker:
    """The OpenID Connect broker through which agreements are signed with MitID."""

    issuer: str
    client_id: str
    client_secret: str
    acr: str


@dataclass(frozen=True)
class Environment:
    """One deployment's values, checked. Nothing in it is municipal policy."""

    debug: bool
    secret_key: str
    allowed_hosts: list[str]
    site_url: str
    database_url: str
    redis_url: str
    email_url: str
    from_email: str
    bounce_email: str
    imap_url: str
    sms_url: str
    sms_token: str
    behind_proxy: bool
    second_factor_required: bool
    oidc_apps: list[dict]
    document_seal: DocumentSeal | None
    signing_broker: SigningBroker | None
    sweep_seconds: float
    watch_seconds: float
    metrics_token: str
    metrics_addresses: list
    log_level: str

    @property
    def embedded(self):
        """True for the one-host trial set-up: no PostgreSQL given."""
        return not self.database_url or self.database_url.startswith("sqlite")

    @property
    def sign_in_origins(self):
        """Where the sign-in form may lead: the provider of single sign-on, if there is one.

        Browsers hold a form's redirect to the page's `form-action` too.
        """
        issuers = [app["settings"]["server_url"] for app in self.oidc_apps]
        issuers += [self.signing_broker.issuer] if self.signing_broker else []
        addresses = [urlsplit(issuer) for issuer in issuers]
        return [f"{address.scheme}://{address.netloc}" for address in addresses]

    def database(self, var_dir):
        """Django's DATABASES entry; the embedded default is SQLite made safe and Danish."""
        if not self.database_url:
            var_dir.mkdir(exist_ok=True)
            return sqlite_database(var_dir / "frivillig.sqlite3")
        config = _database_config(self.database_url)
        engine = config.get("ENGINE", "")
        if "sqlite" in engine:
            return sqlite_database(Path(config["NAME"]))
        if "postgresql" not in engine:
            raise ImproperlyConfigured(
                "DATABASE_URL must be a PostgreSQL address, for example "
                "postgres://user:password@127.0.0.1:5432/frivillig"
            )
        return _planned(config) | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}

    def cache(self):
        """Redis where there is one; else a table, so that rate limits hold across processes."""
        if self.redis_url:
            return {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": self.redis_url,
            }
        return {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "core_cache",
        }

    @property
    def broker_url(self):
        return self.redis_url or "filesystem://localhost"

    def broker_options(self, var_dir):
        """Redis: sweep lost messages soon. Without a server: a folder that is polled."""
        if self.redis_url:
            return {
                "visibility_timeout": 900,
                "unacked_restore_interval": 5,
                "unacked_restore_throttle": 1,
                # A request that only wakes a worker gives up soon; the sweep wakes it later.
                "max_retries": 1,
                "interval_start": 0,
                "interval_max": 0.1,
                "socket_connect_timeout": 2,
                "socket_timeout": 10,
                "socket_keepalive": True,
                "health_check_interval": 15,
            }
        folder = var_dir / "broker"
        for name in ("queue", "processed", "control"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.1,
        }

    def email(self, var_dir):
        """Settings of the ways messages go: SMTP, or a folder whose mails the site shows when
        nothing is configured; the mailbox of returned mails; the gateway for text messages.
        """
        return self._smtp(var_dir) | {
            "BOUNCE_EMAIL": self.bounce_email,
            "IMAP_URL": self.imap_url,
            "SMS_URL": self.sms_url,
            "SMS_TOKEN": self.sms_token,
        }

    def _smtp(self, var_dir):
        if not self.email_url:
            folder = var_dir / "mail"
            folder.mkdir(parents=True, exist_ok=True)
            return {
                "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "EMAIL_FILE_PATH": str(folder),
            }
        config = environ.Env.email_url_config(self.email_url)
        return {key: value for key, value in config.items() if key.startswith("EMAIL_")}

    @property
    def static_storage(self):
        if self.debug:
            return "django.contrib.staticfiles.storage.StaticFilesStorage"
        return "whitenoise.storage.CompressedManifestStaticFilesStorage"

    def logging(self):
        """JSON lines outside debug; structured events never hold names or addresses."""
        renderer = (
            structlog.dev.ConsoleRenderer() if self.debug else structlog.processors.JSONRenderer()
        )
        shared = [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ]
        structlog.configure(
            processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
            cache_logger_on_first_use=True,
        )
        formatter = {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        }
        return {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": self.log_level},
            "loggers": {
                "fontTools": {"level": "WARNING"},
                "weasyprint": {"level": "ERROR"},
                "pikepdf": {"level": "WARNING"},
                # Its warnings quote the path of every 404: ids, and links that sign.
                "django.request": {"level": "ERROR"},
                "django.server": {"level": self.log_level, "propagate": True},
            },
        }


def _planned(config):
    """The config with the planner told what is true of us: the tables lie in memory or on a solid
    state disk, and no question is so long that compiling it pays. The address may say otherwise.
    """
    options = config.get("OPTIONS", {})
    return config | {"OPTIONS": {"options": PLANNER} | options}


def sqlite_database(path):
    """SQLite with WAL and immediate transactions: writers wait instead of failing.

    Source: ../shared/stack.md section 5 (530 of 800 transactions failed when deferred).
    """
    return {
        "ENGINE": "core.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;"
            ),
        },
    }


def read(dotenv):
    """Return the checked Environment from os.environ and, below it, the file `dotenv`.

    Raises ImproperlyConfigured with a sentence that says what to write.
    """
    env = environ.Env()
    if dotenv.exists() and os.environ.get("FRIVILLIG_DOTENV", "on") != "off":
        env.read_env(dotenv)
    debug = _boolean(env, "DEBUG", default=False)
    site_url = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
    host = _checked_host(site_url)
    return Environment(
        debug=debug,
        secret_key=_secret_key(env),
        allowed_hosts=env.list("ALLOWED_HOSTS", default=[]) or _default_hosts(host),
        site_url=site_url,
        database_url=env.str("DATABASE_URL", ""),
        redis_url=_redis_url(env),
        email_url=_email_url(env, host),
        from_email=_from_email(env, host),
        bounce_email=_bounce_email(env),
        imap_url=_imap_url(env),
        sms_url=_sms_url(env),
        sms_token=env.str("SMS_TOKEN", ""),
        behind_proxy=_boolean(env, "BEHIND_PROXY", default=False),
        second_factor_required=_boolean(env, "SECOND_FACTOR_REQUIRED", default=True),
        oidc_apps=_oidc_apps(env),
        document_seal=_document_seal(env),
        signing_broker=_signing_broker(env),
        sweep_seconds=_positive_number(env, "SWEEP_SECONDS", default=10),
        watch_seconds=_positive_number(env, "WATCH_SECONDS", default=30),
        metrics_token=_metrics_token(env),
        metrics_addresses=_metrics_addresses(env),
        log_level=_log_level(env),
    )


def _database_config(url):
    """Django's entry for the address; empty for one that cannot be read."""
    try:
        return environ.Env.db_url_config(url) if "://" in url else {}
    except ValueError:
        return {}


def _names_server(url, schemes):
    """True if the address has one of the schemes, a host, and a port that is a number."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _secret_key(env):
    key = env.str("SECRET_KEY", "")
    if len(key) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing or shorter than 50 characters. Write one in .env: "
            'python -c "import secrets; print(secrets.token_urlsafe(64))"'
        )
    return key


def _checked_host(site_url):
    parts = urlsplit(site_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise ImproperlyConfigured(
            "SITE_URL must be the site's address without a path, for example "
            "https://frivillig.example.dk"
        )
    return parts.hostname


def _default_hosts(host):
    if host in ("127.0.0.1", "localhost", "::1"):
        return LOOPBACK_HOSTS
    raise ImproperlyConfigured(
        f"ALLOWED_HOSTS is missing. Write the host names the site answers to, for example "
        f"ALLOWED_HOSTS={host}"
    )


def _redis_url(env):
    url = env.str("REDIS_URL", "")
    if url and not url.startswith("unix://") and not _names_server(url, ("redis", "rediss")):
        raise ImproperlyConfigured(
            "REDIS_URL must start with redis:// or rediss://, for example redis://127.0.0.1:6379/0"
        )
    return url


def _email_url(env, host):
    url = env.str("EMAIL_URL", "")
    if url and not _names_server(url, MAIL_SCHEMES):
        raise ImproperlyConfigured(
            "EMAIL_URL must name a mail server, for example "
            "smtp+tls://user:password@mail.example.dk:587"
        )
    if not url and host not in ("127.0.0.1", "localhost", "::1"):
        raise ImproperlyConfigured(
            "EMAIL_URL is missing. Write the mail server, for example "
            "smtp+tls://user:password@mail.example.dk:587"
        )
    return url


def _from_email(env, host):
    """An address alone: the name before it is the municipality's, a setting."""
    address = env.str("FROM_EMAIL", "").strip()
    if address and not _is_address(address):
        raise ImproperlyConfigured(
            "FROM_EMAIL must be an e-mail address and nothing else, for example "
            "frivillig@example.dk"
        )
    return address or f"frivillig@{host}"


def _bounce_email(env):
    address = env.str("BOUNCE_EMAIL", "").strip()
    if address and not _is_address(address):
        raise ImproperlyConfigured(
            "BOUNCE_EMAIL must be an e-mail address and nothing else, for example retur@example.dk"
        )
    return address


def _is_address(text):
    return re.fullmatch(r"[^\s<>,;:@]+@[^\s<>,;:@]+", text) is not None


def _imap_url(env):
    """The mailbox that returned mails come to; a password never crosses the net in the clear."""
    url = env.str("IMAP_URL", "")
    if not url:
        return ""
    own = _names_server(url, ("imap",)) and urlsplit(url).hostname in ("127.0.0.1", "localhost")
    if not own and not _names_server(url, ("imaps", "imap+tls")):
        raise ImproperlyConfigured(
            "IMAP_URL must start with imaps:// or imap+tls://, for example "
            "imaps://user:password@mail.example.dk:993/INBOX"
        )
    return url


def _sms_url(env):
    url = env.str("SMS_URL", "")
    if not url:
        return ""
    own = _names_server(url, ("http",)) and urlsplit(url).hostname in ("127.0.0.1", "localhost")
    if not own and not _names_server(url, ("https",)):
        raise ImproperlyConfigured(
            "SMS_URL must start with https://, for example https://sms.example.dk/v1/messages"
        )
    if not env.str("SMS_TOKEN", ""):
        raise ImproperlyConfigured("SMS_URL is set: write SMS_TOKEN, the gateway's token, too.")
    return url


def _boolean(env, key, *, default):
    value = env.str(key, "").strip().lower()
    if not value:
        return default
    if value in ("true", "on", "yes", "1"):
        return True
    if value in ("false", "off", "no", "0"):
        return False
    raise ImproperlyConfigured(f"{key} must be true or false, not {value!r}.")


def _positive_number(env, key, *, default):
    value = env.str(key, "")
    try:
        number = float(value) if value else default
    except ValueError:
        number = 0
    if number <= 0:
        raise ImproperlyConfigured(f"{key} must be a number of seconds above 0, not {value!r}.")
    return number


def _metrics_token(env):
    token = env.str("METRICS_TOKEN", "")
    if token and len(token) < 20:
        raise ImproperlyConfigured("METRICS_TOKEN must be at least 20 characters long.")
    return token


def _metrics_addresses(env):
    """Addresses or networks that may read the figures without a token."""
    try:
        return [ip_network(text) for text in env.list("METRICS_ADDRESSES", default=[])]
    except ValueError as error:
        raise ImproperlyConfigured(
            "METRICS_ADDRESSES must be addresses or networks, for example 127.0.0.1,10.20.0.0/16"
        ) from error


def _log_level(env):
    level = env.str("LOG_LEVEL", "INFO").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
    return level


def _oidc_apps(env):
    """Staff single sign-on: one OpenID Connect provider, or none."""
    issuer = env.str("OIDC_ISSUER", "")
    if not issuer:
        return []
    client_id, secret = env.str("OIDC_CLIENT_ID", ""), env.str("OIDC_CLIENT_SECRET", "")
    if not (client_id and secret):
        raise ImproperlyConfigured(
            "OIDC_ISSUER is set: write OIDC_CLIENT_ID and OIDC_CLIENT_SECRET too."
        )
    return [
        {
            "provider_id": "staff",
            "name": env.str("OIDC_NAME", "Medarbejderlogin"),
            "client_id": client_id,
            "secret": secret,
            "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
        }
    ]


def _document_seal(env):
    """The certificate that seals documents, opened once so that a wrong one stops the start."""
    path, password = env.str("SEAL_CERTIFICATE", ""), env.str("SEAL_PASSWORD", "")
    if not path:
        return None
    seal_certificate.read(path, password)
    return DocumentSeal(path, password)


def _signing_broker(env):
    """The broker for MitID, or None. It must be reached by https, but for one on this machine."""
    issuer = env.str("MITID_ISSUER", "").rstrip("/")
    if not issuer:
        return None
    client_id, secret = env.str("MITID_CLIENT_ID", ""), env.str("MITID_CLIENT_SECRET", "")
    if not (client_id and secret):
        raise ImproperlyConfigured(
            "MITID_ISSUER is set: write MITID_CLIENT_ID and MITID_CLIENT_SECRET too."
        )
    if not _names_server(issuer, ("https",)) and urlsplit(issuer).hostname != "127.0.0.1":
        raise ImproperlyConfigured(
            "MITID_ISSUER must be the broker's address with https://, for example "
            "https://broker.example.dk"
        )
    return SigningBroker(issuer, client_id, secret, env.str("MITID_ACR", ""))
