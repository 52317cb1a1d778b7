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


class ConsentForm(LookedAtForm):
    """Besides, whether those who stay on a changed shift say yes again: asked once it is known that
    somebody does."""

    ASK, TELL = "ask", "tell"

    consent = forms.ChoiceField(
        label=gettext_lazy("Those who stay on the shift"),
        required=False,
        choices=[
            (ASK, gettext_lazy("They say yes again, in time")),
            (TELL, gettext_lazy("They are told, and need not answer")),
        ],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("consent"):
            self._offer()

    def show(self, mark, *, asks=False, excused=False):
        """`asks`: somebody would answer; `excused`: a small change, they need not as a rule."""
        super().show(mark)
        if asks and not self.data.get("consent"):
            self.data["consent"] = self.TELL if excused else self.ASK
        if asks:
            self._offer()

    @property
    def asks(self):
        """True if those who stay are to say yes again."""
        return self.cleaned_data["consent"] == self.ASK

    def _offer(self):
        field = self.fields["consent"]
        field.widget = forms.RadioSelect()
        field.choices = field.choices
        field.required = True
