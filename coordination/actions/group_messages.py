"""Write to many: draft, send, take back within two minutes."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import audiences
from coordination.access import Permission, scope_of
from coordination.models import Audience, GroupMessage
from core import audit, jobs, necessity, policies
from core.errors import DomainError
from core.markdown import PLACEHOLDER
from core.models import Message, MessageState

UNDO_WITHIN = timedelta(minutes=2)
PLACEHOLDERS = frozenset({"first_name"})
JOB = "coordination.write_group_message"

audit.kind("group_message.sent", gettext_lazy("Group message sent"))
audit.kind("group_message.undone", gettext_lazy("Group message taken back"))
audit.kind("group_message.drafted", gettext_lazy("Group message drafted"))
audit.kind("group_message.thrown_away", gettext_lazy("Draft of a group message thrown away"))


@transaction.atomic
def draft(
    *,
    branch,
    audience,
    subject,
    text,
    by,
    activity=None,
    shift=None,
    chosen=(),
    necessary=False,
):
    """Keep a text that is not sent yet; returns the GroupMessage. Sends nothing.

    Raises DomainError "unknown_placeholder", "not_here".
    """
    group = GroupMessage(
        branch=branch,
        audience=audience,
        activity=activity if audience == Audience.ACTIVITY else None,
        shift=shift if audience == Audience.SHIFT else None,
        chosen=sorted(chosen) if audience == Audience.CHOSEN else [],
        subject=" ".join(subject.split()),
        text=text.strip(),
        necessary=necessary,
        written_by=by,
    )
    _require_right(group, by)
    _require_plain(group)
    group.save()
    _record("group_message.drafted", group, by)
    return group


@transaction.atomic
def change(*, group, by, **fields):
    """Change a draft; returns it. Raises what `draft` raises, and "group_message_sent"."""
    group = _locked(group)
    _require_draft(group)
    for name, value in fields.items():
        setattr(group, name, value)
    group.activity = group.activity if group.audience == Audience.ACTIVITY else None
    group.shift = group.shift if group.audience == Audience.SHIFT else None
    group.subject, group.text = " ".join(group.subject.split()), group.text.strip()
    _require_right(group, by)
    _require_plain(group)
    group.save()
    _record("group_message.drafted", group, by)
    return group


@transaction.atomic
def send(*, group, by):
    """Let it go out in two minutes; a job writes a row of the outbox for each person.

    Raises DomainError "group_message_sent", "group_too_often", "group_too_large", "group_empty".
    """
    group = _locked(group)
    _require_draft(group)
    _require_right(group, by)
    if audiences.sent_today_by(by) >= policies.get("messages.group_per_day"):
        raise DomainError(
            _("You have sent as many group messages today as may be sent. Try again tomorrow."),
            code="group_too_often",
        )
    number, most = audiences.people_of(group).count(), policies.get("messages.group_most")
    if not number:
        raise DomainError(_("There is nobody to send it to."), code="group_empty")
    if number > most:
        raise DomainError(
            _("It is to more than %(most)d people. Choose fewer.") % {"most": most},
            code="group_too_large",
        )
    group.written_by, group.goes_at = by, _goes_at(group)
    group.save(update_fields=["written_by", "goes_at"])
    _record("group_message.sent", group, by)
    jobs.enqueue(JOB, key=f"{JOB}:{group.pk}", owner=by, group_id=group.pk)
    return group


def rests_at_night(group):
    """True if it would wait for the morning, were it sent now: what may be declined does."""
    return not group.necessary and necessity.is_quiet(timezone.now() + UNDO_WITHIN)


def _goes_at(group):
    """In two minutes; what may be declined rests at night, and can be taken back till then."""
    soon = timezone.now() + UNDO_WITHIN
    return soon if group.necessary else necessity.quiet_ends(soon)


@transaction.atomic
def undo(*, group, by):
    """Take it back: nothing of it goes out. Raises DomainError "too_late_to_undo"."""
    group = _locked(group)
    now = timezone.now()
    if not group.may_be_undone(now):
        raise DomainError(
            _("It is too late to take it back: it has begun to go out."), code="too_late_to_undo"
        )
    group.undone_at, group.undone_by = now, by
    group.save(update_fields=["undone_at", "undone_by"])
    Message.objects.about(group).filter(state=MessageState.WAITING).update(
        state=MessageState.SKIPPED, reason="undone"
    )
    _record("group_message.undone", group, by)
    return group


@transaction.atomic
def throw_away(*, group, by):
    """Delete a draft."""
    group = _locked(group)
    _require_draft(group)
    _record("group_message.thrown_away", group, by)
    group.delete()


def _locked(group):
    rows = GroupMessage.objects.select_for_update(of=("self",)).select_related("branch")
    return rows.get(pk=group.pk)


def _require_draft(group):
    if not group.is_draft:
        raise DomainError(
            _("The message has been sent and cannot be changed."), code="group_message_sent"
        )


def _require_right(group, by):
    """Only within branches where one may write; a shift lies in one, an activity has a site."""
    here = scope_of(by).holds(Permission.WRITE_MESSAGES, group.branch.path)
    if here and group.shift is not None:
        here = group.shift.site.branch.path.startswith(group.branch.path)
    if not here:
        raise DomainError(_("Choose a branch where you may write messages."), code="not_here")


def _require_plain(group):
    unknown = {
        name.strip()
        for name in PLACEHOLDER.findall(f"{group.subject}\n{group.text}")
        if name.strip() not in PLACEHOLDERS
    }
    if unknown:
        raise DomainError(
            _("“[[%(name)s]]” cannot be filled in. You can write [[first_name]].")
            % {"name": min(unknown)},
            code="unknown_placeholder",
            field="text",
        )


def _record(kind, group, by):
    audit.record(kind, by=by, about=group, branch_path=group.branch.path)
