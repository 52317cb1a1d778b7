"""Activities and the sites at which they take place."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import events
from coordination.actions import frames, series
from coordination.models import Activity, Branch, Engagement, Frame, Site
from coordination.states import ACTIVITY, ActivityState
from core import audit
from core.errors import DomainError
from core.periods import today

audit.kind("activity.created", gettext_lazy("Activity created"))
audit.kind("activity.changed", gettext_lazy("Activity changed"))
audit.kind("activity.state_changed", gettext_lazy("Activity's status changed"))
audit.kind("site.added", gettext_lazy("Activity opened at a branch"))
audit.kind("site.closed", gettext_lazy("Activity closed at a branch"))

EDITABLE = (
    "title",
    "title_en",
    "kind",
    "purpose",
    "description",
    "description_en",
    "target_group",
    "minimum_age",
    "contact",
    "deputy",
)


@transaction.atomic
def create_activity(*, branch, title, kind, state=ActivityState.RUNNING, sites=None, by, **fields):
    """Make an activity owned by `branch`, at the branches `sites` (default: the owner); return it.

    `fields` are those of EDITABLE; TypeError for others.
    """
    _require_editable(fields)
    activity = Activity.objects.create(
        branch=branch, title=title.strip(), kind=kind, state=state, **fields
    )
    _record("activity.created", activity, by)
    for place in sites if sites is not None else [branch]:
        add_site(activity=activity, branch=place, by=by)
    return activity


@transaction.atomic
def change_activity(*, activity, by, **fields):
    """Change what is told about the activity; return it. Unchanged fields are not written.

    Raises DomainError("not_for_the_young") for a minimum age below 18 where its frame keeps the
    young out.
    """
    _require_editable(fields)
    activity = _locked(activity)
    changed = sorted(name for name, value in fields.items() if getattr(activity, name) != value)
    _require_of_age(activity, fields)
    if changed:
        for name in changed:
            setattr(activity, name, fields[name])
        activity.save(update_fields=changed)
        _record("activity.changed", activity, by, changed)
    return activity


@transaction.atomic
def change_state(*, activity, state, by):
    """Take the activity from idea to pilot, running, ended; return it.

    A pilot begins with a goal and a period, and goes on or ends with an evaluation. Raises
    DomainError "wrong_state", "pilot_needs_a_goal", "pilot_needs_an_evaluation", and
    "activity_has_volunteers" where somebody is still tied to one that is to end.
    """
    activity = _locked(activity)
    ACTIVITY.require(activity.state, state)
    _require_pilot(activity, state)
    tied = Engagement.objects.not_ended(today()).filter(site__activity=activity)
    if state == ActivityState.ENDED and tied.exists():
        raise DomainError(
            _("Volunteers are still tied to this activity. End their engagements first."),
            code="activity_has_volunteers",
        )
    activity.state = state
    activity.save(update_fields=["state"])
    _record("activity.state_changed", activity, by, ("state",))
    return activity


@transaction.atomic
def add_site(*, activity, branch, place="", by):
    """Let the activity take place at one more branch; return the Site. One closed opens again.

    Raises DomainError "site_exists", "branch_closed".
    """
    branch = Branch.objects.get(pk=branch.pk)
    if branch.closed_on and branch.closed_on <= today():
        raise DomainError(
            _("%(branch)s is closed. Choose another branch.") % {"branch": branch},
            code="branch_closed",
            field="branch",
        )
    site = Site.objects.select_for_update(of=("self",)).filter(activity=activity, branch=branch)
    site = site.first()
    if site is not None and site.closed_on is None:
        raise DomainError(
            _("The activity already takes place at this branch."),
            code="site_exists",
            field="branch",
        )
    if site is None:
        site = Site(activity=activity, branch=branch)
    site.place = place
    site.closed_on = None
    site.save()
    _record("site.added", site, by)
    events.publish(events.SiteAdded(site=site, by=by))
    return site


@transaction.atomic
def close_site(*, site, on, by):
    """Close the activity at this branch from a day on; return the Site.

    Its regular shifts end, shifts from that day on are cancelled and those on them told.
    Raises DomainError("site_has_volunteers").
    """
    site = Site.objects.select_for_update(of=("self",)).select_related("branch").get(pk=site.pk)
    if Engagement.objects.not_ended(on).filter(site=site).exists():
        raise DomainError(
            _("Volunteers are still tied to this place on that day. End their engagements first."),
            code="site_has_volunteers",
            field="on",
        )
    site.closed_on = on
    site.save(update_fields=["closed_on"])
    series.stop_at(sites=[site], on=on, by=by)
    _record("site.closed", site, by, ("closed_on",))
    return site


def _require_pilot(activity, state):
    frame = Frame.objects.filter(activity=activity).first()
    if state == ActivityState.PILOT and not (frame and frame.is_ready_for_pilot):
        raise DomainError(
            _("Write the goal and the period of the pilot in the activity's frame first."),
            code="pilot_needs_a_goal",
        )
    if activity.state == ActivityState.PILOT and not (frame and frame.evaluation):
        raise DomainError(
            _("Write what the pilot showed in the activity's frame first."),
            code="pilot_needs_an_evaluation",
        )


def _require_of_age(activity, fields):
    if "minimum_age" not in fields or (fields["minimum_age"] or 0) >= frames.OF_AGE:
        return
    frame = Frame.objects.filter(activity=activity).first()
    if frame is not None and frame.keeps_out_the_young:
        raise DomainError(
            _("The work is not for the young, so the minimum age is 18. See the frame."),
            code="not_for_the_young",
            field="minimum_age",
        )


def _locked(activity):
    rows = Activity.objects.select_for_update(of=("self",)).select_related("branch")
    return rows.get(pk=activity.pk)


def _require_editable(fields):
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not editable: {sorted(unknown)}")


def _record(kind, row, by, fields=()):
    audit.record(kind, by=by, about=row, fields=fields, branch_path=row.branch.path)
