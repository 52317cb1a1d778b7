"""Finding people by what one types: the same on both databases.

A model keeps a `search` column, `normalise(...)` of what it shall be found by, written by its
actions. `matching(rows, words)` wants every typed word: short ones at the beginning of a word,
longer ones anywhere. On PostgreSQL an index on trigrams answers it, where the extension may be
made (`TrigramIndex`); without it, and on SQLite, the rows are read: 15 000 take some 10 ms.
"""

import unicodedata

from django.db import DatabaseError, transaction
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from core.prepared import text

ANYWHERE_FROM = 3
DANISH = "æøå"
PLAIN = str.maketrans({sign: f"\\{sign}" for sign in "%_\\"})
WITHOUT_PARTS = str.maketrans(
    {"ð": "d", "đ": "d", "ł": "l", "þ": "th", "œ": "oe", "'": "", "’": "", "´": "", "-": " "}
)


def normalise(*texts):
    """Lower case, aa as å, no accents but those of æøå, hyphens as spaces, single spaces."""
    text = unicodedata.normalize("NFC", " ".join(text for text in texts if text))
    text = text.casefold().translate(WITHOUT_PARTS)
    text = "".join(map(_without_accents, unicodedata.normalize("NFC", text)))
    return " ".join(text.replace("\x00", "").replace("aa", "å").split())


def matching(rows, words, *, field="search"):
    """Those of `rows` whose search column holds every one of the words; none, all rows."""
    for ways in patterns(words):
        rows = rows.filter(_fits_one(field, ways))
    return rows


def matching_shape(rows, shape, *, field="search"):
    """As `matching`, as a question whose words are told later: `told_words`."""
    for place, ways in enumerate(shape):
        rows = rows.filter(_fits_one(field, [text(f"word_{place}_{way}") for way in range(ways)]))
    return rows


def shape_of(words):
    """What a question about these words depends on: how many there are, and how many ways each
    may be written."""
    return tuple([len(ways) for ways in patterns(words)])


def told_words(words):
    """The words, by the names that `matching_shape` gives them."""
    return {
        f"word_{place}_{way}": pattern
        for place, ways in enumerate(patterns(words))
        for way, pattern in enumerate(ways)
    }


def patterns(words):
    """[[pattern, ...], ...]: the ways in which each word may stand in the column.

    One who has typed the first a of Aagaard has typed half an å: both are looked for.
    """
    found = []
    for word in normalise(words).split():
        spelt = [word, word[:-1] + "å"] if word.endswith("a") else [word]
        found.append([pattern for one in spelt for pattern in _anywhere(one)])
    return found


def _anywhere(word):
    plain = word.translate(PLAIN)
    return [f"%{plain}%"] if len(word) >= ANYWHERE_FROM else [f"{plain}%", f"% {plain}%"]


def _fits_one(field, ways):
    found = Q()
    for pattern in ways:
        found |= Q(**{f"{field}__like": pattern})
    return found


def _without_accents(character):
    if character in DANISH:
        return character
    return "".join(
        part for part in unicodedata.normalize("NFD", character) if not unicodedata.combining(part)
    )


class TrigramIndex(Operation):
    """A migration step: an index for `matching`, on PostgreSQL and where pg_trgm may be made.

    pg_trgm is a trusted extension: the owner of the database may create it. Where it is not
    installed the step does nothing; searching works without it.
    """

    reduces_to_sql = False
    reversible = True
    atomic = True

    def __init__(self, model_name, field):
        self.model_name = model_name
        self.field = field

    def deconstruct(self):
        return type(self).__name__, [self.model_name, self.field], {}

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        try:
            with transaction.atomic(using=schema_editor.connection.alias):
                schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError:
            return
        schema_editor.execute(
            f"CREATE INDEX IF NOT EXISTS {self._name(table)} "
            f"ON {schema_editor.quote_name(table)} "
            f"USING gin ({schema_editor.quote_name(self.field)} gin_trgm_ops)"
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
            schema_editor.execute(f"DROP INDEX IF EXISTS {self._name(table)}")

    def _name(self, table):
        return f"{table}_{self.field}_trigrams"

    def describe(self):
        return f"Index {self.model_name}.{self.field} by trigrams, where PostgreSQL can"
