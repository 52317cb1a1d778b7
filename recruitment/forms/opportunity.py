"""The form for an opportunity."""

from django.utils.translation import gettext_lazy as _

from coordination.access import Permission
from coordination.models import Site
from core import forms
from core.periods import today
from recruitment.models import Opportunity


class OpportunityForm(forms.ModelForm):
    """Texts and period of an opportunity; the site is chosen when it is made."""

    submit_label = _("Save the opportunity")

    published_from = forms.DateField(label=_("Shown from"), initial=today)
    published_until = forms.DateField(label=_("Shown until and including"), required=False)

    class Meta:
        model = Opportunity
        fields = (
            "title",
            "summary",
            "body",
            "when",
            "published_from",
            "published_until",
            "title_en",
            "summary_en",
            "body_en",
            "when_en",
        )


class NewOpportunityForm(OpportunityForm):
    """The same with the site to choose, among those where the user may."""

    site = forms.ModelChoiceField(label=_("Activity and branch"), queryset=Site.objects.none())

    field_order = ("site", *OpportunityForm.Meta.fields)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = (
            Site.objects.permitted(user, Permission.EDIT_OPPORTUNITIES)
            .filter(closed_on__isnull=True)
            .select_related("activity", "branch")
            .order_by("activity__title", "branch__name", "pk")
        )
