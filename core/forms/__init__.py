"""Bases and fields of every form in the system.

A form needs nothing of its own to look right:

    class NoteForm(forms.Form):              # from core import forms
        submit_label = _("Save the note")
        text = forms.CharField(label=_("Note"), widget=forms.Textarea)

`{% crispy form %}` draws the whole form with button; `{{ form|crispy }}` the fields only. Both
bring labels, hints, the error summary and errors at the fields; optional fields say so.

A form with a layout of its own sets `self.helper.layout` after `super().__init__()`; if the layout
brings the buttons, `submit_label = ""`. `Form` and `ModelForm` take `cancel_url=` (a link beside
the button). `FilterForm` is a GET form for `components/filter.html`.

Fields: `DateField` (text, Danish order, a calendar button where the browser has one),
`DatePartsField` (day, month, year apart, for dates one knows by heart), `TimeField`,
`PhoneField`, `CheckboxList`, `LookupField` and `ModelLookupField` (search as you type; see there).
"""

from django import forms
from django.core.exceptions import ValidationError

from core.forms.bases import FilterForm, Form, FormBase, ModelForm, plain_formfield
from core.forms.fields import (
    CheckboxList,
    DateField,
    DateInput,
    DatePartsField,
    DatePartsWidget,
    DecimalField,
    IntegerField,
    PhoneField,
    TimeField,
)
from core.forms.lookups import (
    LOOKUP_LIMIT,
    Hit,
    LookupField,
    LookupWidget,
    ModelLookupField,
    lookup_context,
)

# Django's own, so that one import serves.
BooleanField = forms.BooleanField
CharField = forms.CharField
ChoiceField = forms.ChoiceField
EmailField = forms.EmailField
FileField = forms.FileField
ModelChoiceField = forms.ModelChoiceField
ModelMultipleChoiceField = forms.ModelMultipleChoiceField
MultipleChoiceField = forms.MultipleChoiceField
TypedChoiceField = forms.TypedChoiceField
CheckboxSelectMultiple = forms.CheckboxSelectMultiple
HiddenInput = forms.HiddenInput
MultipleHiddenInput = forms.MultipleHiddenInput
RadioSelect = forms.RadioSelect
Select = forms.Select
TextInput = forms.TextInput
Textarea = forms.Textarea

__all__ = [
    "LOOKUP_LIMIT",
    "BooleanField",
    "CharField",
    "CheckboxList",
    "CheckboxSelectMultiple",
    "ChoiceField",
    "DateField",
    "DateInput",
    "DatePartsField",
    "DatePartsWidget",
    "DecimalField",
    "EmailField",
    "FileField",
    "FilterForm",
    "Form",
    "FormBase",
    "HiddenInput",
    "Hit",
    "IntegerField",
    "LookupField",
    "LookupWidget",
    "ModelChoiceField",
    "ModelForm",
    "ModelLookupField",
    "ModelMultipleChoiceField",
    "MultipleChoiceField",
    "MultipleHiddenInput",
    "PhoneField",
    "RadioSelect",
    "Select",
    "TextInput",
    "Textarea",
    "TimeField",
    "TypedChoiceField",
    "ValidationError",
    "lookup_context",
    "plain_formfield",
]
