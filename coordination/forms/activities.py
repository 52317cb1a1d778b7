"""Forms about activities and their sites."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import Permission, scope_of
from coordination.models import NOT_FOR_THE_YOUNG, Activity, Branch, Frame, RoleAssignment
from coordination.states import ACTIVITY, ActivityState
from core import forms
from core.models import User
from core.periods import covering, today


class ActivityForm(forms.ModelForm):
    """What is told about an activity."""

    submit_label = _("Save the activity")

    class Meta:
        model = Activity
        fields = (
            "title",
            "kind",
            "purpose",
            "description",
            "target_group",
            "minimum_age",
            "contact",
            "deputy",
            "title_en",
            "description_en",
        )
        field_classes = {"minimum_age": forms.IntegerField}
        widgets = {"minimum_age": forms.TextInput(attrs={"inputmode": "numeric"})}
        help_texts = {
            "minimum_age": _("Leave it empty if the municipality's own minimum age will do."),
            "title_en": _("Empty: the Danish title is shown."),
            "description_en": _("Empty: the Danish description is shown."),
        }

    def __init__(self, *args, branch_paths, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("contact", "deputy"):
            self.fields[name].queryset = colleagues(branch_paths)


class NewActivityForm(ActivityForm):
    """A new activity, its owning branch, and whether it is running yet."""

    submit_label = _("Make the activity")
    field_order = ("branch", "title", "kind", "state")

    branch = forms.ModelChoiceField(
        Branch.objects.none(),
        label=_("Branch"),
        empty_label=_("Choose a branch"),
        help_text=_("The branch that owns the activity, and where it takes place first."),
    )
    state = forms.ChoiceField(
        label=_("Status"),
        choices=[(one.value, one.label) for one in (ActivityState.IDEA, ActivityState.RUNNING)],
        initial=ActivityState.RUNNING,
        help_text=_("An idea can become a pilot, with a goal and a period, or be run at once."),
    )

    def __init__(self, *args, user, **kwargs):
        paths = [grant.path for grant in scope_of(user).grants]
        super().__init__(*args, branch_paths=paths, **kwargs)
        self.fields["branch"].queryset = Branch.objects.permitted(
            user, Permission.EDIT_ACTIVITIES
        ).filter(closed_on__isnull=True)


class ActivityStateForm(forms.Form):
    """The status that may follow."""

    submit_label = _("Change the status")

    state = forms.ChoiceField(label=_("Status"), widget=forms.RadioSelect)

    def __init__(self, *args, activity, **kwargs):
        super().__init__(*args, **kwargs)
        following = ACTIVITY.transitions[activity.state]
        self.fields["state"].choices = [
            (value, label) for value, label in ActivityState.choices if value in following
        ]


class FrameForm(forms.ModelForm):
    """Language, work that is not for the young, the pilot, and the associations one works with."""

    submit_label = _("Save the frame")

    class Meta:
        model = Frame
        fields = (
            "language",
            *NOT_FOR_THE_YOUNG,
            "partners",
            "pilot_goal",
            "starts_on",
            "ends_on",
            "evaluation",
        )
        widgets = {
            "partners": forms.CheckboxSelectMultiple,
            "pilot_goal": forms.Textarea(attrs={"rows": 3}),
            "evaluation": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "language": _("For example Danish and Arabic."),
            "handles_money": _("Work that is ticked here is for people of 18 and more."),
            "pilot_goal": _("What you want to find out by trying."),
            "evaluation": _("How it went, and what was decided. Write nothing about persons."),
        }


class SiteForm(forms.Form):
    """One more branch at which the activity takes place."""

    submit_label = _("Add the branch")

    branch = forms.ModelChoiceField(
        Branch.objects.none(), label=_("Branch"), empty_label=_("Choose a branch")
    )
    place = forms.CharField(label=_("Room or meeting place"), required=False, max_length=120)

    def __init__(self, *args, user, activity, **kwargs):
        super().__init__(*args, **kwargs)
        taken = activity.sites.filter(closed_on__isnull=True).values("branch")
        self.fields["branch"].queryset = (
            Branch.objects.permitted(user, Permission.EDIT_ACTIVITIES)
            .filter(closed_on__isnull=True)
            .exclude(pk__in=taken)
        )


class CloseSiteForm(forms.Form):
    """From when the activity is not at this branch any more."""

    submit_label = _("Close the activity here")
    submit_css = "button-warning"

    on = forms.DateField(label=_("Closed from"), initial=today)


def colleagues(branch_paths):
    """Staff who hold a role above or below one of these branches: whom one can name as contact."""
    near = Q(pk__in=[])
    for path in branch_paths:
        above = [int(part) for part in path.split("/") if part]
        near |= Q(branch__in=above) | Q(branch__path__startswith=path)
    roles = RoleAssignment.objects.filter(covering(today())).filter(near)
    return User.objects.filter(is_active=True, pk__in=roles.values("user")).order_by("name")
