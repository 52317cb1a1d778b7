"""Sending what is in the outbox: claimed in small batches, committed message by message.

A sender that is killed leaves at most one message in doubt: it is sent again, with the same
Message-ID, when its lease has run out. Which way a message goes is chosen here, from what is
known of the person now (`core/channels/choosing.py`). What a way refuses for good goes another
way, or becomes somebody's task; everything else is tried again, later and later, for about two
days.
"""

import contextlib
import time
import uuid
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from core import gathering, kinds, mail, mailbody, necessity, wake
from core.channels import bounces, choosing, pace, reach, ways
from core.channels.port import Down, Refused
from core.jobs import backoff, describe
from core.kinds import ASKED, NICE
from core.models import Channel, Message, MessageState
from core.scope import scope

BATCH = 40
LEASE = timedelta(seconds=180)
RUN_SECONDS = 20
FRESH_SECONDS = 2  # so old may be what is known of the matter when its message goes
MAX_ATTEMPTS = 14
MAX_FAULTS = 5

log = structlog.get_logger(__name__)


class Sender:
    """The ports of one run, each opened when it is first used."""

    def __init__(self):
        self._stack = contextlib.ExitStack()
        self._ports = {}
        self.down = set()
        self.full = set()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def port(self, channel):
        """The open port of a channel."""
        if channel not in self._ports:
            self._ports[channel] = self._stack.enter_context(ways.PORTS[channel]())
        return self._ports[channel]

    def send(self, message, body, known):
        """Hand over one message; the state it is in then. Raises what its port raises."""
        if message.channel in self.down:
            raise Down
        try:
            return self.port(message.channel).send(message, body, known)
        except Down:
            self.down.add(message.channel)
            raise


def deliver(*, seconds=RUN_SECONDS):
    """Send what is due for at most this long; return how many messages went out.

    Wakes another run when time ran out before the outbox was empty, so that urgent work gets
    its turn and memory stays flat.
    """
    stop, sent = time.monotonic() + seconds, 0
    with scope(), Sender() as sender:
        gathering.gather(timezone.now())
        while batch := claim_batch(sender.full):
            batch = _under_the_cap(batch)
            known = reach.of_messages(batch)
            batch = _that_may_go(sender, [row for row in batch if _choose(row, known[row.pk])])
            fresh_until = 0.0
            for position, message in enumerate(batch):
                if time.monotonic() > fresh_until:
                    fresh_until = _load(batch[position:])
                late = time.monotonic() > stop or _lease_is_short(message)
                if late or not _try(sender, message, known[message.pk]):
                    left = batch[position if late else position + 1 :]
                    release(left)
                    if late:
                        wake.send(mail.DELIVER)
                    return sent
                sent += message.state in (MessageState.SENT, MessageState.TO_POST)
    return sent


def claim_batch(full=()):
    """Take the lease of the next due messages: what a lost sender left first, then what is
    urgent, then in order of time.

    What is due, necessity says. One conditional update, so that two senders never hold the same
    message. `full`: mail domains that get no more for now.
    """
    now, token = timezone.now(), uuid.uuid4()
    due = necessity.due(now)
    open_now = due.filter(pace.outside(full)) if full else due
    chosen = [pk for state in _IN_TURN for pk in _first(open_now.filter(state=state))][:BATCH]
    if not chosen:
        return []
    due.filter(pk__in=chosen).update(
        state=MessageState.SENDING,
        lease_token=token,
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
    )
    mine = Message.objects.filter(pk__in=chosen, lease_token=token)
    return list(mine.order_by("-priority", "not_before", "pk"))


# Each state by itself has an index in the order of the queue.
_IN_TURN = (MessageState.SENDING, MessageState.WAITING)


def _first(rows):
    return rows.order_by("-priority", "not_before", "pk").values_list("pk", flat=True)[:BATCH]


def release(messages):
    """Give back messages that were claimed and not tried."""
    for message in messages:
        Message.objects.owned(message).update(
            attempts=F("attempts") - 1, state=MessageState.WAITING, **_NO_LEASE
        )


def wake_if_due():
    """For the sweep: wake a sender if anything is due. True if so."""
    return necessity.due(timezone.now()).exists() and wake.send(mail.DELIVER)


_NO_LEASE = {"lease_token": None, "lease_until": None}


def _lease_is_short(message):
    return message.lease_until - timezone.now() < timedelta(seconds=3 * settings.EMAIL_TIMEOUT)


def _under_the_cap(batch):
    """The batch without what is nice and above the person's cap: that waits, at most two weeks."""
    now = timezone.now()
    held = necessity.capped(batch, now)
    for message in batch:
        if message.pk not in held:
            continue
        message.reason = necessity.CAPPED
        if necessity.is_too_old(message, now):
            _close(message, state=MessageState.SKIPPED)
        else:
            _put_off(message, until=held[message.pk])
    return [message for message in batch if message.pk not in held]


def _put_off(message, *, until):
    """Give back a message that was claimed and may go later."""
    _close(message, state=MessageState.WAITING, attempts=message.attempts - 1, not_before=until)


def _choose(message, known):
    """Set the message's way from what is known now; False if there is none, and it is closed."""
    kind = mail.kinds()[message.kind]
    choice = choosing.choose(
        necessity=kind.necessity,
        reach=known,
        open_ways=ways.open_ways(),
        sensitive=kind.sensitive,
        declinable=kind.declinable,
        ways=kind.ways,
        tried=message.tried,
    )
    message.reason = choice.reason
    if choice.channel is None:
        state = choice.state
        if state == MessageState.BY_HAND and message.person_id is None:
            state = MessageState.FAILED
        _close(message, state=state)
        return False
    message.channel = choice.channel
    if choice.channel == Channel.EMAIL:
        message.recipient_email = known.email
    now = timezone.now()
    if necessity.rests(message, now):
        _put_off(message, until=necessity.quiet_ends(now))
        return False
    return True


def _that_may_go(sender, batch):
    """The batch without the mails that their domain has no room for in this minute."""
    mails = [message for message in batch if message.channel == Channel.EMAIL]
    _ready, held, full = pace.within(mails)
    if not held:
        return batch
    sender.full |= full
    release(held)
    waiting = {message.pk for message in held}
    return [message for message in batch if message.pk not in waiting]


def _load(messages):
    """Read what these messages are about, once for them all; until when that may be relied on.

    What cannot be read for all is read for each when its turn comes, so that one kind's fault
    stays its own.
    """
    try:
        kinds.load(messages)
    except Exception as error:
        log.warning("matters_not_loaded", error=describe(error))
    return time.monotonic() + FRESH_SECONDS


def _try(sender, message, known):
    """Render and send one message and commit what became of it. False if no mail can go."""
    try:
        body = _body(message)
    except Exception as error:  # one recipient's fault must not stop the others
        log.warning("mail_not_rendered", message=message.pk, error=describe(error))
        _later_or_failed(message, describe(error), most=MAX_FAULTS)
        return True
    if body is None:
        _close(message, state=MessageState.SKIPPED, reason="moot")
        return True
    message.template_version, message.subject = body.version, body.kept_subject
    try:
        state = sender.send(message, body, known)
    except Down as error:
        cause = error.__cause__ or error
        log.warning("channel_down", channel=message.channel, error=describe(cause))
        _later_or_failed(message, _DOWN.get(message.channel, "gateway down"))
        return message.channel != Channel.EMAIL
    except Refused as error:
        _refused(message, str(error))
    except OSError as error:  # SMTP's and HTTP's own are among them
        log.warning("mail_put_off", message=message.pk, error=describe(error))
        _later_or_failed(message, sender.port(message.channel).passing(error))
    except Exception as error:  # a header or address that cannot be written
        log.warning("mail_not_written", message=message.pk, error=describe(error))
        _later_or_failed(message, describe(error), most=MAX_FAULTS)
    else:
        sent_at = timezone.now() if state == MessageState.SENT else None
        _close(message, state=state, sent_at=sent_at, last_error=body.fault)
    return True


_DOWN = {Channel.EMAIL: "mail server down"}


def _body(message):
    kind = mail.kinds()[message.kind]
    with translation.override(message.language):
        context = kind.context(message)
    return None if context is None else mailbody.render(message, context)


def _refused(message, answer):
    """Never this way: another way if the message must arrive, else it has failed."""
    if message.channel == Channel.EMAIL:
        bounces.count(message.recipient_email, status=answer, person_id=message.person_id)
    if not _must_arrive(message):
        _close(message, state=MessageState.FAILED, last_error=answer, reason="refused")
        return
    _another_way(message, answer)


def _must_arrive(message):
    kind = mail.kinds()[message.kind]
    return message.person_id is not None and kind.necessity not in (NICE, ASKED)


def _another_way(message, answer):
    """Back in the queue without the way that failed; the next claim chooses again."""
    _close(
        message,
        state=MessageState.WAITING,
        attempts=0,
        tried=sorted({*message.tried, message.channel}),
        last_error=answer,
        not_before=timezone.now(),
    )


def _later_or_failed(message, reason, *, most=None):
    """Tried again later; after `most` attempts (None: the usual number) it has failed, or goes
    another way if it was the way that failed."""
    if message.attempts >= (most or MAX_ATTEMPTS):
        if most is None and _must_arrive(message):
            _another_way(message, reason)
        else:
            _close(message, state=MessageState.FAILED, last_error=reason, reason="gave_up")
        return
    wait = backoff(message.attempts, first=60)
    _close(
        message,
        state=MessageState.WAITING,
        last_error=reason,
        not_before=timezone.now() + wait,
    )


def _close(message, **values):
    """Commit the outcome if the lease is still ours; a message that was taken over is left."""
    kept = ("template_version", "subject", "channel", "recipient_email", "reason")
    values = {name: getattr(message, name) for name in kept} | values | _NO_LEASE
    with transaction.atomic() if message.kind == gathering.DIGEST else contextlib.nullcontext():
        if Message.objects.owned(message).update(**values):
            message.state, message.sent_at = values["state"], values.get("sent_at")
            if message.kind == gathering.DIGEST:
                gathering.settle(message)
        else:
            log.warning("mail_lease_lost", message=message.pk)
