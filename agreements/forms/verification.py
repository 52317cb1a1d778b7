"""The public form that asks whether a document is genuine."""

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import forms
from core.uploads import LARGEST


class VerifyForm(forms.Form):
    """The code on the document, or the PDF itself."""

    submit_label = _("See whether it is genuine")

    code = forms.CharField(
        label=_("The code on the last page"),
        max_length=40,
        required=False,
        help_text=_("Twelve letters and digits, for example ABCD-2345-EFGH"),
        widget=forms.TextInput(attrs={"class": "input-width-m", "autocomplete": "off"}),
    )
    file = django_forms.FileField(
        label=_("Or choose the PDF file"),
        required=False,
        help_text=_("We only work out the file's fingerprint. The file is not kept."),
        widget=django_forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST:
            raise ValidationError(_("The file is larger than 10 MB; it is not one of ours."))
        return file

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("code") and not data.get("file"):
            self.add_error("code", _("Type the code, or choose the PDF file."))
        return data
