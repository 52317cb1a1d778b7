"""The filter of the compliance board's lists."""

from django.utils.translation import gettext_lazy as _

from core import forms


class BoardFilter(forms.FilterForm):
    """One branch, and what lies under it."""

    branch = forms.ModelChoiceField(label=_("Branch"), queryset=None, required=False)

    def __init__(self, *args, branches, number, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches
        self.fields["branch"].empty_label = _("All")
        self.number = number

    def narrow(self, rows, wanted):
        branch = wanted["branch"]
        return self.number.in_branch(rows, branch) if branch else rows
