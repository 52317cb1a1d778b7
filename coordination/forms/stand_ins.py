"""Forms about stand-ins and swaps."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.forms.shifts import SignUpForm
from coordination.models.stand_in import LONGEST_REASON
from core import forms
from core.localised import localised
from core.templatetags.ui import period


def shift_words(shift):
    """A shift as a line to choose: when, what and where."""
    what = shift.title or localised(shift.site.activity, "title").text
    return f"{period(shift.starts_at, shift.ends_at)}, {what}, {shift.site.branch}"


class ReasonForm(forms.Form):
    """Why somebody cannot come: short, and never asked for."""

    def __init__(self, *args, prompt, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = prompt

    reason = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=LONGEST_REASON)


class PlaceForm(forms.Form):
    """One of several places: another's that one would like, or one's own that one gives."""

    mark_optional = False

    def __init__(self, *args, places, words, label, submit, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {str(place.pk): place for place in places}
        self.submit_label = submit
        self.fields["place"] = forms.ChoiceField(
            label=label,
            choices=[(key, words(place)) for key, place in self.places.items()],
            widget=forms.RadioSelect,
        )

    def chosen(self):
        return self.places[self.cleaned_data["place"]]


def with_name(place):
    """Another's place, for a volunteer: the first name is enough."""
    return f"{place.volunteer.person.first_name}: {shift_words(place.shift)}"


def with_full_name(place):
    """The same for a coordinator."""
    return f"{place.volunteer.person.display_name}: {shift_words(place.shift)}"


def own(place):
    return shift_words(place.shift)


class ReplaceForm(SignUpForm):
    """Staff say who comes instead."""

    submit_label = gettext_lazy("Put them on the shift instead")
    asks_role = False  # it is the role of the one who cannot come

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["volunteer"].label = _("Who comes instead")
