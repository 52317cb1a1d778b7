"""Danish letters in searching and sorting: the same answers from both databases."""

from functools import cmp_to_key

import pytest
from django.db import connection
from django.db.models.functions import Collate, Lower, Upper
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models import User
from core.sqlite.danish import COLLATION, compare
from core.sqlite.functions import like

NAMES = [
    "Åse", "Aase", "ånd", "Zita", "Øl", "Ørsted", "Æblet", "Anna", "anna", "Bo", "Aagaard",
    "Ågård", "Müller", "Mygind", "Möller", "Møller", "Mæt", "Mät", "Anne-Marie", "Anne Marie",
    "AA", "Aa", "aa", "Å", "å", "Þór", "Thor", "Đorđe", "Dorte", "Édith", "Edith", "É", "e",
    "O'Brien", "Obrien", "2. klasse", "10", "Zz", "Éric", "Eric", "eric", "Ða",
]  # fmt: skip
LETTERS = st.text(alphabet="aAbdeEyzZæÆøØåÅäöüéð -1", max_size=6)


def make_users(names):
    User.objects.bulk_create(
        User(email=f"u{number}@example.dk", name=name) for number, name in enumerate(names)
    )


def sorted_by_database(names):
    make_users(names)
    return list(
        User.objects.order_by(Collate("name", COLLATION), "pk").values_list("name", flat=True)
    )


def test_order_is_danish(db):
    assert sorted_by_database(["Åse", "Zita", "Østen", "Anna", "Ærlig", "Bo"]) == [
        "Anna",
        "Bo",
        "Zita",
        "Ærlig",
        "Østen",
        "Åse",
    ]


def test_order_has_aa_as_aring_and_capitals_first(db):
    assert sorted_by_database(["Aase", "anna", "Anna", "Åse", "Zoe"]) == [
        "Anna",
        "anna",
        "Zoe",
        "Åse",
        "Aase",
    ]


def test_order_of_many_names_is_what_sqlite_gives(db):
    """Written down once; on PostgreSQL this compares ICU with our own collation."""
    assert sorted_by_database(NAMES) == sorted(NAMES, key=cmp_to_key(compare))


@given(st.lists(LETTERS, min_size=3, max_size=3))
def test_order_is_total_and_transitive(names):
    first, second, third = names
    assert compare(first, second) == -compare(second, first)
    if compare(first, second) <= 0 and compare(second, third) <= 0:
        assert compare(first, third) <= 0


def test_search_ignores_case_beyond_ascii(db):
    make_users(["Åse Østergård", "Bo"])
    for typed in ("åse", "ÅSE", "østerGÅRD"):
        assert [user.name for user in User.objects.filter(name__icontains=typed)] == [
            "Åse Østergård"
        ]
    assert User.objects.filter(name__iexact="åse østergård").count() == 1
    assert User.objects.filter(name__istartswith="ÅS").count() == 1
    assert User.objects.filter(name__iendswith="GÅRD").count() == 1


def test_lower_and_upper_know_every_letter(db):
    make_users(["Åse Æbeløe"])
    row = User.objects.values_list(Lower("name"), Upper("name")).get()
    assert row == ("åse æbeløe", "ÅSE ÆBELØE")


def test_wildcards_that_were_typed_are_letters(db):
    make_users(["100 % Øl", "100 pct", "under_score", "underXscore", "a\\b"])
    assert [user.name for user in User.objects.filter(name__icontains="0 %")] == ["100 % Øl"]
    assert [user.name for user in User.objects.filter(name__icontains="r_s")] == ["under_score"]
    assert [user.name for user in User.objects.filter(name__icontains="\\")] == ["a\\b"]


PATTERNS = st.text(alphabet="aÅå%_\\x", max_size=6)
TEXTS = st.text(alphabet="aAÅåx%_\\\n", max_size=6)


def like_by_the_book(pattern, text):
    """LIKE with escape character backslash, written as the definition says."""
    if not pattern:
        return not text
    head, rest = pattern[0], pattern[1:]
    if head == "\\" and rest:
        return text[:1] == rest[0] and like_by_the_book(rest[1:], text[1:])
    if head == "%":
        return any(like_by_the_book(rest, text[start:]) for start in range(len(text) + 1))
    if not text:
        return False
    return head in ("_", text[0]) and like_by_the_book(rest, text[1:])


@settings(max_examples=300)
@given(PATTERNS.filter(lambda pattern: not pattern.endswith("\\")), TEXTS)
def test_like_is_what_the_book_says(pattern, text):
    assert like(pattern, text, "\\") == like_by_the_book(pattern.lower(), text.lower())


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [(None, "x", None), ("x", None, None), ("1%", 12, True), ("%2", 13, False)],
)
def test_like_takes_null_and_numbers(pattern, value, expected):
    assert like(pattern, value, "\\") == expected


def test_connection_is_set_up_for_several_processes(transactional_db):
    """WAL and immediate transactions on SQLite; PostgreSQL needs no such thing."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            assert connection.transaction_mode == "IMMEDIATE"
            assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
            assert cursor.execute("PRAGMA journal_mode").fetchone()[0] in ("wal", "memory")
        else:
            cursor.execute("SELECT 1 FROM pg_collation WHERE collname = %s", [COLLATION])
            assert cursor.fetchone() == (1,)
