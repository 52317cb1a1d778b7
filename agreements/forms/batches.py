"""Forms about many agreements at once."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from coordination import queries as coordination_queries
from coordination.models import Activity
from core import forms

ONE_PDF, ZIP = "pdf", "zip"


class BatchForm(forms.Form):
    """Whose agreements, and in which form."""

    submit_label = _("Make it")

    activity = forms.ModelLookupField(
        Activity.objects.none(),
        search=coordination_queries.activities_matching,
        url=reverse_lazy("coordination:activity-lookup"),
        label=_("Activity"),
    )
    form = forms.ChoiceField(
        label=_("How do you want them?"),
        choices=[(ONE_PDF, _("One PDF to print")), (ZIP, _("A zip with one PDF each"))],
        initial=ONE_PDF,
        widget=forms.RadioSelect,
    )
    double_sided = forms.BooleanField(
        label=_("I print on both sides of the paper"),
        required=False,
        help_text=_("Each agreement then begins on a sheet of its own."),
    )

    def __init__(self, *args, activities, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["activity"].queryset = activities


class JournalFilter(forms.FilterForm):
    """One branch, and what lies under it."""

    branch = forms.ModelChoiceField(label=_("Branch"), queryset=None, required=False)

    def __init__(self, *args, branches, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches
        self.fields["branch"].empty_label = _("All")

    def narrow(self, rows, wanted):
        branch = wanted["branch"]
        return rows.filter(branch__path__startswith=branch.path) if branch else rows


class JournalForm(forms.Form):
    """The case in the records system."""

    reference = forms.CharField(
        label=_("Case number in the records system"),
        max_length=80,
        help_text=_("For example 00.16.00-P20-21-26"),
        widget=forms.TextInput(attrs={"class": "input-width-m", "autocomplete": "off"}),
    )
