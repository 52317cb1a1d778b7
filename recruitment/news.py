"""What recruitment puts into the mailed overviews."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from coordination import overviews
from coordination.access import Permission
from core.periods import start_of
from core.templatetags.ui import day
from recruitment.models import Application


def register():
    """Called once, from `RecruitmentConfig.ready`."""
    overviews.add_section(
        overviews.Section(
            "applications",
            _("Who waits for your answer"),
            waiting,
            _person,
            Permission.HANDLE_APPLICATIONS,
            order=5,
        )
    )
    overviews.add_figure(overviews.Figure("applications", _("applications"), _received, order=55))


def waiting(monday):
    """Applications that have not been answered, the oldest first."""
    rows = Application.objects.waiting()
    return rows.select_related("person", "site__activity", "site__branch").order_by(
        "received_at", "pk"
    )


def _person(application):
    return f"{application.person.display_name}, {application.site}: {day(application.received_at)}"


def _received(first, last):
    return Application.objects.filter(
        received_at__gte=start_of(first), received_at__lt=start_of(last + timedelta(days=1))
    )
