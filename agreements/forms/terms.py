"""The form of an activity's terms."""

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from agreements.models import ActivityTerms, AgreementTemplate, TemplateVersion
from core import forms

ONE_A_LINE = _("One task on each line.")


class TermsForm(forms.ModelForm):
    """What volunteers may and may not do, and what the activity requires of them."""

    submit_label = _("Save the terms")

    med_discussed_on = forms.DateField(label=_("Discussed in local MED"), required=False)
    staff_informed_on = forms.DateField(label=_("Staff informed"), required=False)
    med_link = django_forms.URLField(
        label=_("Link to the minutes"), required=False, assume_scheme="https"
    )

    class Meta:
        model = ActivityTerms
        fields = [
            "agreement_required",
            "template",
            "may",
            "may_not",
            "refer_to_staff",
            "notification_recipient",
            "insurance",
            "insurance_note",
            "med_discussed_on",
            "staff_informed_on",
            "med_link",
        ]
        widgets = {"insurance": forms.RadioSelect}
        help_texts = {
            "may": ONE_A_LINE,
            "may_not": ONE_A_LINE,
            "refer_to_staff": _("What volunteers leave to the staff. One task on each line."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        published = TemplateVersion.objects.published().values("template")
        self.fields["template"].queryset = AgreementTemplate.objects.filter(pk__in=published)
