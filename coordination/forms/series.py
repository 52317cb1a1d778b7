"""Forms about regular shifts: plan, change, end, hold on a day off."""

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from coordination import series as rules
from coordination.access import Permission
from coordination.forms.engagements import site_field
from coordination.forms.look_first import ConsentForm, LookedAtForm
from coordination.forms.shifts import DetailFields
from core import forms
from core.periods import today
from core.templatetags.ui import weekday

SKIPS = {
    "skip_holidays": gettext_lazy("on public holidays"),
    "skip_local_days": gettext_lazy("on the municipality's days off, such as Christmas Eve"),
    "skip_school_holidays": gettext_lazy("in the school holidays"),
}


class RhythmFields(DetailFields):
    """How often, on which days, from when to when on the clock, and what is left out."""

    weeks = forms.TypedChoiceField(
        label=gettext_lazy("How often"), choices=rules.OFTEN.items(), coerce=int, initial=1
    )
    weekdays = forms.CheckboxList(
        label=gettext_lazy("Days"),
        choices=[(str(n), capfirst(name)) for n, name in WEEKDAYS.items()],
    )
    which = forms.CheckboxList(
        label=gettext_lazy("Which of them in the month"),
        choices=[(str(number), word) for number, word in rules.WHICH.items()],
        required=False,
        help_text=gettext_lazy("Only for shifts every month: the first Tuesday, for example."),
    )
    starts = forms.TimeField(label=gettext_lazy("From"))
    ends = forms.TimeField(
        label=gettext_lazy("To"),
        help_text=gettext_lazy("For example 17.30. Earlier than it starts: on the next day."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Leave it empty if it goes on until further notice."),
    )
    skips = forms.CheckboxList(
        label=gettext_lazy("No shifts"),
        choices=SKIPS.items(),
        required=False,
        initial=list(SKIPS),
        help_text=gettext_lazy("You see the days that are left out, and can put single ones back."),
    )
    field_order = (
        *("site", "weeks", "weekdays", "which", "starts_on", "ends_on", "starts", "ends", "skips"),
        *("capacity", "minimum", "roles"),
    )

    def clean(self):
        cleaned = super().clean()
        monthly = cleaned.get("weeks") == rules.MONTHLY
        if monthly and not cleaned.get("which"):
            self.add_error("which", _("Choose at least one: the first, for example."))
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts is not None and starts == ends:
            self.add_error("ends", _("The shift must end after it starts."))
        return cleaned

    def values(self):
        """What the actions call the values."""
        data = self.cleaned_data
        monthly = data["weeks"] == rules.MONTHLY
        rhythm = rules.Rhythm(
            data["weeks"],
            tuple(sorted(map(int, data["weekdays"]))),
            tuple(number for number in rules.WHICH if monthly and str(number) in data["which"]),
        )
        return self.details() | {
            "rule": rhythm.rule,
            "starts": data["starts"],
            "ends": data["ends"],
            "ends_on": data["ends_on"],
            **{name: name in data["skips"] for name in SKIPS},
        }


def first_values(series):
    """The first values of the form that changes the series."""
    rhythm = rules.rhythm_of(series.rule)
    return {name: getattr(series, name) for name in DetailFields.base_fields} | {
        "weeks": rhythm.weeks,
        "weekdays": list(map(str, rhythm.weekdays)),
        "which": list(map(str, rhythm.which)),
        "starts": series.starts,
        "ends": series.ends,
        "ends_on": series.ends_on,
        "skips": [name for name in SKIPS if getattr(series, name)],
    }


class NewSeriesForm(RhythmFields):
    """New regular shifts. `user` decides at which sites."""

    submit_label = gettext_lazy("Plan the regular shifts")

    starts_on = forms.DateField(label=gettext_lazy("First day"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"] = site_field(queries.open_sites(user, Permission.EDIT_SHIFTS))
        self.order_fields(self.field_order)


class SeriesChangeForm(ConsentForm, RhythmFields):
    """Change regular shifts, from a day on."""

    do_label = gettext_lazy("Yes, change the shifts")


class SeriesEndForm(LookedAtForm):
    """The last day of regular shifts."""

    do_label = gettext_lazy("Yes, end the regular shifts")

    last_day = forms.DateField(label=gettext_lazy("Last day"), initial=today)


class KeepDaysForm(forms.Form):
    """Days that are left out, to be held all the same."""

    submit_label = gettext_lazy("Hold the shifts on these days")

    days = forms.CheckboxList(label=gettext_lazy("Days that are left out"))

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = {line.day.isoformat(): line.day for line in lines}
        self.fields["days"].choices = [(line.day.isoformat(), _said(line)) for line in lines]

    def chosen(self):
        return [self.lines[value] for value in self.cleaned_data["days"]]


def _said(line):
    why = line.why or _("cancelled")
    return f"{weekday(line.day)}: {why}"
