"""Receive, accept and decline applications."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.actions import engagements, people
from coordination.models import Person, Tie
from core import audit
from core.errors import DomainError
from core.periods import today
from recruitment import emails
from recruitment.eligibility import asks_birth_year, check_birth_year
from recruitment.models import Application, Opportunity
from recruitment.states import APPLICATION, ApplicationState

audit.kind("application.received", gettext_lazy("Application received"))
audit.kind("application.accepted", gettext_lazy("Application accepted"))
audit.kind("application.declined", gettext_lazy("Application declined"))
audit.kind("application.matched", gettext_lazy("Application matched with a known person"))


@transaction.atomic
def receive(*, opportunity, notice, language="da", birth_year=None, by=audit.ANONYMOUS, **answers):
    """Take a citizen's sign-up for an open opportunity; return the Application.

    `notice` is the version of the privacy notice that was shown. `answers`: name, email, phone,
    postcode, languages, availability, channel, message. A receipt is sent when there is an
    e-mail. Raises DomainError when the opportunity has closed or the age does not fit.
    """
    opportunity = _still_open(opportunity)
    activity = opportunity.site.activity
    if asks_birth_year(activity):
        _require_birth_year(activity, birth_year)
    person = people.register_person(
        name=answers["name"],
        email=answers.get("email", ""),
        phone=answers.get("phone", ""),
        postcode=answers.get("postcode", ""),
        language=language,
        birth_year=birth_year if asks_birth_year(activity) else None,
        by=by,
    )
    return _add(opportunity, person, notice, answers, by)


@transaction.atomic
def receive_from_person(*, opportunity, person, notice, by, **answers):
    """Take the sign-up of somebody who is signed in and known already; return the Application.

    Raises DomainError if they wait for an answer here already.
    """
    opportunity = _still_open(opportunity)
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    waiting = Application.objects.waiting().filter(person=person, site=opportunity.site)
    if waiting.exists():
        raise DomainError(
            _("You have signed up for this already. You will hear from us."), code="applied_already"
        )
    return _add(opportunity, person, notice, answers, by)


@transaction.atomic
def accept(
    *, application, site, starts_on, by, tie=Tie.FIXED, association=None, same_as=None, ends_on=None
):
    """Accept the applicant as a volunteer at the site; return the Engagement.

    `same_as`: a known person who this is; the application moves to them and the double is
    removed. Raises DomainError if somebody decided already, or a rule of engagements says no.
    """
    application = _locked(application)
    APPLICATION.require(application.state, ApplicationState.ACCEPTED)
    if same_as is not None and same_as.pk != application.person_id:
        _match(application, same_as, by)
    engagement = engagements.accept(
        person=application.person,
        site=site,
        starts_on=starts_on,
        ends_on=ends_on,
        tie=tie,
        association=association,
        languages=application.languages,
        availability=application.availability,
        by=by,
    )
    application.engagement = engagement
    _decide(application, ApplicationState.ACCEPTED, "application.accepted", by)
    return engagement


@transaction.atomic
def decline(*, application, by):
    """Say no thank you; the applicant is told kindly. Returns the Application."""
    application = _locked(application)
    APPLICATION.require(application.state, ApplicationState.DECLINED)
    _decide(application, ApplicationState.DECLINED, "application.declined", by)
    emails.send_declined(application)
    return application


def _still_open(opportunity):
    found = (
        Opportunity.objects.public_on(today())
        .select_related("site__activity", "site__branch")
        .filter(pk=opportunity.pk)
        .first()
    )
    if found is None:
        raise DomainError(
            _("This opportunity has just closed. Have a look at the others that are open."),
            code="opportunity_closed",
        )
    return found


def _require_birth_year(activity, birth_year):
    if birth_year is None:
        raise DomainError(
            _("Write the year you were born: this activity has a minimum age."),
            code="birth_year_missing",
            field="birth_year",
        )
    check_birth_year(activity, birth_year)


def _add(opportunity, person, notice, answers, by):
    application = Application.objects.create(
        person=person,
        site=opportunity.site,
        opportunity=opportunity,
        languages=answers.get("languages", ""),
        availability=answers.get("availability", ""),
        channel=answers.get("channel", ""),
        message=answers.get("message", ""),
        notice=notice,
        received_at=timezone.now(),
    )
    _record("application.received", application, by)
    emails.send_receipt(application)
    return application


def _match(application, known, by):
    """Move the application to the person who the coordinator knows this is.

    Only a double that nothing else hangs on is removed, so that nobody gains rights or history
    by signing up in another's name.
    """
    double = application.person
    application.person = known
    application.save(update_fields=["person"])
    _record("application.matched", application, by)
    people.remove_double(person=double, by=by)


def _decide(application, state, kind, by):
    application.state = state
    application.decided_at = timezone.now()
    application.decided_by = by
    application.save(update_fields=["state", "decided_at", "decided_by", "engagement"])
    _record(kind, application, by)


def _locked(application):
    """The row, its person locked first (the lock order everywhere is person, then the rest)."""
    Person.objects.select_for_update(of=("self",)).get(pk=application.person_id)
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("person", "site__branch", "site__activity")
        .get(pk=application.pk)
    )


def _record(kind, application, by):
    audit.record(
        kind,
        by=by,
        about=application,
        fields=("state",),
        person_ids=[application.person_id],
        branch_path=application.site.branch.path,
    )
