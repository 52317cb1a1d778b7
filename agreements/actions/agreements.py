"""Make, send, end and withdraw agreements. Signing is in `actions.signatures`.

Lock order: people, then engagements by id, then the agreement. An engagement has at most one
agreement that is being made or in force at a time.
"""

from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import documents, emails
from agreements.authority import refuse_own, require
from agreements.models import (
    Agreement,
    Coverage,
    Document,
    DocumentKind,
    TemplateVersion,
)
from agreements.states import AGREEMENT, AgreementState
from agreements.trail import record
from coordination.access import Permission
from coordination.actions import clearances
from coordination.locks import lock_people
from coordination.models import Engagement
from core import audit
from core.errors import DomainError
from core.periods import today

audit.kind("agreement.made", gettext_lazy("Agreement made"))
audit.kind("agreement.sent", gettext_lazy("Agreement sent for signing"))
audit.kind("agreement.link_sent_again", gettext_lazy("Signing link sent again"))
audit.kind("agreement.ended", gettext_lazy("Agreement ended"))
audit.kind("agreement.withdrawn", gettext_lazy("Agreement withdrawn"))
audit.kind("agreement.shortened", gettext_lazy("Agreement ends with what it covers"))


# --- Making --------------------------------------------------------------------------------


@transaction.atomic
def draft(*, engagements, by, starts_on=None, ends_on=None):
    """Make a draft for one or more engagements of one volunteer at one branch; return it.

    The text comes from the newest published version of the terms' template. `starts_on` is by
    default the latest first day of the engagements, or today.
    Raises DomainError: one_volunteer_one_branch, no_template, agreement_exists, ends_before_start.
    """
    covered = locked_engagements([engagement.pk for engagement in engagements])
    first = _one_volunteer_and_branch(covered)
    require(by, Permission.MAKE_AGREEMENTS, first.site.branch)
    refuse_own(by, first.volunteer)
    starts_on = starts_on or max(today(), *(one.starts_on for one in covered))
    ends_on = ends_on or _shared_end(covered)
    if ends_on is not None and ends_on < starts_on:
        raise DomainError(
            _("The last day must not be before the first."),
            code="ends_before_start",
            field="ends_on",
        )
    refuse_second(covered, starts_on, ends_on)
    agreement = Agreement.objects.create(
        number=uuid4().hex[:20],
        branch=first.site.branch,
        volunteer=first.volunteer,
        version=_current_version(covered),
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=timezone.now(),
        created_by=by,
    )
    agreement.number = f"{agreement.created_at:%Y}-{agreement.pk:06d}"
    agreement.save(update_fields=["number"])
    Coverage.objects.bulk_create(Coverage(agreement=agreement, engagement=one) for one in covered)
    record("agreement.made", agreement, by=by, fields=("version", "starts_on", "ends_on"))
    return agreement


def locked_engagements(ids):
    """The engagements, locked in the order of their ids, after the people they are of."""
    people = Engagement.objects.filter(pk__in=ids).values_list("volunteer_id", flat=True)
    lock_people(list(people))
    rows = Engagement.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return list(rows.select_related("volunteer__person", "site__branch", "site__activity"))


def _one_volunteer_and_branch(engagements):
    pairs = {(one.volunteer_id, one.site.branch_id) for one in engagements}
    if len(pairs) != 1:
        raise DomainError(
            _("An agreement is for one volunteer at one branch. Choose among those."),
            code="one_volunteer_one_branch",
        )
    return engagements[0]


def _shared_end(engagements):
    days = [one.ends_on for one in engagements]
    return None if None in days else max(days)


def _current_version(engagements):
    terms = [getattr(one.site.activity, "terms", None) for one in engagements]
    template = next((one.template for one in terms if one and one.template), None)
    version = TemplateVersion.objects.filter(template=template).current().first()
    if template is None or version is None:
        raise DomainError(
            _(
                "%(activity)s has no published agreement template. "
                "Choose one under the activity's terms."
            )
            % {"activity": engagements[0].site.activity},
            code="no_template",
        )
    return version


def refuse_second(engagements, starts_on, ends_on, *, besides=None):
    """Raise DomainError("agreement_exists") if another agreement is being made, or binds in the
    period, for one of the (locked) engagements.
    """
    being_made = Q(agreement__state__in=(AgreementState.DRAFT, AgreementState.SENT))
    binds = Q(binding_from__isnull=False) & (
        Q(binding_until__isnull=True) | Q(binding_until__gte=starts_on)
    )
    if ends_on is not None:
        binds &= Q(binding_from__lte=ends_on)
    others = Coverage.objects.filter(being_made | binds, engagement__in=engagements)
    if besides is not None:
        others = others.exclude(agreement=besides)
    other = others.select_related("agreement").first()
    if other is not None:
        raise DomainError(
            _("Agreement %(number)s covers this already. End or withdraw it first.")
            % {"number": other.agreement.number},
            code="agreement_exists",
        )


# --- Sending -------------------------------------------------------------------------------


def send(*, agreement, by):
    """Freeze the text as PDF and mail the volunteer the link to sign; return the agreement.

    The text is set before the transaction, so that no lock waits for it, and stored with the
    new state in one; if anything it was made from has changed meanwhile, nothing is stored.
    Raises DomainError: changed_while_sending, wrong_state.
    """
    fresh = documents.loaded(agreement.pk)
    require(by, Permission.MAKE_AGREEMENTS, fresh.branch)
    refuse_own(by, fresh.volunteer)
    AGREEMENT.require(fresh.state, AgreementState.SENT)
    text = documents.render(fresh)
    with transaction.atomic():
        agreement = locked(agreement.pk)
        AGREEMENT.require(agreement.state, AgreementState.SENT)
        if documents.source(documents.loaded(agreement.pk)) != text.source:
            raise DomainError(
                _("Something in the agreement changed just now. Look at it again, then send it."),
                code="changed_while_sending",
            )
        Document.objects.create(
            agreement=agreement,
            kind=DocumentKind.TEXT,
            content=text.content,
            source=text.source,
            sha256=text.sha256,
            size=len(text.content),
            made_at=timezone.now(),
        )
        agreement.state = AgreementState.SENT
        agreement.sent_at, agreement.sent_by = timezone.now(), by
        agreement.save(update_fields=["state", "sent_at", "sent_by"])
        record("agreement.sent", agreement, by=by, fields=("state",))
        emails.send_link(agreement)
    return agreement


@transaction.atomic
def send_link_again(*, agreement, by):
    """Mail the volunteer a fresh link; return the agreement."""
    agreement = locked(agreement.pk)
    require(by, Permission.MAKE_AGREEMENTS, agreement.branch)
    if agreement.state != AgreementState.SENT:
        raise DomainError(_("The agreement does not wait for signatures."), code="wrong_state")
    record("agreement.link_sent_again", agreement, by=by)
    emails.send_link(agreement, again=True)
    return agreement


def locked(agreement_id):
    """The agreement, locked after its person, with branch and person."""
    people = Agreement.objects.filter(pk=agreement_id, volunteer__isnull=False)
    lock_people(list(people.values_list("volunteer_id", flat=True)))
    return (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("branch", "volunteer__person__user")
        .get(pk=agreement_id)
    )


# --- The end -------------------------------------------------------------------------------


@transaction.atomic
def end(*, agreement, last_day, by):
    """End a concluded agreement after `last_day`; the clearances end with it. Returns it.

    Either party may; no reason is asked for. Raises DomainError("wrong_state").
    """
    agreement = locked(agreement.pk)
    require(by, Permission.MAKE_AGREEMENTS, agreement.branch)
    return _end_locked(agreement, last_day=last_day, by=by)


def _end_locked(agreement, *, last_day, by):
    """What `end` does, for an agreement that is locked and a `by` who was asked already."""
    AGREEMENT.require(agreement.state, AgreementState.ENDED)
    last_day = max(last_day, agreement.starts_on)
    if agreement.ends_on is not None:
        last_day = min(last_day, agreement.ends_on)
    agreement.state = AgreementState.ENDED
    agreement.ends_on = last_day
    agreement.ended_at, agreement.ended_by = timezone.now(), by
    agreement.save(update_fields=["state", "ends_on", "ended_at", "ended_by"])
    for coverage in agreement.coverage_set.all():
        coverage.binding_until = max(last_day, coverage.binding_from)
        coverage.save(update_fields=["binding_until"])
    clearances.revoke(source=agreement, last_day=last_day, by=by)
    record("agreement.ended", agreement, by=by, fields=("state", "ends_on"))
    return agreement


@transaction.atomic
def withdraw(*, agreement, by):
    """Take back a draft, or an agreement that not all have signed; return it."""
    agreement = locked(agreement.pk)
    require(by, Permission.MAKE_AGREEMENTS, agreement.branch)
    return _withdraw_locked(agreement, by=by)


def _withdraw_locked(agreement, *, by):
    """What `withdraw` does, for a locked agreement."""
    AGREEMENT.require(agreement.state, AgreementState.WITHDRAWN)
    agreement.state = AgreementState.WITHDRAWN
    agreement.withdrawn_at, agreement.withdrawn_by = timezone.now(), by
    agreement.save(update_fields=["state", "withdrawn_at", "withdrawn_by"])
    agreement.signing_codes.all().delete()
    record("agreement.withdrawn", agreement, by=by, fields=("state",))
    return agreement


@transaction.atomic
def close_for_engagement(*, engagement, by):
    """The engagement has got its last day. Agreements whose every engagement has one end with the
    last of them; one that is still being made is withdrawn if nothing is left for it to bind.
    """
    ids = Coverage.objects.filter(engagement=engagement).values("agreement")
    open_states = (AgreementState.DRAFT, AgreementState.SENT, AgreementState.CONCLUDED)
    found = Agreement.objects.filter(pk__in=ids, state__in=open_states).order_by("pk")
    for pk in list(found.values_list("pk", flat=True)):
        agreement = locked(pk)
        last_days = agreement.coverage_set.values_list("engagement__ends_on", flat=True)
        if None not in last_days:
            _close_locked(agreement, last_day=max(last_days), by=by)


def _close_locked(agreement, *, last_day, by):
    """End, shorten or withdraw a locked agreement that has nothing to bind after the last day."""
    if agreement.state == AgreementState.CONCLUDED:
        _end_locked(agreement, last_day=last_day, by=by)
    elif last_day <= today() or last_day < agreement.starts_on:
        _withdraw_locked(agreement, by=by)
    elif agreement.ends_on is None or agreement.ends_on > last_day:
        agreement.ends_on = last_day
        agreement.save(update_fields=["ends_on"])
        record("agreement.shortened", agreement, by=by, fields=("ends_on",))
