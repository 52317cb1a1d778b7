"""The form in which somebody chooses which messages they get, and how."""

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from core import forms

PREFIX = "group_"


class ChoicesForm(forms.Form):
    """One question per group of messages (`core.choices.offers`)."""

    submit_label = _("Save")
    mark_optional = False

    def __init__(self, *args, offers, **kwargs):
        super().__init__(*args, **kwargs)
        for offer in offers:
            self.fields[f"{PREFIX}{offer.group.key}"] = django_forms.ChoiceField(
                label=offer.group.label,
                help_text=offer.group.help,
                choices=offer.wishes,
                initial=offer.chosen,
                required=False,
                widget=django_forms.RadioSelect,
            )

    def wishes(self):
        """{group: wish} of what was sent."""
        return {name.removeprefix(PREFIX): wish for name, wish in self.cleaned_data.items()}
