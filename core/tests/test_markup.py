"""Markup without templates says what the templates say."""

import pytest
from django import forms as django_forms
from django.forms.renderers import TemplatesSetting
from django.template.loader import render_to_string
from django.test.html import parse_html
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import controls, forms
from core.markup import fill, written

NASTY = """<b onclick="x('y')">&amp; 'æøå'"""


@pytest.mark.parametrize("value", [NASTY, SafeString("<i>ok</i>"), 12, None, "100 %", "%s"])
def test_fill_writes_as_format_html_does(value):
    assert fill("<p>%s</p>", value) == format_html("<p>{}</p>", value)
    assert isinstance(fill("%s", value), SafeString)
    assert written(value) == format_html("{}", value)


class Boxes(forms.FilterForm):
    words = forms.CharField(label="Ord & tegn", required=False, max_length=10)
    mail = forms.EmailField(label="Mail", required=False)
    number = django_forms.IntegerField(label="Tal", required=False)
    choice = forms.ChoiceField(
        label="Valg",
        required=False,
        choices=[("", "Alle"), ("a'b", NASTY), ("Gruppe <1>", [("c", "C"), ("d", "D")])],
    )
    plain = forms.ChoiceField(
        label="Ligetil", required=False, choices=[("", "Alle"), ("a'b", NASTY), (3, "Tre")]
    )
    tick = forms.BooleanField(label="Kryds", required=False)
    hidden = forms.CharField(required=False, widget=django_forms.HiddenInput)

    def narrow(self, rows, wanted):
        return rows


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"words": NASTY, "mail": "x", "number": "y", "choice": "a'b", "tick": "on", "hidden": "<"},
        {"choice": "d", "number": "7"},
    ],
)
def test_boxes_and_selects_are_written_as_by_djangos_templates(data):
    form = Boxes(data)
    for field in form:
        ours = field.as_widget()
        theirs = field.field.widget.render(
            field.html_name,
            field.value(),
            field.build_widget_attrs({}, field.field.widget) | {"id": field.auto_id},
            TemplatesSetting(),
        )
        assert parse_html(ours) == parse_html(theirs)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"words": NASTY, "plain": "a'b"},
        {"words": "x" * 11, "number": "nej", "plain": "3", "tick": "on"},
        {"plain": "nej"},
    ],
)
def test_fields_of_a_filter_are_drawn_as_the_form_pack_draws_them(data):
    form = Boxes(data)
    for field in form.visible_fields():
        plain = render_to_string("dkfds/field.html", {"field": field})
        assert parse_html(controls.render_filter_field(field)) == parse_html(plain)
