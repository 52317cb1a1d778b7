"""Forms about groups on a shift: book, change, give back by link, how many came."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import groups
from coordination.models import Association, GroupKind
from core import forms, policies

MOST_SEATS, MOST_NAMES = 500, 4000
CONTACT = ("name", "email", "phone", "language")


class NamesField(forms.CharField):
    """Names of those who come, one on each line; nobody has to write any."""

    def __init__(self, **kwargs):
        super().__init__(
            label=gettext_lazy("Names of those who come"),
            required=False,
            max_length=MOST_NAMES,
            widget=forms.Textarea(attrs={"rows": 4}),
            **kwargs,
        )

    def clean(self, value):
        lines = (" ".join(line.split()) for line in super().clean(value).splitlines())
        return "\n".join(line for line in lines if line)


def names_help():
    """How long names are kept: a setting."""
    return _(
        "Not needed: we count places, not people. One name on each line. Names are erased by "
        "themselves %(days)s days after the shift."
    ) % {"days": policies.get(groups.KEPT_DAYS)}


class GroupForm(forms.Form):
    """A group's places and who answers for them. E-mail or phone: one of them is enough."""

    submit_label = gettext_lazy("Book the places")

    kind = forms.ChoiceField(
        label=gettext_lazy("What kind of group"),
        choices=GroupKind.choices,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label=gettext_lazy("What the group is called"),
        max_length=120,
        help_text=gettext_lazy("For example 5.B from the Forest School. No names of people."),
    )
    seats = forms.IntegerField(
        label=gettext_lazy("How many places"), min_value=1, max_value=MOST_SEATS
    )
    association = forms.ModelChoiceField(
        Association.objects.none(),
        label=gettext_lazy("Association from the register"),
        required=False,
    )
    name = forms.CharField(
        label=gettext_lazy("Who is responsible"),
        max_length=200,
        help_text=gettext_lazy("One grown-up who comes along and can be reached."),
    )
    email = forms.EmailField(label=gettext_lazy("The responsible person's e-mail"), required=False)
    phone = forms.PhoneField(label=gettext_lazy("The responsible person's phone"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of messages"), choices=settings.LANGUAGES
    )
    names = NamesField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["association"].queryset = Association.objects.all()
        self.fields["names"].help_text = names_help()

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("email") or cleaned.get("phone")):
            self.add_error("email", _("Write an e-mail address or a phone number."))
        return cleaned

    def contact(self):
        return {name: self.cleaned_data[name] for name in CONTACT}

    def values(self):
        names = ("kind", "title", "seats", "association", "names")
        return {name: self.cleaned_data[name] for name in names}


class GroupChangeForm(GroupForm):
    """The same about a booking that stands."""

    submit_label = gettext_lazy("Save the booking")


class GroupLinkForm(forms.Form):
    """What the responsible can change by the link: fewer places, and names."""

    submit_label = gettext_lazy("Save")

    seats = forms.IntegerField(
        label=gettext_lazy("How many of you come"),
        min_value=1,
        max_value=MOST_SEATS,
        help_text=gettext_lazy("Fewer than before? Then others can have the places."),
    )
    names = NamesField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["names"].help_text = names_help()


class GroupAttendanceForm(forms.Form):
    """How many of the group came."""

    submit_label = gettext_lazy("Save attendance")

    came = forms.IntegerField(
        label=gettext_lazy("How many came"),
        min_value=0,
        max_value=MOST_SEATS,
        help_text=gettext_lazy("0 if nobody came."),
    )
