"""Danish order for SQLite, under the name and with the result of PostgreSQL's ICU collation.

Source: Unicode CLDR, collation `da`: æ, ø, å after z; ä and ö beside æ and ø; ü beside y; aa as
å; đ and ð beside d; þ as th; upper case first.
"""

import unicodedata
from functools import lru_cache

COLLATION = "da-x-icu"

# ICU's order of what comes before the letters.
BEFORE_LETTERS = "\t\n\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
ALPHABET = "abcdefghijklmnopqrstuvwxyzæøå"
PRIMARY = {character: rank for rank, character in enumerate(BEFORE_LETTERS + ALPHABET, start=1)}
BEYOND = len(PRIMARY) + 1

# Case ranks. "aA" is not the letter å.
UPPER, LOWER = 0, 3
DOUBLE_A = {"AA": 1, "Aa": 2, "aa": 4}

# letter -> (the letters it is sorted as, how far beside them)
BESIDE = {
    "ä": ("æ", 1),
    "ö": ("ø", 1),
    "ő": ("ø", 2),
    "ü": ("y", 1),
    "ű": ("y", 2),
    "đ": ("d", 1),
    "ð": ("d", 2),
    "þ": ("th", 0),
    "œ": ("oe", 1),
    "ł": ("l", 1),
    "ß": ("ss", 1),
}


def compare(left, right):
    """-1, 0 or 1: SQLite's collation callback."""
    if left == right:
        return 0
    first, second = sort_key(left), sort_key(right)
    return (first > second) - (first < second)


@lru_cache(maxsize=65536)
def sort_key(text):
    """Letters first, then accents, then case, then the text itself to make the order total."""
    letters, accents, cases = [], [], []
    for spelling, accent, case in elements(unicodedata.normalize("NFC", text)):
        for character in spelling:
            rank = PRIMARY.get(character)
            letters.append(rank if rank else BEYOND + ord(character))
            accents.append(accent)
            cases.append(case)
    return letters, accents, cases, text


def elements(text):
    """Yield (letters it sorts as, accent rank, case rank); upper case sorts before lower."""
    position = 0
    while position < len(text):
        pair = text[position : position + 2]
        if pair in DOUBLE_A:
            yield "å", 0, DOUBLE_A[pair]
            position += 2
            continue
        yield from element(text[position])
        position += 1


def element(character):
    lowered = character.lower()
    case = UPPER if character != lowered else LOWER
    if lowered in BESIDE:
        spelling, accent = BESIDE[lowered]
        yield spelling, accent, case
    elif lowered in PRIMARY:
        yield lowered, 0, case
    else:
        base, *marks = unicodedata.normalize("NFD", lowered)
        yield base, sum(map(ord, marks)), case
