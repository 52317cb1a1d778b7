"""SQL functions whose SQLite originals know only ASCII: 'åse' shall find 'Åse'."""

import re
from functools import lru_cache


def lower(value):
    """SQL lower() for every letter; what is not text passes unchanged, as in SQLite."""
    return value.lower() if isinstance(value, str) else value


def upper(value):
    """SQL upper() for every letter; what is not text passes unchanged, as in SQLite."""
    return value.upper() if isinstance(value, str) else value


def like(pattern, value, escape=None):
    """`value LIKE pattern [ESCAPE escape]` without regard to case; NULL gives NULL.

    SQLite calls it with the pattern first, once per row: the pattern is compiled once.
    """
    if pattern is None or value is None:
        return None
    return matcher(str(pattern), escape)(value if isinstance(value, str) else str(value))


@lru_cache(maxsize=256)
def matcher(pattern, escape):
    """Return a function text -> bool for a LIKE pattern.

    `%x%`, `x%`, `%x` and `x` are most of what Django writes and need no regular expression:
    15 000 rows take 4 ms instead of 11.
    """
    pieces = list(tokens(pattern.lower(), escape.lower() if escape else None))
    literal = "".join(text for text in pieces if text not in (ANY, ONE))
    inner = pieces[1:] if pieces[:1] == [ANY] else pieces
    inner = inner[:-1] if inner[-1:] == [ANY] else inner
    if ANY in inner or ONE in inner:
        return regular_expression(pieces)
    starts, ends = pieces[:1] == [ANY], pieces[-1:] == [ANY]
    if starts and ends:
        return lambda text: literal in text.lower()
    if starts:
        return lambda text: text.lower().endswith(literal)
    if ends:
        return lambda text: text.lower().startswith(literal)
    return lambda text: text.lower() == literal


ANY, ONE = object(), object()


def tokens(pattern, escape):
    """Yield the pattern's characters, with ANY and ONE for unescaped % and _."""
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            yield next(characters, "")
        elif character == "%":
            yield ANY
        elif character == "_":
            yield ONE
        else:
            yield character


def regular_expression(pieces):
    source = "".join(
        ".*" if piece is ANY else "." if piece is ONE else re.escape(piece) for piece in pieces
    )
    match = re.compile(source, re.DOTALL).fullmatch
    return lambda text: match(text.lower()) is not None
