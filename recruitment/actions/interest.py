"""Still interested: a yes keeps the application open, a no or silence closes it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from coordination.models import Person
from core import audit
from recruitment import interest
from recruitment.models import Application
from recruitment.states import APPLICATION, ApplicationState

audit.kind("application.confirmed", gettext_lazy("Still interested"))
audit.kind("application.withdrawn", gettext_lazy("Application closed by the applicant or by time"))


@transaction.atomic
def confirm(*, application, by=audit.ANONYMOUS):
    """The applicant still wants to; return the Application. Twice is once.

    Raises DomainError "wrong_state" where it has been decided in the meantime.
    """
    application = _locked(application)
    APPLICATION.require(application.state, ApplicationState.WITHDRAWN)
    if application.confirmed_at is None:
        application.confirmed_at = timezone.now()
        application.save(update_fields=["confirmed_at"])
        _record("application.confirmed", application, by, fields=("confirmed_at",))
    return application


@transaction.atomic
def withdraw(*, application, by=audit.ANONYMOUS):
    """The applicant does not want to any more, or has not answered; return the Application.

    Raises DomainError "wrong_state" where it has been decided in the meantime.
    """
    application = _locked(application)
    APPLICATION.require(application.state, ApplicationState.WITHDRAWN)
    application.state = ApplicationState.WITHDRAWN
    application.withdrawn_at = timezone.now()
    application.save(update_fields=["state", "withdrawn_at"])
    _record("application.withdrawn", application, by, fields=("state",))
    return application


def close_unanswered(*, by=audit.SYSTEM):
    """Close the applications of those who were asked and have not answered; return how many.

    Each in a transaction of its own: an answer that comes meanwhile counts.
    """
    closed = 0
    for application in interest.unanswered(timezone.now()).order_by("pk"):
        with transaction.atomic():
            if interest.unconfirmed().filter(pk=_locked(application).pk).exists():
                withdraw(application=application, by=by)
                closed += 1
    return closed


def _locked(application):
    """The row, its person locked first."""
    Person.objects.select_for_update(of=("self",)).get(pk=application.person_id)
    rows = Application.objects.select_for_update(of=("self",)).select_related("site__branch")
    return rows.get(pk=application.pk)


def _record(kind, application, by, *, fields):
    audit.record(
        kind,
        by=by,
        about=application,
        fields=fields,
        person_ids=[application.person_id],
        branch_path=application.site.branch.path,
    )
