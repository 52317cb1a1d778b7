"""Forms about the tie between a volunteer and a site."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from coordination import queries
from coordination.access import Permission
from coordination.models import Association, EndReason, Site, Tie
from core import forms
from core.periods import today

LONGEST_SELECT = 40


class SiteField(forms.ModelLookupField):
    """One of very many sites, found by typing."""

    def __init__(self, queryset, **kwargs):
        super().__init__(
            queryset,
            search=queries.sites_matching,
            url=reverse_lazy("coordination:site-lookup"),
            label=_("Activity and branch"),
            help_text=_("Write a part of the activity's or the branch's name."),
            **kwargs,
        )


def site_field(sites):
    """A list where it is short, a search box where it is long. 1 query."""
    if sites.order_by()[: LONGEST_SELECT + 1].count() <= LONGEST_SELECT:
        return forms.ModelChoiceField(
            sites, label=_("Activity and branch"), empty_label=_("Choose an activity")
        )
    return SiteField(sites)


class EngagementFields(forms.Form):
    """Where, from when, and how. `user` decides which sites there are to choose from."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Activity and branch"))
    starts_on = forms.DateField(label=_("First day"), initial=today)
    ends_on = forms.DateField(label=_("Last day"), required=False)
    tie = forms.ChoiceField(
        label=_("Tie"),
        required=False,
        choices=[("", _("As usual for the activity")), *Tie.choices],
        help_text=_(
            "Fixed: comes regularly. Occasional: helps now and then, for example at an event."
        ),
    )
    association = forms.ModelChoiceField(
        Association.objects.none(),
        label=_("Through an association"),
        required=False,
        empty_label=_("No, tied directly to the branch"),
    )
    languages = forms.CharField(
        label=_("Languages"),
        required=False,
        max_length=200,
        help_text=_("Languages the volunteer speaks."),
    )
    availability = forms.CharField(
        label=_("When the volunteer can help"),
        required=False,
        max_length=300,
        help_text=_("For example Tuesday afternoons. Write nothing about health."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        sites = queries.open_sites(user, Permission.EDIT_PEOPLE)
        self.fields["site"] = site_field(sites)
        self.fields["association"].queryset = Association.objects.all()

    def engagement_values(self):
        """The cleaned data that belong to the engagement."""
        names = ("site", "starts_on", "ends_on", "association", "languages", "availability")
        return {name: self.cleaned_data[name] for name in names} | {
            "tie": self.cleaned_data["tie"] or None
        }


class EngagementForm(EngagementFields):
    """One more engagement of a volunteer."""

    submit_label = _("Add the engagement")


class EndForm(forms.Form):
    """The last day, and why, from a short list."""

    submit_label = _("End the engagement")
    submit_css = "button-warning"

    last_day = forms.DateField(label=_("Last day"), initial=today)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *EndReason.choices]
    )


class PauseForm(forms.Form):
    """From when, and until when if it is known."""

    submit_label = _("Register the pause")

    starts_on = forms.DateField(label=_("From"), initial=today)
    ends_on = forms.DateField(
        label=_("Until and including"),
        required=False,
        help_text=_("Leave it empty if it is not known when the volunteer is back."),
    )


class ResumeForm(forms.Form):
    """The day from which the volunteer is back."""

    submit_label = _("Back from pause")

    on = forms.DateField(label=_("Back from"), initial=today)


class TieForm(forms.Form):
    """Fixed or occasional."""

    submit_label = _("Save the tie")

    tie = forms.ChoiceField(label=_("Tie"), choices=Tie.choices, widget=forms.RadioSelect)
