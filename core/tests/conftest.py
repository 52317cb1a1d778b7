"""What the tests of messages share: kinds of their own, and a mail server."""

import socket
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from core import kinds, mail
from core.tests.mail_server import Office, Server


@pytest.fixture
def kinds_of_tests(monkeypatch, settings):
    """A register with kinds for tests and no others, and where their texts lie."""
    monkeypatch.setattr(kinds, "_kinds", {})
    settings.TEMPLATES = [
        django_settings.TEMPLATES[0]
        | {"DIRS": [*django_settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]}
    ]
    mail.register(
        "tests.letter",
        context=lambda message: {"matter": "vagten", **message.params},
        placeholders=(mail.Placeholder("matter", "What it is about", "vagten"),),
    )
    mail.register("tests.urgent", context=lambda message: {}, priority=mail.URGENT)
    mail.register("tests.moot", context=lambda message: None)
    mail.register("tests.headless", context=lambda message: {})
    mail.register("tests.missing", context=lambda message: {})


@pytest.fixture
def office(settings):
    """A running mail server, and Django set to use it."""
    behaviour = Office()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(behaviour, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 5
    behaviour.stop = server.stop
    yield behaviour
    if server.server is not None:
        server.stop()
