"""The form pack and the fields: what is drawn, what is understood, and what is said."""

from datetime import date, time
from decimal import Decimal

import pytest
from crispy_forms.layout import HTML, ButtonHolder, Div, Fieldset, Layout, Row, Submit
from django.forms import formset_factory
from django.template import Context, Template
from django.utils import translation

from core import forms, styleguide
from core.errors import DomainError
from core.models import PolicyValue


@pytest.fixture(autouse=True)
def danish():
    with translation.override("da"):
        yield


def draw(source, **context):
    return Template("{% load crispy_forms_tags %}" + source).render(Context(context))


class Choice(forms.Form):
    name = forms.CharField(label="Navn", max_length=80, help_text="Dit navn")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)


class OneDate(forms.Form):
    on = forms.DateField()


class OneTime(forms.Form):
    at = forms.TimeField()


class BornOn(forms.Form):
    born = forms.DatePartsField(birthday=True)


class Amount(forms.Form):
    hours = forms.DecimalField(max_digits=6, decimal_places=1)


class Place(forms.Form):
    place = styleguide.PlaceLookup(label="Sted")


class PolicyForm(forms.ModelForm):
    class Meta:
        model = PolicyValue
        fields = ["note", "valid_from", "set_by_id"]


class Arranged(forms.Form):
    submit_label = ""  # the layout brings its own button
    first = forms.CharField(label="Fornavn")
    last = forms.CharField(label="Efternavn")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            Fieldset("Om dig", Row("first", "last"), css_class="about"),
            Div(HTML("<p>Tak</p>"), "secret"),
            ButtonHolder(Submit("go", "Videre")),
        )


# --- Drawing -------------------------------------------------------------------------------


def test_label_hint_and_error_belong_to_the_input():
    html = draw("{% crispy form %}", form=Choice({}))
    assert '<label class="form-label" for="id_name">Navn</label>' in html
    assert '<span class="form-hint" id="id_name_helptext">Dit navn</span>' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "<form novalidate method=" in " ".join(html.split())


def test_optional_fields_say_so_and_required_ones_do_not():
    html = draw("{{ form|crispy }}", form=Choice())
    assert html.count('<span class="weight-normal">') == 1
    assert "Note<span" in html


def test_error_summary_links_to_the_first_input_of_each_field():
    html = draw("{{ form|crispy }}", form=styleguide.GalleryForm(styleguide.BAD_DATA, {}))
    for target in ("id_name", "id_birth_date_0", "id_days_0", "id_how_often_0", "id_place_q"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in html


def test_no_summary_before_anything_was_sent():
    assert "error-summary" not in draw("{% crispy form %}", form=Choice())


def test_domain_error_stands_at_its_field_with_its_reasons():
    form = Choice({"name": "Frida"})
    form.add_domain_error(
        DomainError("Vagten er fuld.", code="full", field="name", reasons=["Der er 4 på den."])
    )
    assert form.errors["name"] == ["Vagten er fuld.", "Der er 4 på den."]


def test_domain_error_of_an_unknown_field_stands_on_top():
    form = Choice({"name": "Frida"})
    form.add_domain_error(DomainError("Nej.", code="no", field="elsewhere"))
    assert form.non_field_errors() == ["Nej."]


def test_typed_markup_is_shown_and_not_run():
    html = draw("{% crispy form %}", form=Choice({"name": "<script>alert(1)</script>"}))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_page_title_says_that_there_is_an_error():
    bad, good = Choice({}), Choice({"name": "Frida"})
    assert draw("{% error_prefix %}", form=bad) != ""
    assert draw("{% error_prefix %}", form=good) == ""
    assert draw("{% error_prefix %}") == ""


def test_button_and_cancel_link():
    html = draw("{% crispy form %}", form=Choice(cancel_url="/vagter/"))
    assert 'type="submit"' in html
    assert 'href="/vagter/"' in html


def test_layout_of_fieldset_row_and_buttons_is_drawn():
    html = draw("{% crispy form %}", form=Arranged({}))
    assert '<fieldset class="fields about"><legend class="h3">Om dig</legend>' in html
    assert html.index("field-row") < html.index('id="id_first"') < html.index('id="id_last"')
    assert "<p>Tak</p>" in html
    assert html.count('type="hidden"') == 1
    assert html.count('href="#id_') == 2
    assert "Videre</button>" in html
    assert html.count('type="submit"') == 1


def test_model_form_has_our_own_fields():
    fields = PolicyForm().fields
    assert isinstance(fields["valid_from"], forms.DateField)
    assert fields["valid_from"].help_text != ""
    html = draw("{{ form|crispy }}", form=PolicyForm())
    assert "data-calendar" in html


def test_formset_has_one_summary_for_all_rows():
    rows = formset_factory(styleguide.RowForm)
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2"}
    html = draw("{{ formset|crispy }}", formset=rows(data))
    assert html.count('data-module="error-summary"') == 1
    assert 'href="#id_form-1-hours"' in html


def test_required_messages_say_what_to_do():
    with translation.override("en"):
        errors = styleguide.GalleryForm({}, {}).errors
        assert [errors[name][0] for name in ("name", "days", "how_often", "agree")] == [
            "Fill in the field.",
            "Choose at least one.",
            "Choose an answer.",
            "Tick the box to go on.",
        ]


# --- Understanding -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["3.5.2027", "03.05.2027", "3/5 2027", "3-5-27", "3. 5. 2027", "03052027", "2027-05-03"],
)
def test_dates_are_understood_as_people_write_them(typed):
    form = OneDate({"on": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["on"] == date(2027, 5, 3)


@pytest.mark.parametrize("language", ["da", "en"])
def test_days_come_before_months_in_both_languages(language):
    with translation.override(language):
        form = OneDate({"on": "3/5/2027"})
        assert form.is_valid()
        assert form.cleaned_data["on"] == date(2027, 5, 3)


@pytest.mark.parametrize("typed", ["31.02.2027", "i morgen", "'; DROP TABLE", "🎉", "0"])
def test_a_date_that_is_none_is_refused_and_kept(typed):
    form = OneDate({"on": typed})
    assert not form.is_valid()
    assert form["on"].value() == typed


@pytest.mark.parametrize("typed", ["15.30", "15:30", "1530", "kl. 15.30", "KL 15.30"])
def test_times_are_understood_as_people_write_them(typed):
    form = OneTime({"at": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == time(15, 30)


def test_time_is_shown_with_a_full_stop():
    html = draw("{{ form|crispy }}", form=OneTime(initial={"at": time(9, 5)}))
    assert 'value="09.05"' in html


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("31", "2", "1948"), "invalid"),
        (("1", "", "1948"), "incomplete"),
        (("", "", ""), "required"),
        (("1", "2", "48"), "year"),
        (("én", "2", "1948"), "invalid"),
        (("٣", "٢", "١٩٤٨"), "invalid"),
    ],
)
def test_date_parts_say_what_is_wrong_and_keep_what_was_typed(parts, code):
    names = ("born_day", "born_month", "born_year")
    form = BornOn(dict(zip(names, parts, strict=True)))
    assert [error.code for error in form.errors.as_data()["born"]] == [code]
    html = draw("{{ form|crispy }}", form=form)
    for part in filter(None, parts):
        assert f'value="{part}"' in html


def test_date_parts_make_a_date():
    form = BornOn({"born_day": "09", "born_month": "3", "born_year": "1948"})
    assert form.is_valid()
    assert form.cleaned_data["born"] == date(1948, 3, 9)


def test_decimal_comma_is_understood():
    form = Amount({"hours": "2,5"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["hours"] == Decimal("2.5")


def test_phone_is_kept_international_and_shown_danish():
    field = forms.PhoneField()
    assert field.clean("12 34 56 78") == "+4512345678"
    assert field.prepare_value("+4512345678") == "12 34 56 78"


# --- Looking up ----------------------------------------------------------------------------


def test_lookup_words_without_a_choice_bring_the_hits():
    form = Place({"place_q": "bibliotek"})
    assert [error.code for error in form.errors.as_data()["place"]] == ["choose"]
    assert draw("{{ form|crispy }}", form=form).count('type="radio"') == 3


def test_lookup_choice_is_cleaned_and_shown_again():
    form = Place({"place_q": "bol", "place": "2"})
    assert form.is_valid()
    assert form.cleaned_data["place"] == "Bolbro Bibliotek"
    html = draw("{{ form|crispy }}", form=form)
    assert html.count('type="radio"') == 1
    assert " checked" in html


@pytest.mark.parametrize(
    ("data", "code"),
    [({"place_q": "zzz"}, "nothing"), ({"place": "99"}, "gone"), ({}, "required")],
)
def test_lookup_says_what_is_wrong(data, code):
    form = Place(data)
    assert [error.code for error in form.errors.as_data()["place"]] == [code]
