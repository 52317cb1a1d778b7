"""The start page, composed from each app's summary, and the error pages."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from agreements import summary as agreements_summary
from coordination import summary as coordination_summary
from coordination.access import is_staff_member
from core.summary import Tile
from recruitment import summary as recruitment_summary

SUMMARIES = (coordination_summary, recruitment_summary, agreements_summary)


@login_not_required
@require_safe
def start(request):
    """Staff see what waits; volunteers their own page; everybody else the public site."""
    if not request.user.is_authenticated:
        return redirect("recruitment:opportunity-list")
    if not is_staff_member(request.user):
        return redirect("coordination:own-page")
    rows = [row for app in SUMMARIES for row in app.staff_summary(request.user)]
    rows.sort(key=lambda row: row.order)
    context = {
        "tiles": [row for row in rows if isinstance(row, Tile)],
        "waiting": [row for row in rows if not isinstance(row, Tile)],
    }
    return render(request, "frivillig/start.html", context)


def csrf_failure(request, reason=""):
    """The form was too old, or cookies are off: say so kindly and keep them going."""
    return render(request, "403_csrf.html", status=403)
