"""A missing or nonsensical setting stops the start with a sentence that says what to write."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.tests import certificates
from frivillig import environment

WHOLE = {
    "SECRET_KEY": "k" * 50,
    "SITE_URL": "https://frivillig.example.dk",
    "ALLOWED_HOSTS": "frivillig.example.dk",
    "DATABASE_URL": "postgres://frivillig:secret@127.0.0.1:5432/frivillig",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.dk:587",
    "FROM_EMAIL": "frivillig@example.dk",
}
KEYS = (*WHOLE, "DEBUG", "BEHIND_PROXY", "SECOND_FACTOR_REQUIRED", "SWEEP_SECONDS", "LOG_LEVEL")
SEAL = ("SEAL_CERTIFICATE", "SEAL_PASSWORD")
MITID = ("MITID_ISSUER", "MITID_CLIENT_ID", "MITID_CLIENT_SECRET", "MITID_ACR")
OIDC = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME")


@pytest.fixture
def read(monkeypatch, tmp_path):
    """`read(**changes)`: the Environment of a whole set-up with these values changed."""

    def read_with(**changes):
        for key in (*KEYS, *OIDC, *SEAL, *MITID):
            monkeypatch.delenv(key, raising=False)
        for key, value in (WHOLE | changes).items():
            if value is not None:
                monkeypatch.setenv(key, value)
        return environment.read(tmp_path / "no.env")

    return read_with


def test_whole_set_up_is_read(read, tmp_path):
    env = read()
    assert env.database(tmp_path)["ENGINE"] == "django.db.backends.postgresql"
    assert env.email(tmp_path)["EMAIL_HOST"] == "mail.example.dk"
    assert (env.embedded, env.debug, env.second_factor_required) == (False, False, True)


def test_trial_needs_nothing_but_a_key(read):
    env = read(**{key: None for key in WHOLE if key != "SECRET_KEY"})
    assert env.embedded
    assert env.allowed_hosts == environment.LOOPBACK_HOSTS
    assert env.from_email == "frivillig@127.0.0.1"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is missing or shorter than 50"),
        ({"SITE_URL": "frivillig.example.dk"}, "SITE_URL must be"),
        ({"SITE_URL": "https://example.dk/frivillig"}, "SITE_URL must be .* without a path"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is missing.*frivillig.example.dk"),
        ({"REDIS_URL": "amqp://127.0.0.1"}, "REDIS_URL must start with redis://"),
        ({"EMAIL_URL": None}, "EMAIL_URL is missing"),
        ({"EMAIL_URL": "mail.example.dk"}, "EMAIL_URL must name a mail server"),
        ({"EMAIL_URL": "smtp://mail.example.dk:port"}, "EMAIL_URL must name a mail server"),
        ({"EMAIL_URL": "memorymail://"}, "EMAIL_URL must name a mail server"),
        ({"REDIS_URL": "redis://127.0.0.1:port"}, "REDIS_URL must start with redis://"),
        ({"FROM_EMAIL": "Frivillig <frivillig@example.dk>"}, "FROM_EMAIL must be an e-mail"),
        ({"FROM_EMAIL": "frivillig"}, "FROM_EMAIL must be an e-mail"),
        ({"BOUNCE_EMAIL": "retur"}, "BOUNCE_EMAIL must be an e-mail"),
        ({"IMAP_URL": "imap://user:secret@mail.example.dk"}, "IMAP_URL must start with"),
        ({"IMAP_URL": "mail.example.dk"}, "IMAP_URL must start with"),
        ({"SMS_URL": "http://sms.example.dk/", "SMS_TOKEN": "x"}, "SMS_URL must start with"),
        ({"SMS_URL": "https://sms.example.dk/"}, "SMS_URL is set: write SMS_TOKEN"),
        ({"DEBUG": "perhaps"}, "DEBUG must be true or false"),
        ({"BEHIND_PROXY": "2"}, "BEHIND_PROXY must be true or false"),
        ({"SECOND_FACTOR_REQUIRED": "yep"}, "SECOND_FACTOR_REQUIRED must be true or false"),
        ({"SWEEP_SECONDS": "0"}, "SWEEP_SECONDS must be a number of seconds above 0"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL must be"),
        ({"OIDC_ISSUER": "https://login.example.dk"}, "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"),
        ({"MITID_ISSUER": "https://broker.dk"}, "MITID_CLIENT_ID and MITID_CLIENT_SECRET"),
        (
            {
                "MITID_ISSUER": "http://broker.dk",
                "MITID_CLIENT_ID": "x",
                "MITID_CLIENT_SECRET": "x",
            },
            "MITID_ISSUER must be",
        ),
        ({"SEAL_CERTIFICATE": "/no/such.p12"}, "SEAL_CERTIFICATE names /no/such.p12"),
        ({"SEAL_CERTIFICATE": __file__}, "SEAL_CERTIFICATE cannot be opened"),
    ],
)
def test_nonsense_is_refused_with_what_to_write(read, changes, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence):
        read(**changes)


@pytest.mark.parametrize(
    "url",
    ["mysql://frivillig@127.0.0.1/frivillig", "frivillig", "postgres://u:p@127.0.0.1:port/f"],
)
def test_database_of_another_kind_is_refused(read, tmp_path, url):
    env = read(DATABASE_URL=url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must be a PostgreSQL address"):
        env.database(tmp_path)


def test_single_sign_on_is_one_provider(read):
    env = read(
        OIDC_ISSUER="https://login.example.dk",
        OIDC_CLIENT_ID="frivillig",
        OIDC_CLIENT_SECRET="secret",
    )
    assert [app["name"] for app in env.oidc_apps] == ["Medarbejderlogin"]
    assert env.sign_in_origins == ["https://login.example.dk"]


def test_the_seal_is_read_with_its_password(read, tmp_path):
    path = certificates.write_p12(tmp_path)

    env = read(SEAL_CERTIFICATE=str(path), SEAL_PASSWORD=certificates.PASSWORD)

    assert (env.document_seal.path, read().document_seal) == (str(path), None)


def test_wrong_password_of_the_seal_stops_the_start(read, tmp_path):
    path = certificates.write_p12(tmp_path)
    with pytest.raises(ImproperlyConfigured, match="SEAL_PASSWORD"):
        read(SEAL_CERTIFICATE=str(path), SEAL_PASSWORD="forkert")


def test_a_key_that_is_too_weak_stops_the_start(read, tmp_path):
    path = certificates.write_p12(tmp_path, key=certificates.weak_key())
    with pytest.raises(ImproperlyConfigured, match="P-256"):
        read(SEAL_CERTIFICATE=str(path), SEAL_PASSWORD=certificates.PASSWORD)
