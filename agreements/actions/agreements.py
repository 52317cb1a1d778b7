"""Make, send, end and withdraw agreements. Signing is in `actions.signatures`.

Lock order: people, then engagements by id, then the agreement. An engagement has at most one
agreement that is being made or in force at a time.
"""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import documents, emails, library, parties
from agreements.authority import is_party, refuse_party, require
from agreements.models import (
    Agreement,
    Coverage,
    Document,
    DocumentKind,
    TemplateVersion,
)
from agreements.states import AGREEMENT, SIGNED_BY_ALL, AgreementState
from agreements.trail import happened_since, record
from coordination.access import Permission
from coordination.actions import clearances
from coordination.locks import lock_people
from coordination.models import Association, Engagement
from core import audit
from core.errors import DomainError
from core.periods import today

LINK_PAUSE = timedelta(minutes=10)

audit.kind("agreement.made", gettext_lazy("Agreement made"))
audit.kind("agreement.sent", gettext_lazy("Agreement sent for signing"))
audit.kind("agreement.link_sent_again", gettext_lazy("Signing link sent again"))
audit.kind("agreement.ended", gettext_lazy("Agreement ended"))
audit.kind("agreement.replaced", gettext_lazy("Agreement replaced by a new one"))
audit.kind("agreement.withdrawn", gettext_lazy("Agreement withdrawn"))
audit.kind("agreement.shortened", gettext_lazy("Agreement ends with what it covers"))


# --- Making --------------------------------------------------------------------------------


@transaction.atomic
def draft(*, engagements, by, starts_on=None, ends_on=None, template=None, guardian=None):
    """Make a draft for one or more engagements of one volunteer at one branch; return it.

    The text comes from the newest published version of `template`, by default the one that suits
    (`library.suggested`). `starts_on` is by default the latest first day of the engagements, or
    today. Somebody under age needs a `guardian`, by default their only registered one.
    Raises DomainError: one_volunteer_one_branch, no_template, agreement_exists,
    ends_before_start, guardian_needed.
    """
    covered = locked_engagements([engagement.pk for engagement in engagements])
    first = _one_volunteer_and_branch(covered)
    starts_on = starts_on or max(today(), *(one.starts_on for one in covered))
    return _draft_for(
        covered,
        by=by,
        branch=first.site.branch,
        volunteer=first.volunteer,
        guardian=_guardian_of(first.volunteer.person, guardian),
        version=_version_of(template or library.suggested(covered), covered[0].site.activity),
        starts_on=starts_on,
        ends_on=ends_on or _shared_end(covered),
    )


@transaction.atomic
def draft_with_association(
    *, association, branch, template, by, starts_on=None, ends_on=None, replaces=None
):
    """Make a draft of an agreement between a branch and an association as a partner.

    Its contact signs. Raises DomainError: no_contact, no_template, agreement_exists,
    ends_before_start.
    """
    association = Association.objects.select_for_update(of=("self",)).get(pk=association.pk)
    if association.contact is None:
        raise DomainError(
            _("Write who is the association's contact first. That person signs for it."),
            code="no_contact",
        )
    starts_on = starts_on or today()
    _refuse_second_with(association, branch, starts_on, ends_on, besides=replaces)
    return _draft_for(
        [],
        by=by,
        branch=branch,
        association=association,
        contact=association.contact,
        version=_version_of(template, association),
        starts_on=starts_on,
        ends_on=ends_on,
        replaces=replaces,
    )


@transaction.atomic
def renew(*, agreement, by, starts_on=None, ends_on=None, guardian=None):
    """Make a draft that takes over from an agreement in force, once all have signed; return it.

    It covers what the old one covers and goes on, with the newest version of the texts that suit.
    Until then the old one holds. `starts_on` is by default the day after the old one's last, or
    today, and never before the old one's second day.
    Raises DomainError: wrong_state, nothing_to_renew, renewed_already, and as `draft`.
    """
    covered = locked_engagements(list(agreement.coverage_set.values_list("engagement", flat=True)))
    old = locked(agreement.pk)
    AGREEMENT.require(old.state, AgreementState.REPLACED)
    if old.successors.exclude(state=AgreementState.WITHDRAWN).exists():
        raise DomainError(
            _("A new agreement is on its way already. Open that one."), code="renewed_already"
        )
    starts_on = max(starts_on or _next_start(old), old.in_force_from + timedelta(days=1))
    if old.association_id:
        return draft_with_association(
            association=old.association,
            branch=old.branch,
            template=old.version.template,
            by=by,
            starts_on=starts_on,
            ends_on=ends_on,
            replaces=old,
        )
    going_on = [one for one in covered if one.ends_on is None or one.ends_on >= starts_on]
    if not going_on:
        raise DomainError(
            _("What the agreement covers ends before a new one could begin."),
            code="nothing_to_renew",
        )
    person = old.volunteer.person
    return _draft_for(
        going_on,
        by=by,
        branch=old.branch,
        volunteer=old.volunteer,
        guardian=_guardian_of(person, guardian or old.guardian),
        version=_version_of(library.suggested(going_on), going_on[0].site.activity),
        starts_on=starts_on,
        ends_on=ends_on or _shared_end(going_on),
        replaces=old,
    )


def _next_start(old):
    return today() if old.ends_on is None else max(today(), old.ends_on + timedelta(days=1))


def _draft_for(covered, *, by, branch, replaces=None, **fields):
    """The draft's row and its coverages; whoever calls has locked what it is about."""
    require(by, Permission.MAKE_AGREEMENTS, branch)
    agreement = Agreement(
        number=uuid4().hex[:20],
        branch=branch,
        replaces=replaces,
        created_at=timezone.now(),
        created_by=by,
        **fields,
    )
    refuse_party(by, agreement)
    if agreement.ends_on is not None and agreement.ends_on < agreement.starts_on:
        raise DomainError(
            _("The last day must not be before the first."),
            code="ends_before_start",
            field="ends_on",
        )
    refuse_second(covered, agreement.starts_on, agreement.ends_on, besides=[replaces])
    agreement.save()
    agreement.number = f"{agreement.created_at:%Y}-{agreement.pk:06d}"
    agreement.save(update_fields=["number"])
    Coverage.objects.bulk_create(Coverage(agreement=agreement, engagement=one) for one in covered)
    record("agreement.made", agreement, by=by, fields=("version", "starts_on", "ends_on"))
    return agreement


def _guardian_of(person, guardian):
    """Who signs with somebody under age: the one named, or the only one; None for an adult."""
    if not parties.needs_guardian(person):
        return None
    known = [row.person for row in person.guardians.select_related("person")]
    if guardian is None and len(known) == 1:
        return known[0]
    if guardian not in known:
        raise DomainError(
            _("Say who the guardian is. Somebody under age signs together with a guardian."),
            code="guardian_needed",
            field="guardian",
        )
    return guardian


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


def _version_of(template, about):
    version = TemplateVersion.objects.filter(template=template).current().first()
    if template is None or version is None:
        raise DomainError(
            _(
                "%(activity)s has no published agreement template. "
                "Choose one under the activity's terms."
            )
            % {"activity": about},
            code="no_template",
        )
    return version


def refuse_second(engagements, starts_on, ends_on, *, besides=()):
    """Raise DomainError("agreement_exists") if another agreement than `besides` is being made, or
    binds in the period, for one of the (locked) engagements.
    """
    being_made = Q(agreement__state__in=(AgreementState.DRAFT, AgreementState.SENT))
    binds = Q(binding_from__isnull=False) & (
        Q(binding_until__isnull=True) | Q(binding_until__gte=starts_on)
    )
    if ends_on is not None:
        binds &= Q(binding_from__lte=ends_on)
    others = Coverage.objects.filter(being_made | binds, engagement__in=engagements)
    known = [agreement.pk for agreement in besides if agreement is not None]
    other = others.exclude(agreement__in=known).select_related("agreement").first()
    if other is not None:
        raise _exists(other.agreement)


def _refuse_second_with(association, branch, starts_on, ends_on, *, besides=None):
    """The same between a branch and a (locked) association."""
    known = (AgreementState.DRAFT, AgreementState.SENT, AgreementState.CONCLUDED)
    goes_on = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    rows = Agreement.objects.filter(goes_on, branch=branch, association=association)
    if ends_on is not None:
        rows = rows.filter(starts_on__lte=ends_on)
    other = rows.filter(state__in=known).exclude(pk=besides and besides.pk).first()
    if other is not None:
        raise _exists(other)


def _exists(other):
    return DomainError(
        _("Agreement %(number)s covers this already. End or withdraw it first.")
        % {"number": other.number},
        code="agreement_exists",
    )


# --- Sending -------------------------------------------------------------------------------


def send(*, agreement, by):
    """Freeze the text as PDF and mail the links to sign; return the agreement.

    The text is set before the transaction, so that no lock waits for it, and stored with the
    new state in one; if anything it was made from has changed meanwhile, nothing is stored.
    Raises DomainError: changed_while_sending, wrong_state.
    """
    fresh = documents.loaded(agreement.pk)
    require(by, Permission.MAKE_AGREEMENTS, fresh.branch)
    refuse_party(by, fresh)
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
        emails.send_links(agreement)
    return agreement


@transaction.atomic
def send_link_again(*, agreement, by):
    """Mail a fresh link to each who has not signed; return the agreement.

    Raises DomainError "wrong_state", and "just_sent" for whoever presses twice.
    """
    agreement = locked(agreement.pk)
    require(by, Permission.MAKE_AGREEMENTS, agreement.branch)
    if agreement.state != AgreementState.SENT:
        raise DomainError(_("The agreement does not wait for signatures."), code="wrong_state")
    if happened_since("agreement.link_sent_again", agreement, timezone.now() - LINK_PAUSE):
        raise DomainError(
            _("A new link has just been sent. Give it ten minutes before you send another."),
            code="just_sent",
        )
    record("agreement.link_sent_again", agreement, by=by)
    emails.send_links(agreement, again=True)
    return agreement


def locked(agreement_id):
    """The agreement, locked after its person, with branch and person."""
    people = Agreement.objects.filter(pk=agreement_id, volunteer__isnull=False)
    lock_people(list(people.values_list("volunteer_id", flat=True)))
    return (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("branch", "volunteer__person__user", "association", "guardian", "contact")
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


@transaction.atomic
def end_own(*, agreement, last_day, by):
    """The volunteer ends their own agreement, today at the earliest; returns it.

    The coordinators are told. Raises DomainError: not_yours, ended_in_the_past, wrong_state.
    """
    agreement = locked(agreement.pk)
    if not is_party(by, agreement.volunteer):
        raise DomainError(_("This agreement is not yours to end."), code="not_yours")
    if last_day < today():
        raise DomainError(
            _("The last day cannot lie in the past. Choose today or a later day."),
            code="ended_in_the_past",
            field="last_day",
        )
    agreement = _end_locked(agreement, last_day=last_day, by=by)
    emails.send_ended_to_staff(agreement)
    return agreement


def _end_locked(agreement, *, last_day, by):
    """What `end` does, for an agreement that is locked and a `by` who was asked already."""
    AGREEMENT.require(agreement.state, AgreementState.ENDED)
    last_day = max(last_day, agreement.in_force_from)
    if agreement.ends_on is not None:
        last_day = min(last_day, agreement.ends_on)
    _stop(agreement, AgreementState.ENDED, last_day=last_day, by=by, at=timezone.now())
    record("agreement.ended", agreement, by=by, fields=("state", "ends_on"))
    emails.send_ended(agreement)
    return agreement


def replace_locked(agreement_id, *, by_agreement, on):
    """Let a successor that all have signed take over from a day on; returns the day it does.

    The old one holds until the day before, and on its first day in any case. One that was ended
    meanwhile, or has run out, stays as it is. The sender of the successor is who replaced it.
    """
    old = locked(agreement_id)
    if not AGREEMENT.allows(old.state, AgreementState.REPLACED):
        return on if old.ends_on is None else max(on, old.ends_on + timedelta(days=1))
    if old.ends_on is not None and old.ends_on < on:
        return on
    first_day = max(on, old.in_force_from + timedelta(days=1))
    _stop(
        old,
        AgreementState.REPLACED,
        last_day=first_day - timedelta(days=1),
        by=by_agreement.sent_by,
        at=timezone.now(),
    )
    record("agreement.replaced", old, by=by_agreement.sent_by, fields=("state", "ends_on"))
    return first_day


def _stop(agreement, state, *, last_day, by, at):
    """What binds binds until the last day, and what it cleared is cleared until then."""
    agreement.state = state
    agreement.ends_on = last_day
    agreement.ended_at, agreement.ended_by = at, by
    agreement.save(update_fields=["state", "ends_on", "ended_at", "ended_by"])
    for coverage in agreement.coverage_set.filter(binding_from__isnull=False):
        coverage.binding_until = max(last_day, coverage.binding_from)
        coverage.save(update_fields=["binding_until"])
    clearances.revoke(source=agreement, last_day=last_day, by=by)


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
    last of them, also those that were to end on a later day; one that is still being made is
    withdrawn if nothing is left for it to bind.
    """
    ids = Coverage.objects.filter(engagement=engagement).values("agreement")
    open_states = (AgreementState.DRAFT, AgreementState.SENT, AgreementState.CONCLUDED)
    still_binds = Q(state__in=SIGNED_BY_ALL, ends_on__gt=engagement.ends_on)
    found = Agreement.objects.filter(Q(state__in=open_states) | still_binds, pk__in=ids)
    found = found.order_by("pk")
    for pk in list(found.values_list("pk", flat=True)):
        agreement = locked(pk)
        last_days = agreement.coverage_set.values_list("engagement__ends_on", flat=True)
        if None not in last_days:
            _close_locked(agreement, last_day=max(last_days), by=by)


def _close_locked(agreement, *, last_day, by):
    """End, shorten or withdraw a locked agreement that has nothing to bind after the last day."""
    if agreement.state == AgreementState.CONCLUDED:
        _end_locked(agreement, last_day=last_day, by=by)
    elif agreement.state in SIGNED_BY_ALL:
        _shorten_locked(agreement, last_day=last_day, by=by)
    elif last_day <= today() or last_day < agreement.starts_on:
        _withdraw_locked(agreement, by=by)
    elif agreement.ends_on is None or agreement.ends_on > last_day:
        agreement.ends_on = last_day
        agreement.save(update_fields=["ends_on"])
        record("agreement.shortened", agreement, by=by, fields=("ends_on",))


def _shorten_locked(agreement, *, last_day, by):
    """Let an agreement whose end was set already end sooner; who set it, and when, stays."""
    last_day = max(last_day, agreement.in_force_from)
    if agreement.ends_on <= last_day:
        return
    _stop(
        agreement,
        AgreementState(agreement.state),
        last_day=last_day,
        by=agreement.ended_by,
        at=agreement.ended_at,
    )
    record("agreement.shortened", agreement, by=by, fields=("ends_on",))
