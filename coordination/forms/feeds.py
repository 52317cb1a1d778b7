"""Which calendar one wants on one's phone."""

from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from coordination.access import Permission
from coordination.filters import BranchField, visible_activities
from coordination.models import Activity
from core import forms


class OwnFeedForm(forms.Form):
    """Nothing to fill in: only the button."""

    submit_label = gettext_lazy("Make my calendar address")


class StaffFeedForm(forms.Form):
    """A branch, or an activity."""

    submit_label = gettext_lazy("Make the calendar address")
    mark_optional = False

    branch = BranchField()
    activity = forms.ModelLookupField(
        Activity.objects.none(),
        search=queries.activities_matching,
        url=reverse_lazy("coordination:activity-lookup"),
        label=gettext_lazy("Or an activity"),
        required=False,
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].offer(user, Permission.VIEW_SHIFTS)
        self.fields["branch"].choices = [("", _("Choose a branch"))] + [
            choice for choice in self.fields["branch"].choices if choice[0]
        ]
        self.fields["activity"].queryset = lambda: visible_activities(user)

    def clean(self):
        cleaned = super().clean()
        if not self.errors and bool(cleaned.get("branch")) == bool(cleaned.get("activity")):
            self.add_error("branch", _("Choose either a branch or an activity."))
        return cleaned
