"""The forms with which a coordinator handles an application."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import Permission
from coordination.actions.engagements import default_tie
from coordination.models import Association, Branch, Site, Tie
from core import forms
from core.periods import today
from recruitment.states import ApplicationState


class AcceptForm(forms.Form):
    """Where, from when, how tied, and whether this is somebody we know already."""

    submit_label = _("Accept as a volunteer")

    site = forms.ModelChoiceField(label=_("Activity and branch"), queryset=Site.objects.none())
    starts_on = forms.DateField(label=_("First day"), initial=today)
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave it empty when no end has been agreed."),
    )
    tie = forms.ChoiceField(
        label=_("Tie"),
        choices=Tie.choices,
        widget=forms.RadioSelect,
        help_text=_("A fixed tie is one who comes regularly. It decides what papers are needed."),
    )
    association = forms.ModelChoiceField(
        label=_("Comes through an association"),
        queryset=Association.objects.none(),
        required=False,
        empty_label=_("No, tied directly to the branch"),
    )
    same_as = forms.ChoiceField(
        label=_("Is this somebody you know already?"), widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args, application, likely_same, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in likely_same}
        self.fields["site"].queryset = _sites(application, user)
        self.fields["site"].initial = application.site_id
        self.fields["tie"].initial = default_tie(application.site)
        self.fields["association"].queryset = Association.objects.all()
        self._offer_known_people()

    def _offer_known_people(self):
        if not self.people:
            del self.fields["same_as"]
            return
        self.fields["same_as"].choices = [
            ("", _("No, this is a new person")),
            *((key, _told_apart(person)) for key, person in self.people.items()),
        ]
        self.fields["same_as"].initial = ""

    def clean_same_as(self):
        return self.people.get(self.cleaned_data["same_as"])


def _told_apart(person):
    """The name with the postcode, which tells two of one name apart; protected people's is not
    shown.
    """
    shown = "" if person.contact_hidden else person.postcode
    return " · ".join(filter(None, [person.display_name, shown]))


def _sites(application, user):
    """The same activity anywhere the user may accept people, and other sites of the branch."""
    return (
        Site.objects.permitted(user, Permission.HANDLE_APPLICATIONS)
        .filter(
            Q(activity=application.site.activity) | Q(branch=application.site.branch),
            closed_on__isnull=True,
        )
        .select_related("activity", "branch")
        .order_by("activity__title", "branch__name", "pk")
    )


class ApplicationFilter(forms.FilterForm):
    """Which applications: by state and branch."""

    state = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All")), *ApplicationState.choices], required=False
    )
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.none(), required=False, empty_label=_("All")
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.permitted(
            user, Permission.VIEW_APPLICATIONS
        )

    def apply(self, rows):
        """Narrow the rows by what was chosen; an unusable choice narrows nothing."""
        if not self.is_bound or not self.is_valid():
            return rows
        if self.cleaned_data["state"]:
            rows = rows.filter(state=self.cleaned_data["state"])
        if self.cleaned_data["branch"]:
            rows = rows.filter(site__branch__path__startswith=self.cleaned_data["branch"].path)
        return rows
