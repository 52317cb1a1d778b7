"""What agreements shows on coordination's pages (panels)."""

from agreements import queries
from coordination import panels
from coordination.access import Permission, scope_of
from core.periods import today


def register():
    """Called once, from `AgreementsConfig.ready`."""
    panels.register(
        "volunteer.detail",
        panels.Panel(
            10,
            "agreements/_volunteer_panel.html",
            volunteer_panel,
            permission=Permission.VIEW_AGREEMENTS,
        ),
    )
    panels.register("own.page", panels.Panel(10, "agreements/_own_panel.html", own_panel))
    panels.register(
        "activity.detail",
        panels.Panel(
            10,
            "agreements/_terms_panel.html",
            terms_panel,
            permission=Permission.VIEW_ACTIVITIES,
        ),
    )


def volunteer_panel(request, volunteer):
    """What is missing, why, and the next step; and the agreements of the user's branches."""
    user = request.user
    engagements = queries.engagements_of(volunteer, user, today())
    found = queries.next_steps(engagements, today(), user)
    steps = [step for one in found.values() for step in one]
    return {
        "volunteer": volunteer,
        "blocking": [step for step in steps if step.blocking],
        "possible": [step for step in steps if not step.blocking],
        "agreements": queries.agreements_of(volunteer, user),
        "today": today(),
    }


def own_panel(request, volunteer):
    """The same in the volunteer's words."""
    if volunteer is None:
        return None
    found = queries.own_steps(volunteer, today(), request.user)
    return {"steps": [step for _engagement, steps in found for step in steps]}


def terms_panel(request, activity):
    """The activity's terms, what they lack, and who is at risk."""
    may_edit = scope_of(request.user).holds(Permission.EDIT_TERMS, activity.branch.path)
    terms = queries.terms_of(activity)
    return {
        "terms": terms,
        "activity": activity,
        "warnings": queries.terms_warnings(terms) if may_edit else [],
        "at_risk": queries.at_risk(activity) if may_edit else [],
        "may_edit": may_edit,
    }
