"""Markdown comes out safe, and a placeholder's value stays text."""

import pytest

from core import markdown


def test_render_makes_markup_of_markdown():
    assert markdown.render("## Frivillig\n\n- **en**\n- to") == (
        "<h2>Frivillig</h2>\n<ul>\n<li><strong>en</strong></li>\n<li>to</li>\n</ul>\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[klik](javascript:alert(1))",
        "[klik](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="https://example.dk" onclick="x()">x</a>',
        "![billede](https://example.dk/spor.png)",
        "<style>body{display:none}</style>",
    ],
)
def test_render_lets_nothing_dangerous_through(source):
    html = markdown.render(source)
    for danger in ("<script", "<img", "<style", 'javascript:"', 'href="javascript', 'href="data'):
        assert danger not in html
    assert "<a " not in html or "onclick=" not in html.split("<a ", 1)[1].split(">", 1)[0]


@pytest.mark.parametrize(
    "name",
    [
        "Åse <script>alert(1)</script>",
        "**Bo**",
        "[klik](https://example.dk)",
        "# Overskrift",
        "'; DROP TABLE core_user; --",
        "1. Ole & Søn",
        "`kode` \\ | tabel",
        "https://example.dk",
    ],
)
def test_value_of_a_placeholder_is_text_and_nothing_else(name):
    html = markdown.render("Kære [[navn]],", {"navn": name})
    assert html.startswith("<p>Kære ")
    assert html.count("<") == 2
    shown = html[len("<p>") : -len("</p>\n")]
    assert _unescaped(shown) == f"Kære {name},"


def test_value_that_names_a_placeholder_is_not_filled_again():
    html = markdown.render("[[a]] [[b]]", {"a": "[[b]]", "b": "to"})
    assert html == "<p>[[b]] to</p>\n"


def test_value_of_several_lines_keeps_them():
    html = markdown.render("[[adresse]]", {"adresse": "Vej 1\n5000 Odense C"})
    assert html == "<p>Vej 1<br>\n5000 Odense C</p>\n"


def test_missing_value_is_a_fault_and_never_a_hole():
    with pytest.raises(KeyError, match="navn"):
        markdown.render("Kære [[navn]]")


def test_unknown_placeholders_are_named_once_in_order():
    source = "[[navn]] [[ adrese ]] [[filial]] [[adrese]]"
    assert markdown.unknown_placeholders(source, {"navn"}) == ("adrese", "filial")


def _unescaped(text):
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text
