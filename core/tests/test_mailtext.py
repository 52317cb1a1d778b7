"""Message texts: one small language, filled without executing anything, and what lint refuses."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from core import kinds, mailtext


@pytest.fixture(autouse=True)
def register(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})


def make_kind(*placeholders, **values):
    kinds.register("tests.text", context=lambda message: {}, placeholders=placeholders, **values)
    return kinds.kinds()["tests.text"]


def text_kind():
    return make_kind(
        kinds.Placeholder("first_name", "", "Frida"),
        kinds.Placeholder("link", "", "https://x.dk/", required=True, secret=True),
        kinds.Placeholder("has_sign_in", "", True, condition=True),
        kinds.Placeholder("matter", "", "attest", inside=True),
    )


def filled(body, **values):
    return mailtext.fill("Emne", body, values)[1]


# --- Filling -------------------------------------------------------------------------------


def test_values_are_put_in():
    assert mailtext.fill("Hej [[a]]", "Kære [[ a ]], [[b]]", {"a": "Åse", "b": 3}) == (
        "Hej Åse",
        "Kære Åse, 3",
    )


@pytest.mark.parametrize("empty", [None, "", False, [], ()])
def test_line_with_an_empty_value_is_left_out(empty):
    assert filled("En\n\nLog ind: [[url]]\n\nTo", url=empty) == "En\n\nTo"


@pytest.mark.parametrize(
    ("value", "line"), [("https://x.dk/", "Med"), (True, "Med"), ("", "Uden"), (False, "Uden")]
)
def test_condition_says_when_a_line_stands(value, line):
    assert filled("[[if url]] Med\n[[unless url]] Uden", url=value) == line


def test_conditions_of_one_line_must_all_hold():
    assert filled("[[if a]] [[unless b]] Ja\nslut", a=True, b=True) == "slut"
    assert filled("[[if a]] [[unless b]] Ja\nslut", a=True, b=False) == "Ja\nslut"


@pytest.mark.parametrize("value", [["Ane", "Bo"], "Ane\nBo"])
def test_lines_of_a_value_stand_under_each_other_or_in_a_row(value):
    assert filled("- [[who]]", who=value) == "- Ane\n- Bo"
    assert filled("[[who]]", who=value) == "Ane\nBo"
    assert filled("[[who]] kommer", who=["Ane", "Bo"]) == "Ane, Bo kommer"


def test_days_and_instants_are_written_in_the_language():
    values = {"day": date(2026, 3, 3), "at": datetime(2026, 3, 3, 14, tzinfo=UTC)}
    with translation.override("da"):
        assert filled("[[day]], [[at]]", **values) == "3. marts 2026, 3. marts 2026 kl. 15.00"
    with translation.override("en"):
        assert filled("[[day]]", **values) == "3 March 2026"


@pytest.mark.parametrize("evil", ["[[secret]]", "{{ secret }}", "[[if secret]]", "\\1", "{0}"])
def test_what_is_put_in_is_not_read_again(evil):
    assert filled("Kære [[name]]", name=evil, secret="kode") == f"Kære {evil}"


@pytest.mark.parametrize(
    "code", ["{{ settings.SECRET_KEY }}", "{% include 'x' %}", "{0.__class__}"]
)
def test_code_in_a_text_is_only_text(code):
    assert filled(code) == code


def test_text_with_a_hole_is_refused():
    with pytest.raises(KeyError):
        filled("Kære [[name]]")


def test_subject_that_becomes_empty_is_refused():
    with pytest.raises(ValueError, match="subject"):
        mailtext.fill("[[name]]", "Tekst", {"name": ""})


def test_file_without_a_subject_is_refused():
    with pytest.raises(ValueError, match="Subject"):
        mailtext.split("Kære Frida")


# --- Lint ----------------------------------------------------------------------------------

WHOLE = "Kære [[first_name]]\n\n[[if has_sign_in]] Log ind: [[link]]"


def test_whole_text_has_no_faults():
    assert mailtext.lint(text_kind(), "Hej [[first_name]]", WHOLE) == []


@pytest.mark.parametrize(
    ("subject", "body", "fault"),
    [
        ("", WHOLE, "The subject is empty"),
        ("[[first_name]]", WHOLE, "The subject is empty"),
        ("x" * 121, WHOLE, "too long"),
        ("En\nto", WHOLE, "one line"),
        ("[[if has_sign_in]] Hej", WHOLE, "cannot stand in the subject"),
        ("Hej", "", "The text is empty"),
        ("Hej", "Kære [[first_name]]", "The text lacks [[link]]"),
        ("Hej", "[[if link]] Kære", "The text lacks [[link]]"),
        ("Hej", WHOLE + "[[frist_name]]", "Did you mean [[first_name]]?"),
        ("Hej", WHOLE + "[[__class__]]", "not one of the placeholders"),
        ("Hej [[nobody]]", WHOLE, "not one of the placeholders"),
        ("Hej", WHOLE + "\n[[if has_sing_in]] x", "Did you mean [[has_sign_in]]?"),
        ("Hej", WHOLE + "\nSe [[if has_sign_in]] x", "must stand first"),
        ("Hej", WHOLE + "\n[[has_sign_in]]", "is not text"),
        ("Hej", WHOLE + "\n[[matter]]", "is sensitive"),
        ("Hej", WHOLE + "\n{{ first_name }}", "mean nothing here"),
        ("Hej", WHOLE + "\n[[first_name]", "lacks a bracket"),
    ],
)
def test_lint_refuses(subject, body, fault):
    with translation.override("en"):
        (found,) = mailtext.lint(text_kind(), subject, body)
    assert fault in found


def test_lint_of_a_sensitive_text_knows_what_is_not_said():
    kind = make_kind(sensitive=True, unsaid=("attest",))
    with translation.override("en"):
        (fault,) = mailtext.lint(kind, "Hej", "Din børneattest mangler")
    assert "“børneattest”" in fault
    assert mailtext.lint(kind, "Hej", "Din børneattest mangler", inside=True) == []


def test_secrets_are_hidden_in_what_is_kept():
    values = mailtext.examples(text_kind())
    assert mailtext.without_secrets(text_kind(), values)["link"] == mailtext.HIDDEN
    assert mailtext.without_secrets(text_kind(), values)["first_name"] == "Frida"


# --- Kinds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"necessity": "perhaps"},
        {"necessity": kinds.LAW, "declinable": True},
        {"necessity": kinds.ASKED, "declinable": True},
        {"gatherable": True, "priority": kinds.URGENT},
        {"gatherable": True, "sensitive": True},
    ],
)
def test_kind_that_contradicts_itself_is_refused(wrong):
    with pytest.raises(ValueError, match=r"tests\.text"):
        make_kind(**wrong)


def test_what_is_nice_may_be_declined_and_what_is_asked_for_is_urgent():
    assert make_kind(necessity=kinds.NICE).declinable
    assert not make_kind(necessity=kinds.LAW).declinable
    assert make_kind(necessity=kinds.ASKED).priority == kinds.URGENT
