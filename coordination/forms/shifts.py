"""Forms about shifts: plan, change, move, sign up."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import joining, queries, rosters, scheduling, shift_roles
from coordination.access import Permission
from coordination.forms.engagements import site_field
from coordination.forms.look_first import ConsentForm
from coordination.models import Volunteer
from coordination.models.series import LONGEST_ROLES
from coordination.states import SignUpWay
from core import forms
from core.errors import DomainError


class PeriodFields(forms.Form):
    """A day and two clock times in Copenhagen; gives `starts_at` and `ends_at` as instants.

    On the night that loses an hour, a time within it gets a clear no; on the night that has one
    twice, see `scheduling.period_on_clock`.
    """

    starts_on = forms.DateField(label=gettext_lazy("Date"))
    starts = forms.TimeField(label=gettext_lazy("From"))
    ends = forms.TimeField(label=gettext_lazy("To"))
    ends_on = forms.DateField(
        label=gettext_lazy("Last day, if the shift ends on another day"), required=False
    )

    def clean(self):
        cleaned = super().clean()
        if self.errors.keys() & {"starts_on", "starts", "ends", "ends_on"}:
            return cleaned
        first = cleaned["starts_on"]
        last = cleaned["ends_on"] or first
        for field, day in (("starts", first), ("ends", last)):
            for reason in scheduling.missing_clock_reasons(day, cleaned[field]):
                self.add_error(field, reason.message)
        if not self.errors.keys() & {"starts", "ends"}:
            cleaned["starts_at"], cleaned["ends_at"] = scheduling.period_on_clock(
                first, cleaned["starts"], last, cleaned["ends"]
            )
            for reason in scheduling.length_reasons(cleaned["starts_at"], cleaned["ends_at"]):
                self.add_error("ends", reason.message)
        return cleaned

    def period(self):
        return {name: self.cleaned_data[name] for name in ("starts_at", "ends_at")}


class DetailFields(forms.Form):
    """Everything about a shift but its time and site."""

    capacity = forms.IntegerField(
        label=gettext_lazy("Places"), min_value=1, max_value=500, initial=1
    )
    minimum = forms.IntegerField(
        label=gettext_lazy("At least"),
        min_value=0,
        max_value=500,
        initial=1,
        help_text=gettext_lazy("How many it takes for the shift to work."),
    )
    roles = forms.CharField(
        label=gettext_lazy("Roles"),
        required=False,
        max_length=LONGEST_ROLES,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Only where people do different things: a line for each, for example Host: 1 and "
            "Baker: 2-4. The places are then counted from the roles."
        ),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Leave it empty to use the activity's name."),
    )
    place = forms.CharField(label=gettext_lazy("Meeting place"), required=False, max_length=120)
    note = forms.CharField(
        label=gettext_lazy("Note to the volunteers"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    way = forms.ChoiceField(
        label=gettext_lazy("Who signs up"),
        required=False,
        choices=[("", gettext_lazy("As the activity has it")), *SignUpWay.choices],
    )

    def clean_roles(self):
        try:
            return shift_roles.read(self.cleaned_data["roles"])
        except DomainError as error:
            raise forms.ValidationError(error.message, code=error.code) from error

    def clean(self):
        cleaned = super().clean()
        least, places = cleaned.get("minimum"), cleaned.get("capacity")
        if cleaned.get("roles"):
            return cleaned
        if least is not None and places is not None and least > places:
            self.add_error("minimum", _("The least number cannot be above the places."))
        return cleaned

    def details(self):
        return {name: self.cleaned_data[name] for name in DetailFields.base_fields}


class ShiftForm(DetailFields, PeriodFields):
    """A new shift. `user` decides at which sites."""

    submit_label = gettext_lazy("Plan the shift")
    field_order = ("site", "starts_on", "starts", "ends", "ends_on", "capacity", "minimum", "roles")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"] = site_field(queries.open_sites(user, Permission.EDIT_SHIFTS))
        self.order_fields(self.field_order)


class DetailsForm(ConsentForm, DetailFields):
    """Change what is not the time. Another meeting place is looked at first."""

    look_label = do_label = gettext_lazy("Save the shift")


class RescheduleForm(ConsentForm, PeriodFields):
    """Another time. What it means for those on the shift is looked at first."""

    do_label = gettext_lazy("Move the shift")


class EngagedVolunteerField(forms.ModelLookupField):
    """A volunteer tied to the shift's site; each hit tells whether they can join, and why not."""

    def __init__(self, shift):
        super().__init__(
            rosters.engaged_at(shift),
            search=queries.volunteers_matching,
            url=reverse("coordination:shift-volunteer-lookup", args=[shift.pk]),
            label=_("Volunteer"),
            help_text=_("Search by a part of the name among those tied to this activity here."),
        )
        self.shift = shift

    def hits(self, query):
        found = list(self.search(self.queryset, query)[: forms.LOOKUP_LIMIT])
        return self.hits_of(found)

    def hits_of(self, volunteers):
        """The volunteers as lines, with what stands in their way. 3 queries."""
        obstacles = joining.obstacles_of_many(self.shift, volunteers, with_hours=True)
        return [
            forms.Hit(str(row.pk), row.person.display_name, _in_words(obstacles[row.pk]))
            for row in volunteers
        ]

    def hit(self, row):
        return self.hits_of([row])[0]


def _in_words(obstacles):
    if not obstacles:
        return _("Can join")
    return " ".join(obstacle.for_staff for obstacle in obstacles)


def role_choices(shift, standing):
    """The roles of a shift to choose from, with how many places each has left."""
    for one in shift_roles.stands(shift, standing.in_role):
        yield one.role.name, role_words(one)


def role_words(one):
    """A RoleStand as a line to choose."""
    free = ngettext("%(free)s place left", "%(free)s places left", one.free) % {"free": one.free}
    return f"{one.role.name} ({free if one.free else _('all places are taken')})"


class RoleField(forms.ChoiceField):
    """One of a shift's roles, or whichever there is room in."""

    def __init__(self, shift, standing):
        super().__init__(
            label=_("Role"),
            required=False,
            choices=[("", _("Whichever role is needed most")), *role_choices(shift, standing)],
            widget=forms.RadioSelect,
        )


class SignUpForm(forms.Form):
    """Staff sign a volunteer up, in one of the shift's roles if it has any."""

    submit_label = gettext_lazy("Sign up")
    asks_role = True

    volunteer = forms.ModelChoiceField(Volunteer.objects.none())

    def __init__(self, *args, shift, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["volunteer"] = EngagedVolunteerField(shift)
        if shift.roles and self.asks_role:
            self.fields["role"] = RoleField(shift, rosters.line_of(shift))

    def role(self):
        return self.cleaned_data.get("role", "")


class ChangeRoleForm(forms.Form):
    """Another role for somebody on the shift."""

    submit_label = gettext_lazy("Save the role")
    mark_optional = False

    def __init__(self, *args, shift, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            label=_("Role"),
            choices=list(role_choices(shift, rosters.line_of(shift))),
            widget=forms.RadioSelect,
        )
