"""What became of a message, in plain words, for people who look after volunteers."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import kinds
from core.models.message import Channel, MessageState

STATUS_KINDS = {
    MessageState.WAITING: "waiting",
    MessageState.SENDING: "waiting",
    MessageState.SENT: "success",
    MessageState.TO_POST: "info",
    MessageState.BY_HAND: "warning",
    MessageState.FAILED: "error",
    MessageState.BOUNCED: "error",
    MessageState.SKIPPED: "neutral",
}

REASONS = {
    "no_way": gettext_lazy("We know no e-mail address, phone number or postal address to use."),
    "unknown": gettext_lazy("There is no e-mail address that can be used."),
    "marked": gettext_lazy("Mails to the e-mail address have come back too often."),
    "refused": gettext_lazy("The recipient's mail server or phone company refused it for good."),
    "closed": gettext_lazy("The only way to reach the person is not set up here."),
    "gave_up": gettext_lazy("It was tried for two days without success."),
    "bounced": gettext_lazy("It was sent and came back: the address does not work."),
    "again": gettext_lazy("It came back and has been sent again another way."),
    "moot": gettext_lazy("When it was to be sent, there was no need of it any more."),
    "declined": gettext_lazy("The person has chosen not to get such messages."),
    "undone": gettext_lazy("Whoever wrote it took it back before it was sent."),
    "had_their_share": gettext_lazy("The person has had as many such messages as one may get."),
    "told": gettext_lazy("Somebody has told the person in another way."),
}
STEPS = {
    "no_way": gettext_lazy("Write an e-mail address, a phone number or a postal address."),
    "unknown": gettext_lazy("Write the right e-mail address."),
    "marked": gettext_lazy("Ask the person for the right e-mail address and write it."),
    "refused": gettext_lazy("Ask the person for the right address or number and write it."),
    "bounced": gettext_lazy("Ask the person for the right e-mail address and write it."),
    "closed": gettext_lazy("Write an e-mail address or a postal address, or ring."),
}


def title_of(message):
    """What people call such a message: the title of its kind."""
    kind = kinds.kinds().get(message.kind)
    return kind.title if kind else message.kind


def state_of(message):
    """Its state; what waits for a person to hand it over differs from way to way."""
    if (message.state, message.channel) == (MessageState.TO_POST, Channel.DIGITAL_POST):
        return _("Digital Post to be handed over")
    return message.get_state_display()


def reason_of(message):
    """Why it is in its state, as a sentence; "" where the state says it all."""
    if message.state in (MessageState.SENT, MessageState.TO_POST):
        return str(REASONS["told"]) if message.reason == "told" else ""
    if message.state == MessageState.WAITING:
        return _("It was put off; it is tried again.") if message.last_error else ""
    if message.state == MessageState.SKIPPED and not message.reason:
        return ""
    if message.state == MessageState.SKIPPED and message.reason in ("no_way", "closed"):
        return _("It was not important enough for a letter, and there is no other way.")
    return str(REASONS.get(message.reason, _("It could not be delivered.")))


def why_not(code):
    """Why somebody does not get a message, as a sentence."""
    return str(REASONS.get(code, _("It could not be delivered.")))


def next_step(message):
    """What somebody can do about a message that did not arrive."""
    return str(STEPS.get(message.reason, _("Try again. Ring the person if it is urgent.")))


def channel_of(message):
    """The way it took or takes, in words."""
    return "" if message.channel == Channel.ANY else message.get_channel_display()
