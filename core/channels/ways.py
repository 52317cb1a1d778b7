"""Which ways this installation has: the ports by channel."""

from django.conf import settings

from core.channels.email import EmailPort
from core.channels.letters import DigitalPostPort, LetterPort
from core.channels.sms import ConsolePort, GatewayPort
from core.models.message import Channel
from core.scope import remembered


def sms_port():
    """The gateway where one is set, else the trial set-up's letter box."""
    return GatewayPort() if settings.SMS_URL else ConsolePort()


PORTS = {
    Channel.EMAIL: EmailPort,
    Channel.SMS: sms_port,
    Channel.LETTER: LetterPort,
    Channel.DIGITAL_POST: DigitalPostPort,
}


def open_ways():
    """The channels that messages can take here. Kept for the run."""
    return remembered("channels.open", _open_ways)


def _open_ways():
    return frozenset(channel for channel, port in PORTS.items() if port().is_open())
