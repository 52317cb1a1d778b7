"""Gathered mails: several messages of one day to one person go as one.

A gathered mail is a message of its own (kind `core.digest`) that carries others: they point to
it, are sent with it, and are released to go alone if it fails. The sender's lease is the gathered
mail's, and what becomes of it and of all it carries is committed in one transaction
(`settle`), so that a sender that dies between leaves nothing sent twice and nothing lost.
"""

import contextlib

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core import kinds, mailbody, necessity
from core.jobs import describe
from core.mail import Recipient, prepared
from core.models import Channel, Message, MessageChoice, MessageState, Wish

DIGEST = "core.digest"
FEWEST, MOST = 2, 12
MOOT = "moot"

log = structlog.get_logger(__name__)


def register():
    """Called once, from `CoreConfig.ready`."""
    kinds.register(
        DIGEST,
        context=_context,
        title=_("Several messages in one mail"),
        ways=(Channel.EMAIL,),
        group=kinds.group("gathered", label=_("Several messages in one mail"), order=96),
        placeholders=(
            kinds.Placeholder("how_many", _("How many messages there are"), 2),
            kinds.Placeholder(
                "messages",
                _("The messages, each under its own heading"),
                ["## Husk din vagt 3. marts 2026", "", "Vi glæder os til at se dig."],
                required=True,
            ),
        ),
    )


def gather(now):
    """Let what is due today for the same person share one mail; return how many mails were made.

    3 queries when nothing is to be gathered.
    """
    _free_the_left_behind()
    names = necessity.gathered_kinds()
    if not names or necessity.is_quiet(now):
        return 0
    waiting = Message.objects.filter(
        kind__in=names,
        state=MessageState.WAITING,
        channel=Channel.EMAIL,
        digest__isnull=True,
        person_id__isnull=False,
        attempts=0,
        priority__lt=kinds.URGENT,
        not_before__lt=necessity.end_of_day(now),
    ).order_by("person_id", "pk")
    ready = set(
        necessity.due(now).filter(pk__in=waiting.values("pk")).values_list("person_id", flat=True)
    )
    if not ready:
        return 0
    rows = _wanted(list(waiting.filter(person_id__in=ready)), now)
    return sum(_together(parts, now) for parts in _by_person(rows))


def _free_the_left_behind():
    """What hangs on a gathered mail that is over, whoever ended it, goes alone after all."""
    Message.objects.filter(state=MessageState.WAITING, digest__isnull=False).exclude(
        digest__state__in=[MessageState.WAITING, MessageState.SENDING]
    ).update(digest=None, attempts=1)


def _wanted(rows, now):
    """Without what the person wants another way or not at all, and what is above the cap."""
    people = {row.person_id for row in rows}
    other = set(
        MessageChoice.objects.filter(person_id__in=people)
        .exclude(wish=Wish.EMAIL)
        .values_list("person_id", "group")
    )
    full = necessity.full_for(people, now)
    known = kinds.kinds()
    return [
        row
        for row in rows
        if (row.person_id, known[row.kind].group) not in other
        and not (known[row.kind].necessity == kinds.NICE and row.person_id in full)
    ]


def _by_person(rows):
    """Lists of a person's messages to one address, in one language; at least two in each."""
    found = {}
    for row in rows:
        key = (row.person_id, row.recipient_email.lower(), row.language)
        found.setdefault(key, []).append(row)
    return [parts[:MOST] for parts in found.values() if len(parts) >= FEWEST]


@transaction.atomic
def _together(rows, now):
    """One mail for these messages, of those that nobody has taken meanwhile. 1 if it was made."""
    first = rows[0]
    digest = prepared(
        DIGEST,
        to=Recipient(
            email=first.recipient_email,
            name=first.recipient_name,
            language=first.language,
            person_id=first.person_id,
        ),
        not_before=now,
        messages=[row.pk for row in rows],
    )
    digest.save(force_insert=True)
    taken = Message.objects.filter(
        pk__in=[row.pk for row in rows], state=MessageState.WAITING, digest__isnull=True
    ).update(digest=digest)
    if taken < FEWEST:
        transaction.set_rollback(True)
        return 0
    return 1


# --- Rendering -----------------------------------------------------------------------------


def _context(message):
    """The messages it carries, each under its subject; None when none has kept its sense.

    What became of each stands in `message.carried`: {pk: Written}, {pk: fault}, and the moot.
    """
    carried, broken, moot = {}, {}, []
    rows = Message.objects.filter(
        pk__in=message.params["messages"], person_id=message.person_id
    ).order_by("pk")
    rows = list(rows.exclude(state=MessageState.SKIPPED))
    with contextlib.suppress(Exception):  # what cannot be read for all is read for each
        kinds.load(rows)
    for row in rows:
        try:
            written = _written(row)
        except Exception as error:  # one message's fault must not stop the others
            log.warning("mail_not_rendered", message=row.pk, error=describe(error))
            broken[row.pk] = describe(error)
            continue
        if written is None:
            moot.append(row.pk)
        else:
            carried[row.pk] = written
    message.carried = carried, broken, moot
    if not carried:
        return None
    lines = []
    for written in carried.values():
        lines += [f"## {written.subject}", "", *written.content.splitlines(), ""]
    return {"how_many": len(carried), "messages": lines}


def _written(row):
    with translation.override(row.language):
        context = kinds.kinds()[row.kind].context(row)
        return None if context is None else mailbody.write(row, context)


# --- What became of it ---------------------------------------------------------------------


def settle(digest):
    """Give what a gathered mail carries its fate; call it in the transaction that closes it."""
    rows = Message.objects.filter(digest_id=digest.pk, state=MessageState.WAITING)
    if digest.state == MessageState.WAITING:
        return
    carried, broken, moot = getattr(digest, "carried", ({}, {}, []))
    rows.filter(pk__in=moot).update(state=MessageState.SKIPPED, reason=MOOT)
    if digest.state == MessageState.SENT:
        for row in rows.filter(pk__in=list(carried)):
            written = carried[row.pk]
            rows.filter(pk=row.pk).update(
                state=MessageState.SENT,
                sent_at=digest.sent_at or timezone.now(),
                template_version=written.version,
                subject=written.kept_subject,
                last_error=written.fault,
                attempts=F("attempts") + 1,
            )
    # What is left goes alone, by the way that is right for it: broken, or the mail was refused.
    # An attempt of its own keeps it from being gathered again.
    for row in rows:
        rows.filter(pk=row.pk).update(
            digest=None,
            attempts=1,
            not_before=timezone.now(),
            last_error=broken.get(row.pk, ""),
        )
