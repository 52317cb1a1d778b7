"""Forms about a branch: opening hours, closing days, moving, closing; and an ambassador's own."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.access import Permission
from coordination.forms.look_first import LookedAtForm
from coordination.models import Branch, Weekday
from core import forms
from core.periods import today


class OpeningHoursForm(forms.Form):
    """Two times of the clock for each weekday; both empty where it is closed."""

    submit_label = gettext_lazy("Save the opening hours")
    mark_optional = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for value, label in Weekday.choices:
            for name, words in (("opens", _("%(day)s from")), ("closes", _("%(day)s to"))):
                self.fields[f"{name}_{value}"] = forms.TimeField(
                    label=words % {"day": capfirst(label)}, required=False, help_text=""
                )

    def clean(self):
        cleaned = super().clean()
        for value in Weekday.values:
            names = f"opens_{value}", f"closes_{value}"
            if self.errors.keys() & set(names):
                continue
            given = [cleaned[name] is not None for name in names]
            if any(given) and not all(given):
                empty = names[given.index(False)]
                self.add_error(empty, _("Write both times, or none if it is closed that day."))
        return cleaned

    def hours(self):
        """{weekday: (opens, closes)} of the days on which it is open."""
        data = self.cleaned_data
        found = {day: (data[f"opens_{day}"], data[f"closes_{day}"]) for day in Weekday.values}
        return {day: times for day, times in found.items() if None not in times}


class ClosingDayForm(LookedAtForm):
    """Days on which the branch is closed, and why."""

    do_label = gettext_lazy("Yes, close on these days")

    starts_on = forms.DateField(label=gettext_lazy("First day"))
    ends_on = forms.DateField(
        label=gettext_lazy("Last day, if it is more than one"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=120,
        help_text=gettext_lazy("Everybody can read it: stocktaking, for example."),
    )

    def clean(self):
        cleaned = super().clean()
        cleaned["ends_on"] = cleaned.get("ends_on") or cleaned.get("starts_on")
        return cleaned

    def days(self):
        return self.cleaned_data["starts_on"], self.cleaned_data["ends_on"]


class MoveBranchForm(LookedAtForm):
    """Where in the tree the branch belongs from now on."""

    do_label = gettext_lazy("Yes, move the branch")

    parent = forms.ModelChoiceField(
        Branch.objects.none(),
        label=gettext_lazy("Belongs under"),
        empty_label=gettext_lazy("Choose a branch"),
    )

    def __init__(self, *args, user, branch, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Branch.objects.permitted(user, Permission.EDIT_BRANCHES)
        self.fields["parent"].queryset = rows.filter(closed_on__isnull=True).exclude(
            path__startswith=branch.path
        )


class CloseBranchForm(LookedAtForm):
    """The day from which the branch is closed for good."""

    do_label = gettext_lazy("Yes, close the branch")

    on = forms.DateField(label=gettext_lazy("Closed from"), initial=today)


class AmbassadorForm(forms.Form):
    """An ambassador says yes to the public page, and what stands there."""

    submit_label = gettext_lazy("Yes, show me on the page")

    text = forms.CharField(
        label=gettext_lazy("A few words about you"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What you help with, for example. Everybody can read it."),
    )
    phone = forms.PhoneField(label=gettext_lazy("Phone that everybody may see"), required=False)
    shows_email = forms.BooleanField(
        label=gettext_lazy("Show my e-mail address as well"), required=False
    )
