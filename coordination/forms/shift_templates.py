"""Forms about shift templates: a name, its shifts, and planning from one."""

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from coordination.access import Permission
from coordination.actions import shift_templates
from coordination.forms.engagements import site_field
from coordination.forms.look_first import LookedAtForm
from coordination.forms.shifts import DetailFields
from coordination.models import Branch
from core import forms


class NameFields(forms.Form):
    """What the template is called, and whose it is."""

    name = forms.CharField(
        label=gettext_lazy("Name of the template"),
        max_length=80,
        help_text=gettext_lazy("For example: Saturday cafe."),
    )
    branch = forms.ModelChoiceField(
        Branch.objects.none(),
        label=gettext_lazy("Branch"),
        empty_label=gettext_lazy("Choose a branch"),
        help_text=gettext_lazy("It can be used there and in what lies under it."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        mine = Branch.objects.permitted(user, Permission.EDIT_SHIFTS)
        self.fields["branch"].queryset = mine.filter(closed_on__isnull=True)


class TemplateShiftForm(DetailFields):
    """One shift of a template, by the clock."""

    submit_label = gettext_lazy("Save the shift")
    field_order = ("starts", "ends", "capacity", "minimum")

    starts = forms.TimeField(label=gettext_lazy("From"))
    ends = forms.TimeField(
        label=gettext_lazy("To"),
        help_text=gettext_lazy("For example 17.30. Earlier than it starts: on the next day."),
    )

    def values(self):
        """What the actions call the values."""
        clock = {name: self.cleaned_data[name] for name in ("starts", "ends")}
        return clock | self.details()


class NewTemplateForm(TemplateShiftForm, NameFields):
    """A new template with its first shift."""

    submit_label = gettext_lazy("Make the template")
    field_order = ("name", "branch", "starts", "ends", "capacity", "minimum")


class RenameForm(forms.Form):
    """Another name."""

    submit_label = gettext_lazy("Save the name")

    name = forms.CharField(label=gettext_lazy("Name of the template"), max_length=80)


class FromDayForm(NameFields):
    """The shifts that stand on a day, under a name."""

    submit_label = gettext_lazy("Make the template")
    field_order = ("site", "day", "name", "branch")

    day = forms.DateField(label=gettext_lazy("The day with the shifts"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["site"] = site_field(queries.open_sites(user, Permission.EDIT_SHIFTS))
        self.order_fields(self.field_order)


class UseTemplateForm(LookedAtForm):
    """Where and on which days the template's shifts are planned."""

    do_label = gettext_lazy("Yes, plan these shifts")
    field_order = ("site", "first_day", "last_day", "weekdays")

    first_day = forms.DateField(label=gettext_lazy("First day"))
    last_day = forms.DateField(
        label=gettext_lazy("To and including, if it is more than one day"), required=False
    )
    weekdays = forms.CheckboxList(
        label=gettext_lazy("Only on these days"),
        choices=[(str(number), capfirst(name)) for number, name in WEEKDAYS.items()],
        required=False,
        help_text=gettext_lazy("Tick none for every day."),
    )

    def __init__(self, *args, user, template, **kwargs):
        super().__init__(*args, **kwargs)
        sites = queries.open_sites(user, Permission.EDIT_SHIFTS)
        self.fields["site"] = site_field(
            sites.filter(branch__path__startswith=template.branch.path)
        )
        self.order_fields(self.field_order)

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        cleaned["last_day"] = last or first
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        elif first and last and last - first > shift_templates.LONGEST_PERIOD:
            self.add_error("last_day", _("Choose a period of at most a year."))
        return cleaned

    def days(self):
        """The days that were chosen, in order."""
        said = self.cleaned_data
        weekdays = {int(number) for number in said["weekdays"]}
        return shift_templates.days_in(said["first_day"], said["last_day"], weekdays)
