"""What recruitment's rows say about people, and how long it is kept."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models import Person
from core import periods, policies, privacy
from core.privacy import DELETE_ROW, Operational, Personal
from recruitment.models import Application, Opportunity
from recruitment.states import ApplicationState

ANSWERING = _("Answering people who would like to volunteer")
UNANSWERED = "applications.not_taken_up"


def register_policies():
    """Called once, from `RecruitmentConfig.ready`."""
    policies.name_section("applications", _("Applications"))
    policies.register(
        policies.Policy(
            "applications.kept_months",
            int,
            6,
            unit=_("months"),
            label=_("Applications that came to nothing are deleted after"),
            help=_("Counted from the day on which the application was received."),
            source="domain.md rule 46",
            verify=True,
            minimum=1,
            maximum=60,
        ),
        policies.Policy(
            "applications.asked_again_months",
            int,
            3,
            unit=_("months"),
            label=_("Those who wait are asked whether they are still interested after"),
            help=_("They are asked once. It must be sooner than applications are deleted."),
            minimum=1,
            maximum=60,
        ),
        policies.Policy(
            "applications.answer_days",
            int,
            30,
            unit=_("days"),
            label=_("Applications of those who do not answer are closed after"),
            help=_("Counted from the day on which the question was sent."),
            minimum=7,
            maximum=365,
        ),
    )


def register_fields():
    """Called once, from `RecruitmentConfig.ready`."""
    privacy.register(
        Opportunity,
        {
            name: Operational()
            for name in (
                "id",
                "site",
                "title",
                "title_en",
                "summary",
                "summary_en",
                "body",
                "body_en",
                "when",
                "when_en",
                "state",
                "published_from",
                "published_until",
            )
        },
    )
    privacy.register(
        Application,
        {
            "id": Operational(),
            "person": Operational(erase=DELETE_ROW),
            "site": Operational(export=True),
            "opportunity": Operational(),
            "notice": Operational(export=True),
            "state": Operational(export=True),
            "received_at": Operational(export=True),
            "confirmed_at": Operational(export=True),
            "decided_at": Operational(export=True),
            "withdrawn_at": Operational(export=True),
            "decided_by": Operational(),
            "engagement": Operational(),
        }
        | {
            name: Personal(
                ANSWERING, basis=privacy.PUBLIC_TASK, retention=UNANSWERED, erase=DELETE_ROW
            )
            for name in ("languages", "availability", "channel", "message")
        },
        person="person",
    )


def register_rules():
    """Unanswered, declined and withdrawn applications go, and with them who only applied."""
    privacy.register_rule(
        privacy.RowRule(
            key=UNANSWERED,
            label=_("Applications that came to nothing"),
            policy="applications.kept_months",
            unit="months",
            model=Application,
            expired=lambda day: Application.objects.filter(
                ~Q(state=ApplicationState.ACCEPTED), received_at__lt=periods.start_of(day)
            ),
            action=delete_with_people,
            basis="GDPR art. 5(1)(e)",
        )
    )


def delete_with_people(applications):
    """Delete the applications, and the people who were nothing but applicants."""
    people = list(applications.values_list("person_id", flat=True))
    applications.delete()
    privacy.anonymise_people(
        Person.objects.filter(
            pk__in=people, applications__isnull=True, volunteer__isnull=True, user__isnull=True
        )
    )
