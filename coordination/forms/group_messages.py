"""The form of a group message: whom it is to, and what it says."""

from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from coordination.access import Permission
from coordination.filters import visible_activities
from coordination.models import Activity, Audience, Branch, Shift
from core import forms


class GroupMessageForm(forms.Form):
    """Write to many. `shift` and `people` come from the page one was on."""

    submit_label = gettext_lazy("See it before it is sent")

    branch = forms.ModelChoiceField(
        Branch.objects.none(),
        label=gettext_lazy("From the branch"),
        help_text=gettext_lazy("It goes to people of this branch and what lies under it."),
        empty_label=None,
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("To"), choices=Audience.choices, widget=forms.RadioSelect
    )
    activity = forms.ModelLookupField(
        Activity.objects.none(),
        search=queries.activities_matching,
        url=reverse_lazy("coordination:activity-lookup"),
        label=gettext_lazy("Activity"),
        required=False,
        help_text=gettext_lazy("Only where it is to one activity."),
    )
    necessary = forms.BooleanField(
        label=gettext_lazy("It is needed for the work"),
        required=False,
        help_text=gettext_lazy(
            "Then it also reaches those who have declined news, if need be by letter. Use it only "
            "for what people must know."
        ),
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=120)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy(
            "[[first_name]] becomes the recipient's first name. Write nothing about health or "
            "other private matters. Your name is put below, and answers go to you."
        ),
    )

    def __init__(self, *args, user, shift=None, people=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.shift, self.people = shift, people
        self.fields["branch"].queryset = Branch.objects.permitted(user, Permission.WRITE_MESSAGES)
        self.fields["activity"].queryset = visible_activities(user)
        self.fields["audience"].choices = [
            choice
            for choice in Audience.choices
            if (choice[0] != Audience.SHIFT or shift) and (choice[0] != Audience.CHOSEN or people)
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("audience") == Audience.ACTIVITY and not cleaned.get("activity"):
            self.add_error("activity", _("Choose the activity it is to."))
        return cleaned

    def values(self):
        """What the action takes."""
        return {**self.cleaned_data, "shift": self.shift}


def shift_for(user, number):
    """The shift whose people the user may write to, or None."""
    if not str(number or "").isdecimal():
        return None
    rows = Shift.objects.permitted(user, Permission.WRITE_MESSAGES).select_related("site__branch")
    return rows.filter(pk=int(number)).first()
