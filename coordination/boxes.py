"""What coordination itself puts on a volunteer's own page, beside what others put there."""

from coordination import attendance, panels
from core.periods import today


def register():
    """Called once, from `CoordinationConfig.ready`."""
    panels.register("own.page", panels.Panel(20, "coordination/attendance/_own_panel.html", own))


def own(request, volunteer):
    """My hours, and for a shift lead who came. 1 query."""
    return {"is_lead": attendance.leads(request.user, today()).exists()}
