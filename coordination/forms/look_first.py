"""A form that shows what it would do before it does it; see `views/look_first.py`."""

from django.utils.translation import gettext_lazy

from core import forms


class LookedAtForm(forms.Form):
    """A form that is sent twice: what it would do is shown first, and marked as seen."""

    looked_at = forms.CharField(required=False, widget=forms.HiddenInput)

    look_label = gettext_lazy("See what it means")
    do_label = ""

    @property
    def submit_label(self):
        return self.do_label if self.is_bound and self.data.get("looked_at") else self.look_label

    def show(self, mark):
        """The form as it is sent the second time."""
        self.data = self.data.copy()
        self.data["looked_at"] = mark
