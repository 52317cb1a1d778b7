"""Ask for, give and withdraw consents; sign the declaration of confidentiality.

Withdrawing takes one step, as giving does, and needs nobody's leave.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import consents
from agreements.authority import is_party, refuse_own, require
from agreements.models import (
    ConfidentialityDeclaration,
    Consent,
    ConsentKind,
    DeclarationMethod,
)
from coordination.access import Permission, scope_of
from coordination.locks import lock_people
from coordination.models import Volunteer
from core import audit
from core.errors import DomainError
from core.periods import today

audit.kind("consent.asked", gettext_lazy("Consent asked for"))
audit.kind("consent.given", gettext_lazy("Consent given"))
audit.kind("consent.refused", gettext_lazy("Consent refused"))
audit.kind("consent.withdrawn", gettext_lazy("Consent withdrawn"))
audit.kind("consent.taken_down", gettext_lazy("Pictures taken down"))
audit.kind("confidentiality.declared", gettext_lazy("Declaration of confidentiality signed"))


@transaction.atomic
def ask(*, volunteer, branch, context, places, by):
    """Ask a volunteer whether pictures may be used; they answer on their own page.

    Raises DomainError: no_context, consent_open.
    """
    require(by, Permission.EDIT_PEOPLE, branch)
    _locked(volunteer)
    context, places = " ".join(context.split()), places.strip()
    if not context:
        raise DomainError(_("Say which pictures it is about."), code="no_context", field="context")
    consent = _new(volunteer, ConsentKind.PHOTO, context=context, places=places, branch=branch)
    consent.asked_at, consent.asked_by = timezone.now(), by
    return _saved(consent, "consent.asked", by=by)


@transaction.atomic
def give(*, volunteer, kind, by, guardian=""):
    """Consent to something one need not be asked about; returns the Consent.

    `by` is the volunteer, or staff who hold the paper. Raises DomainError: guardian_needed,
    consent_open, asked_first.
    """
    volunteer = _locked(volunteer)
    _require_may_answer(by, volunteer)
    if kind not in consents.UNASKED:
        raise DomainError(_("Pictures are asked about first."), code="asked_first")
    consent = _new(volunteer, kind)
    _give(consent, volunteer, by, guardian)
    return _saved(consent, "consent.given", by=by)


@transaction.atomic
def answer(*, consent, yes, by, guardian=""):
    """Say yes or no to what was asked; returns the Consent.

    Raises DomainError: not_asked, guardian_needed.
    """
    volunteer = _locked(consent.volunteer)
    _require_may_answer(by, volunteer)
    consent = _locked_consent(consent)
    if consent.status != "asked":
        raise DomainError(_("This has been answered already."), code="not_asked")
    if yes:
        _give(consent, volunteer, by, guardian)
        return _saved(consent, "consent.given", by=by)
    consent.withdrawn_at, consent.withdrawn_by = timezone.now(), by
    return _saved(consent, "consent.refused", by=by)


@transaction.atomic
def withdraw(*, consent, by):
    """Take a consent back; pictures then wait to be taken down. Returns the Consent.

    Also somebody who was too young to give it may take it back. Raises DomainError("not_given").
    """
    volunteer = _locked(consent.volunteer)
    _require_may_answer(by, volunteer)
    consent = _locked_consent(consent)
    if consent.status != "given":
        raise DomainError(_("This consent does not hold any more."), code="not_given")
    consent.withdrawn_at, consent.withdrawn_by = timezone.now(), by
    return _saved(consent, "consent.withdrawn", by=by)


@transaction.atomic
def take_down(*, consent, by):
    """Say that the pictures are gone from where they were shown; returns the Consent."""
    require(by, Permission.EDIT_PEOPLE, consent.branch)
    consent = _locked_consent(consent)
    if consent.status != "withdrawn":
        raise DomainError(_("There is nothing to take down."), code="nothing_to_take_down")
    consent.taken_down_at, consent.taken_down_by = timezone.now(), by
    return _saved(consent, "consent.taken_down", by=by)


@transaction.atomic
def declare_confidentiality(*, volunteer, by, signed_on=None, signer_name=""):
    """Sign the declaration: the volunteer on their own page, or staff register it from paper.

    Again is harmless: the version signed stays signed. Raises DomainError: signed_in_future.
    """
    volunteer = _locked(volunteer)
    _require_may_answer(by, volunteer)
    own = is_party(by, volunteer)
    signed_on = today() if own or signed_on is None else signed_on
    if signed_on > today():
        raise DomainError(
            _("The day of signing cannot lie ahead."), code="signed_in_future", field="signed_on"
        )
    declaration, created = ConfidentialityDeclaration.objects.get_or_create(
        volunteer=volunteer,
        text=consents.current_text(consents.CONFIDENTIALITY),
        defaults={
            "signer_name": " ".join(signer_name.split()) or volunteer.person.display_name,
            "method": DeclarationMethod.OWN_PAGE if own else DeclarationMethod.PAPER,
            "signed_on": signed_on,
            "recorded_at": timezone.now(),
            "recorded_by": by,
        },
    )
    if created:
        audit.record(
            "confidentiality.declared", by=by, about=declaration, person_ids=[volunteer.pk]
        )
    return declaration


# --- What they share -----------------------------------------------------------------------


def _locked(volunteer):
    lock_people([volunteer.pk])
    return Volunteer.objects.select_related("person__user").get(pk=volunteer.pk)


def _locked_consent(consent):
    rows = Consent.objects.select_for_update(of=("self",)).select_related("branch")
    return rows.get(pk=consent.pk)


def _require_may_answer(by, volunteer):
    """The volunteer themself, or staff who may edit them and are somebody else."""
    if is_party(by, volunteer):
        return
    refuse_own(by, volunteer)
    editable = Volunteer.objects.permitted(by, Permission.EDIT_PEOPLE)
    if (
        not scope_of(by).holds(Permission.EDIT_PEOPLE)
        or not editable.filter(pk=volunteer.pk).exists()
    ):
        raise DomainError(_("You may not answer for this person."), code="not_allowed")


def _new(volunteer, kind, *, context="", places="", branch=None):
    if Consent.objects.open().filter(volunteer=volunteer, kind=kind, context=context).exists():
        raise DomainError(_("This is consented to, or asked about, already."), code="consent_open")
    return Consent(
        volunteer=volunteer,
        kind=kind,
        branch=branch,
        text=consents.current_text(kind),
        context=context,
        places=places,
    )


def _give(consent, volunteer, by, guardian):
    guardian = " ".join(guardian.split())
    if consents.needs_guardian(volunteer.person) and (is_party(by, volunteer) or not guardian):
        raise DomainError(
            _("You are too young to say yes alone. Your parents say yes together with you.")
            if is_party(by, volunteer)
            else _("Write the name of the guardian who said yes."),
            code="guardian_needed",
            field=None if is_party(by, volunteer) else "guardian",
        )
    consent.given_at, consent.given_by, consent.given_by_guardian = timezone.now(), by, guardian


def _saved(consent, kind, *, by):
    consent.save()
    audit.record(
        kind,
        by=by,
        about=consent,
        fields=("kind",),
        person_ids=[consent.volunteer_id],
        branch_path=consent.branch.path if consent.branch else "",
    )
    return consent
