"""The form of a branch's own words."""

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from agreements.placeholders import frame_of
from core import forms


class LocalClauseForm(forms.Form):
    """For which branch, and the text in Danish and, if wanted, in English."""

    submit_label = _("Save our own words")

    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=None, help_text=_("It counts for what lies under it as well.")
    )
    body = forms.CharField(
        label=_("Text"), max_length=20_000, widget=django_forms.Textarea(attrs={"rows": 12})
    )
    body_en = forms.CharField(
        label=_("Text in English"),
        max_length=20_000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args, branches, clause, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches
        if len(branches) == 1:
            self.fields["branch"].initial = branches[0]
        names = ", ".join(f"[[{name}]]" for name in frame_of(clause))
        self.fields["body"].help_text = _(
            "At most %(limit)d characters. You may use: %(names)s"
        ) % {"limit": clause.local_limit, "names": names or "-"}
