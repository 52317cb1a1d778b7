"""The gallery at /stilguide/: every component and control with invented text, for staff.

Also what the tests of the look draw: `?fejl=1` shows the form as it comes back with errors.
"""

from datetime import date, datetime
from types import SimpleNamespace

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import formset_factory
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core import forms

PLACES = {
    "1": ("Borgernes Hus", "Østre Stationsvej 15"),
    "2": ("Bolbro Bibliotek", "Stadionvej 50"),
    "3": ("Dalum Bibliotek", "Dalumvej 95"),
    "4": ("Vollsmose Bibliotek", "Vollsmose Allé 14"),
}
DAYS = [("mon", _("Mondays")), ("tue", _("Tuesdays")), ("wed", _("Wednesdays"))]
LANGUAGES = [("da", _("Danish")), ("en", _("English")), ("ar", _("Arabic"))]


class PlaceLookup(forms.LookupField):
    """A lookup over invented places."""

    def hits(self, query):
        return [
            forms.Hit(key, name, street)
            for key, (name, street) in PLACES.items()
            if query.casefold() in name.casefold()
        ]

    def hit_of(self, key):
        return forms.Hit(key, *PLACES[key]) if key in PLACES else None

    def value_of(self, key):
        return PLACES[key][0]


class GalleryForm(forms.Form):
    """Every kind of control once."""

    submit_label = _("Send")

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), help_text=_("We write to you here."))
    phone = forms.PhoneField(label=_("Telephone"), required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=4)
    birth_date = forms.DatePartsField(label=_("Date of birth"), birthday=True)
    starts_on = forms.DateField(label=_("First day"))
    starts_at = forms.TimeField(label=_("Begins at"), required=False)
    people = forms.IntegerField(label=_("How many people"), min_value=1, max_value=40)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    days = forms.CheckboxList(label=_("Days that suit you"), choices=DAYS)
    how_often = forms.ChoiceField(
        label=_("How often"),
        choices=[("fixed", _("Every week")), ("occasional", _("Now and then"))],
        widget=forms.RadioSelect,
    )
    place = PlaceLookup(label=_("Place"), help_text=_("Search by a part of the name."))
    text = forms.CharField(label=_("Tell us a little"), widget=forms.Textarea, required=False)
    picture = forms.FileField(label=_("Picture"), required=False, help_text=_("PNG or JPEG."))
    agree = forms.BooleanField(label=_("I have read how you use my information"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].widget.url = "/stilguide/opslag/"


class RowForm(forms.Form):
    """One row of a formset."""

    name = forms.CharField(label=_("Name"), max_length=80)
    hours = forms.DecimalField(label=_("Hours"), max_digits=4, decimal_places=1)


class GalleryFilter(forms.FilterForm):
    """A search box and two filters."""

    q = forms.CharField(label=_("Search by name"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("All")), *LANGUAGES], required=False
    )
    days = forms.CheckboxList(label=_("Days"), choices=DAYS, required=False)


BAD_DATA = {
    "name": "",
    "email": "karen.nielsen.example.dk",
    "phone": "123",
    "birth_date_day": "31",
    "birth_date_month": "2",
    "birth_date_year": "1948",
    "starts_on": "31.02.2027",
    "people": "mange",
    "place_q": "bibliotek",
}


@login_required
@require_safe
def page(request):
    """The gallery. Only for those who may enter the administration."""
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "stilguide.html", gallery_context(request))


@login_required
@require_safe
def lookup(request):
    """The lookup address of the gallery's form: GET ?q=&name=&id= answers the hits."""
    if not request.user.is_staff:
        raise PermissionDenied
    query = request.GET.get("q", "").strip()
    context = forms.lookup_context(
        name="place", id="id_place", query=query, hits=PlaceLookup().hits(query) if query else []
    )
    return render(request, "components/lookup_results.html", {"lookup": context})


def gallery_context(request):
    """Invented rows for every component."""
    bad = "fejl" in request.GET
    rows = formset_factory(RowForm, extra=2)
    return {
        "form": GalleryForm(BAD_DATA, {}) if bad else GalleryForm(cancel_url="/"),
        "formset": rows(),
        "filter": GalleryFilter(request.GET if "language" in request.GET else None),
        "page_obj": Paginator(range(1, 118), 25).get_page(request.GET.get("side", 2)),
        "shifts": _shifts(),
        "missing": _missing(),
        "events": _events(),
        "cards": _cards(),
        "steps": _steps(),
        "consequences": [_("Everyone on the shift gets an e-mail."), _("It cannot be undone.")],
        "people": [
            SimpleNamespace(display_name="Karen Margrethe Nielsen", protected_identity=False),
            SimpleNamespace(display_name="Beskyttet navn", protected_identity=True),
        ],
        "day": date(2027, 3, 3),
        "end": date(2027, 3, 5),
        "instant": timezone.make_aware(datetime(2027, 3, 3, 15, 0)),
        "closing": timezone.make_aware(datetime(2027, 3, 3, 17, 30)),
    }


def _shifts():
    rows = [
        ("Lektiecafé", "Vollsmose Bibliotek", 4, 15, "success", _("Full")),
        ("Højtlæsning for børn", "Borgernes Hus", 6, 10, "warning", _("2 places left")),
        ("Sprogcafé", "Bolbro Bibliotek", 11, 17, "waiting", _("Awaits answer")),
        ("Litteraturfestival", "Borgernes Hus", 20, 9, "error", _("Cancelled")),
        ("It-hjælp", "Dalum Bibliotek", 24, 13, "neutral", _("Draft")),
    ]
    return [
        {
            "activity": activity,
            "place": place,
            "starts_at": timezone.make_aware(datetime(2027, 3, day, hour)),
            "kind": kind,
            "state": state,
        }
        for activity, place, day, hour, kind, state in rows
    ]


def _missing():
    return [
        {"text": _("The agreement is signed"), "done": True},
        {
            "text": _("The certificate for work with children is missing"),
            "why": _("The homework cafe is for children under 15."),
            "url": "#",
            "action": _("Order the certificate"),
        },
    ]


def _events():
    return [
        {
            "at": timezone.make_aware(datetime(2027, 3, 2, 9, 12)),
            "text": _("Agreement signed"),
            "by": "Karen Margrethe Nielsen",
        },
        {
            "at": timezone.make_aware(datetime(2027, 2, 26, 14, 5)),
            "text": _("Agreement sent"),
            "by": "Jens Holm",
        },
        {"at": timezone.make_aware(datetime(2027, 2, 20, 8, 0)), "text": _("Application received")},
    ]


def _cards():
    return [
        {
            "url": "#",
            "heading": "Lektiehjælper i Vollsmose",
            "place": "Vollsmose Bibliotek",
            "text": "Hjælp børn og unge med lektierne to timer om ugen. Du behøver ikke være "
            "lærer: tålmodighed og godt humør rækker langt.",
            "tags": [_("Every week"), _("2 hours")],
        },
        {
            "url": "#",
            "heading": "Vært på litteraturfestivalen",
            "place": "Borgernes Hus",
            "text": "Tag imod gæster, vis vej og vær med, når huset er fuldt.",
            "tags": [_("Now and then"), _("Weekend")],
        },
        {
            "url": "#",
            "heading": "Læs højt for de mindste",
            "place": "Dalum Bibliotek",
            "text": "En halv time med en god bog, en lille flok og store øjne.",
            "tags": [_("Every week")],
        },
    ]


def _steps():
    return [
        {"title": _("About you"), "url": "#", "done": True},
        {"title": _("When you can"), "url": "#", "done": False},
        {"title": _("Read and send"), "url": "#", "done": False},
    ]
