"""The form that copies shifts to another day."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.forms.look_first import LookedAtForm
from core import forms


class CopyShiftsForm(LookedAtForm):
    """Which days are copied, and to when."""

    do_label = gettext_lazy("Yes, plan these shifts")

    first_day = forms.DateField(label=gettext_lazy("Copy from"))
    last_day = forms.DateField(
        label=gettext_lazy("To and including, if it is more than one day"), required=False
    )
    new_first_day = forms.DateField(label=gettext_lazy("The new first day"))

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        cleaned["last_day"] = last or first
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        return cleaned

    def days(self):
        names = ("first_day", "last_day", "new_first_day")
        return {name: self.cleaned_data[name] for name in names}
