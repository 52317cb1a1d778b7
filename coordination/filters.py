"""The filters above coordination's lists."""

from datetime import timedelta
from functools import lru_cache

from django.db.models import Q
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import queries, rosters
from coordination.access import Permission, Scope, scope_of
from coordination.models import Activity, ActivityKind, Branch, ClearanceKind, Engagement, Site
from coordination.standing import Standing
from coordination.states import ActivityState
from core import forms
from core.periods import start_of, today
from core.prepared import Prepared

ANYTHING = "any"


class BranchField(forms.ModelChoiceField):
    """One of the branches where the user has a permission; the form says whose: `offer`."""

    def __init__(self):
        super().__init__(
            Branch.objects.none(),
            label=_("Branch"),
            required=False,
            empty_label=_("All branches"),
        )

    def offer(self, user, permission):
        """Offer the user's own, in Danish order. 1 query."""
        self.queryset = Branch.objects.permitted(user, permission)
        question = _branch_question(scope_of(user).grants, permission)
        self.choices = [("", self.empty_label), *question.rows()]


@lru_cache(maxsize=256)
def _branch_question(grants, permission):
    rows = Branch.objects.filter(Scope(grants).within(Branch.branch_lookup, permission))
    return Prepared(rows.values_list("pk", "name"))


class VolunteerFilter(forms.FilterForm):
    """By words, branch, activity, status and what is missing.

    Branch, activity, status and missing must fit one and the same engagement. Who may see
    contacts only is not asked about status and papers.
    """

    q = forms.CharField(label=_("Name, e-mail or phone"), required=False, max_length=100)
    branch = BranchField()
    activity = forms.ModelLookupField(
        Activity.objects.none(),
        search=queries.activities_matching,
        url=reverse_lazy("coordination:activity-lookup"),
        label=_("Activity"),
        required=False,
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All")), *Standing.choices],
    )
    missing = forms.ChoiceField(
        label=_("Missing"),
        required=False,
        choices=[("", _("All")), (ANYTHING, _("Something is missing")), *ClearanceKind.choices],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].offer(self.user, Permission.VIEW_CONTACTS)
        self.fields["activity"].queryset = lambda: visible_activities(self.user)
        if not scope_of(self.user).holds(Permission.VIEW_PEOPLE):
            del self.fields["status"], self.fields["missing"]

    def narrow(self, rows, wanted):
        rows = queries.volunteers_matching(rows, wanted["q"])
        if any(value for name, value in wanted.items() if name != "q"):
            rows = self._with_engagement(rows, wanted)
        return rows

    def _with_engagement(self, rows, wanted):
        status, missing = wanted.get("status"), wanted.get("missing")
        permission = Permission.VIEW_PEOPLE if status or missing else Permission.VIEW_CONTACTS
        engagements = Engagement.objects.permitted(self.user, permission)
        if wanted["branch"]:
            engagements = engagements.filter(site__branch__path__startswith=wanted["branch"].path)
        if wanted["activity"]:
            engagements = engagements.filter(site__activity=wanted["activity"])
        if missing:
            kind = None if missing == ANYTHING else missing
            engagements = engagements.filter(
                pk__in=queries.lacking(engagements, today(), kind).values("pk")
            )
        if status == Standing.ENDED:
            return queries.only_ended(rows, engagements, today())
        if status:
            engagements = queries.standing_as(engagements, status, today())
        return queries.with_engagement(rows, engagements)


class ActivityFilter(forms.FilterForm):
    """By words, branch, kind and status."""

    q = forms.CharField(label=_("Activity"), required=False, max_length=100)
    branch = BranchField()
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *ActivityKind.choices]
    )
    state = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *ActivityState.choices]
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].offer(self.user, Permission.VIEW_ACTIVITIES)

    def narrow(self, rows, wanted):
        rows = queries.activities_matching(rows, wanted["q"])
        if wanted["branch"]:
            rows = queries.activities_at(rows, wanted["branch"])
        if wanted["kind"]:
            rows = rows.filter(kind=wanted["kind"])
        if wanted["state"]:
            rows = rows.filter(state=wanted["state"])
        return rows


def visible_activities(user):
    """Activities that take place, or are owned, where the user may see activities."""
    scope = scope_of(user)
    here = Site.objects.permitted(user, Permission.VIEW_ACTIVITIES)
    owned = scope.within("branch", Permission.VIEW_ACTIVITIES)
    if not owned:
        return queries.activities()
    return queries.activities().filter(owned | Q(pk__in=here.values("activity")))


class ShiftFilter(forms.FilterForm):
    """By branch, activity and time, and whether places are free. Without a choice: what comes."""

    COMING, WEEK, MONTH, PAST = "", "week", "month", "past"

    branch = BranchField()
    activity = forms.ModelLookupField(
        Activity.objects.none(),
        search=queries.activities_matching,
        url=reverse_lazy("coordination:activity-lookup"),
        label=_("Activity"),
        required=False,
    )
    time = forms.ChoiceField(
        label=_("When"),
        required=False,
        choices=[
            (COMING, _("All coming shifts")),
            (WEEK, _("The next 7 days")),
            (MONTH, _("The next 30 days")),
            (PAST, _("Past shifts")),
        ],
    )
    gaps = forms.BooleanField(label=_("Only shifts with free places"), required=False)
    at_risk = forms.BooleanField(
        label=_("Only shifts with somebody who is no longer cleared"), required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].offer(self.user, Permission.VIEW_SHIFTS)
        self.fields["activity"].queryset = lambda: visible_activities(self.user)

    def apply(self, rows):
        """The rows that fit; with nothing asked for, or an invalid filter, the coming ones."""
        wanted = self.cleaned_data if self.is_valid() else {}
        return self.narrow(rows, wanted)

    def narrow(self, rows, wanted):
        rows = self._in_time(rows, wanted.get("time", self.COMING))
        if wanted.get("branch"):
            rows = rows.filter(site__branch__path__startswith=wanted["branch"].path)
        if wanted.get("activity"):
            rows = rows.filter(site__activity=wanted["activity"])
        if wanted.get("at_risk"):
            rows = rosters.with_risk(rows)
        if wanted.get("gaps"):
            rows = rosters.with_free_places(rosters.with_gaps(rows))
        return rows

    def _in_time(self, rows, time):
        now = timezone.now()
        if time == self.PAST:
            return rows.filter(ends_at__lt=now).order_by("-starts_at", "-pk")
        days = {self.WEEK: 7, self.MONTH: 30}.get(time)
        rows = rows.not_over(now)
        return rows.filter(starts_at__lt=start_of(today() + timedelta(days=days))) if days else rows
