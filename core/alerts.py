"""Telling people that the machinery stands still, once for each incident, and when it is over.

Whoever looks calls `check`: the clock's rule, each worker once a minute, and, where no worker
lives, `manage.py watch`. Who is told: the setting `operations.alert_email`, else those whom the
apps above name (`register_recipients`).
"""

from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core import mail, operations, policies
from core.kinds import Placeholder
from core.models import Incident

BEGAN, ENDED = "core.incident", "core.incident_over"
# After a restart not everything is seen at once, and what was missed is made up for.
PATIENCE = {"program": timedelta(minutes=1), "rule": timedelta(minutes=5)}
OVER_AFTER = timedelta(minutes=10)  # what comes and goes is one incident

log = structlog.get_logger(__name__)
_recipients = []


def register_recipients(function):
    """Name who looks after the system: `function()` gives mail.Recipients."""
    _recipients.append(function)


def register_mails():
    """Make the kinds of mail known (from AppConfig.ready)."""
    mail.group("operations", label=_("The system itself"), order=99)
    placeholders = (
        Placeholder("what", _("What stands still"), ["…"], required=True),
        Placeholder("began", _("Since when"), datetime(2026, 3, 3, 12, tzinfo=UTC)),
        Placeholder("url", _("Link to the page of operations"), "/drift/", required=True),
    )
    for kind, title in ((BEGAN, _("Something stands still")), (ENDED, _("It runs again"))):
        mail.register(
            kind,
            context=_context,
            title=title,
            group="operations",
            priority=mail.URGENT,
            placeholders=placeholders,
        )


def check():
    """Compare what is wrong with the open incidents; write mails about what changed.

    Returns the troubles. Safe to call from several programs at once: an incident is open once,
    and each of its mails has a key.
    """
    state = operations.snapshot()
    troubles = {trouble.kind: trouble for trouble in state.troubles}
    with transaction.atomic():
        new = [Incident(kind=kind, began_at=state.at, seen_at=state.at) for kind in troubles]
        if new:
            Incident.objects.bulk_create(new, ignore_conflicts=True)
        began, over = [], []
        for incident in operations.open_incidents().select_for_update():
            if incident.kind in troubles:
                began += _goes_on(incident, state.at)
            elif state.at - incident.seen_at > OVER_AFTER:
                over += _end(incident, state.at)
        _tell(BEGAN, began)
        _tell(ENDED, over)
    return list(troubles.values())


def _goes_on(incident, now):
    """Still so; [incident] if it is to be told of now."""
    incident.seen_at = now
    patience = PATIENCE.get(incident.kind.partition(":")[0], timedelta(0))
    tell = incident.told_at is None and now - incident.began_at >= patience
    if tell:
        log.error("incident_began", incident=incident.kind)
        incident.told_at = now
    incident.save(update_fields=["seen_at", "told_at"])
    return [incident] if tell else []


def _end(incident, now):
    """Over; [incident] if people know of it."""
    incident.ended_at = now
    if incident.told_at:
        log.warning("incident_over", incident=incident.kind)
        incident.end_told_at = now
    incident.save(update_fields=["ended_at", "end_told_at"])
    return [incident] if incident.told_at else []


def _tell(kind, incidents):
    """One mail for all that is new: after a long standstill much is."""
    if not incidents:
        return
    numbers = sorted(incident.pk for incident in incidents)
    for recipient in recipients():
        key = f"{kind}:{numbers[0]}-{numbers[-1]}:{recipient.email}"
        mail.send(kind, to=recipient, key=key, incidents=numbers)


def recipients():
    """Who is told, each address once."""
    own = policies.get("operations.alert_email")
    if own:
        return [mail.Recipient(own)]
    found = [recipient for function in _recipients for recipient in function()]
    return list({recipient.email: recipient for recipient in found}.values())


def _context(message):
    rows = Incident.objects.filter(pk__in=message.params["incidents"]).order_by("pk")
    if message.kind == BEGAN:
        rows = rows.filter(ended_at__isnull=True)
    rows = list(rows)
    if not rows:
        return None
    with translation.override(message.language):
        return {
            "what": [operations.words_of(row.kind) for row in rows],
            "began": min(row.began_at for row in rows),
            "url": mail.link("core:operations"),
        }
