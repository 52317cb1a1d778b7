"""What agreements puts into the mailed overviews."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from coordination import overviews
from coordination.access import Permission
from coordination.eligibility import missing_rows
from coordination.models import Engagement
from core.periods import start_of

AHEAD, BEHIND = timedelta(days=14), timedelta(days=60)


def register():
    """Called once, from `AgreementsConfig.ready`."""
    overviews.add_section(
        overviews.Section(
            "papers",
            _("Who is missing papers"),
            missing_papers,
            _person,
            Permission.VIEW_AGREEMENTS,
            order=20,
        )
    )
    overviews.add_figure(
        overviews.Figure("agreements", _("agreements signed"), _concluded, order=60)
    )


def missing_papers(monday):
    """Engagements that begin soon or began lately and lack something they need; each once. Which
    paper it is, a mail does not tell."""
    near = Engagement.objects.not_ended(monday).filter(
        starts_on__range=(monday - BEHIND, monday + AHEAD)
    )
    lacking = missing_rows(near, monday).values("pk")
    rows = Engagement.objects.filter(pk__in=lacking)
    return rows.select_related("volunteer__person", "site__activity", "site__branch").order_by(
        "starts_on", "pk"
    )


def _person(engagement):
    return f"{engagement.volunteer.person.display_name}, {engagement.site}"


def _concluded(first, last):
    return Agreement.objects.filter(
        concluded_at__gte=start_of(first), concluded_at__lt=start_of(last + timedelta(days=1))
    )
