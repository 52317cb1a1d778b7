"""Forms about recognition events."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries, scheduling
from coordination.access import Permission
from coordination.models import Branch, Volunteer
from coordination.states import InvitationState
from core import forms

ALL, ONE = "all", "one"


class EventForm(forms.Form):
    """What is told about an event."""

    submit_label = gettext_lazy("Save the event")

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=120, required=False
    )
    starts_on = forms.DateField(label=gettext_lazy("Date"))
    starts = forms.TimeField(label=gettext_lazy("Begins at"))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    description_en = forms.CharField(
        label=gettext_lazy("Description in English"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    reply_by = forms.DateField(label=gettext_lazy("Answer no later than"), required=False)

    def clean(self):
        cleaned = super().clean()
        day, clock = cleaned.get("starts_on"), cleaned.get("starts")
        if day is not None and clock is not None:
            for reason in scheduling.missing_clock_reasons(day, clock):
                self.add_error("starts", reason.message)
                return cleaned
            cleaned["starts_at"] = scheduling.instants_of(day, clock)[0]
        return cleaned

    def details(self):
        names = ("title", "title_en", "place", "description", "description_en", "reply_by")
        return {name: self.cleaned_data[name] for name in (*names, "starts_at")}


class NewEventForm(EventForm):
    """A new event, held by one of the user's branches."""

    submit_label = gettext_lazy("Plan the event")
    field_order = ("branch",)

    branch = forms.ModelChoiceField(
        Branch.objects.none(),
        label=gettext_lazy("Host"),
        empty_label=gettext_lazy("Choose a branch"),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.permitted(user, Permission.EDIT_RECOGNITION)


class InviteForm(forms.Form):
    """Everybody who is active and wants to be asked, or one at a time."""

    submit_label = gettext_lazy("Send invitations")

    who = forms.ChoiceField(
        label=gettext_lazy("Who is invited?"), widget=forms.RadioSelect, initial=ALL
    )

    def __init__(self, *args, event, user, number, **kwargs):
        super().__init__(*args, **kwargs)
        everybody = _("All active volunteers who are not invited yet (%(count)s)")
        self.fields["who"].choices = [
            (ALL, everybody % {"count": number}),
            (ONE, _("One volunteer, whom I choose")),
        ]
        self.fields["volunteer"] = forms.ModelLookupField(
            tied_to(event, user),
            search=queries.volunteers_matching,
            label=_("Volunteer"),
            url=reverse("coordination:recognition-volunteer-lookup", args=[event.pk]),
            required=False,
        )

    def clean(self):
        cleaned = super().clean()
        one = cleaned.get("who") == ONE
        if one and not cleaned.get("volunteer") and "volunteer" not in self.errors:
            self.add_error("volunteer", _("Search for the volunteer and choose the line."))
        return cleaned


def tied_to(event, user):
    """Volunteers whom the user may see and who are tied to the event's branch or under it."""
    here = Volunteer.objects.permitted(user, Permission.VIEW_CONTACTS)
    ties = Volunteer.objects.filter(engagements__site__branch__path__startswith=event.branch.path)
    return here.filter(pk__in=ties.values("pk")).by_name()


class AttendanceForm(forms.Form):
    """Who came to the event."""

    submit_label = gettext_lazy("Save who came")

    came = forms.CheckboxList(label=gettext_lazy("Who came?"), required=False)

    def __init__(self, *args, invitations, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitations = list(invitations)
        self.fields["came"].choices = [
            (str(row.pk), row.volunteer.person.display_name) for row in self.invitations
        ]
        self.fields["came"].initial = [
            str(row.pk) for row in self.invitations if row.state == InvitationState.ATTENDED
        ]

    def marks(self):
        """(invitation, attended) for each answer that changes something."""
        came = set(self.cleaned_data["came"])
        return [
            (row, str(row.pk) in came)
            for row in self.invitations
            if (row.state == InvitationState.ATTENDED) != (str(row.pk) in came)
        ]
