"""One person cannot be in two places: the database refuses overlapping periods.

PostgreSQL: exclusion constraints (extension btree_gist). SQLite: triggers that abort with the
same names, so that `core.constraints` finds the same words. On SQLite a later migration that
alters one of these tables rebuilds it and loses its triggers: such a migration must end with
`RunPython(install)` again. `coordination/tests/test_overlap_guards.py` counts them.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, migrations, transaction

HOLDING = "('booked', 'attended', 'absent')"

# name -> table, what must be equal, the PostgreSQL range, and the rows that count
EXCLUSIONS = {
    "assignment_no_overlap": (
        "coordination_assignment",
        ("volunteer_id",),
        "tstzrange(starts_at, ends_at)",
        f"WHERE (state IN {HOLDING})",
    ),
    "engagement_no_overlap": (
        "coordination_engagement",
        ("volunteer_id", "site_id"),
        "daterange(starts_on, ends_on, '[]')",
        "",
    ),
    "pause_no_overlap": (
        "coordination_pause",
        ("engagement_id",),
        "daterange(starts_on, ends_on, '[]')",
        "",
    ),
}

INSTRUCTION = (
    "The database needs the extension btree_gist, which keeps one person from being in two "
    "places. Ask the database's administrator to run, in this database: "
    "CREATE EXTENSION IF NOT EXISTS btree_gist; (it comes with PostgreSQL's contrib package; "
    "the owner of the database may create it). Then run the migration again."
)


def install(apps, schema_editor):
    {"sqlite": _sqlite, "postgresql": _postgres}[schema_editor.connection.vendor](
        schema_editor.connection
    )


def _postgres(connection):
    with connection.cursor() as cursor:
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        except DatabaseError as error:
            raise ImproperlyConfigured(INSTRUCTION) from error
        for name, (table, keys, period, condition) in EXCLUSIONS.items():
            equal = ", ".join(f"{key} WITH =" for key in keys)
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
            cursor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} "
                f"EXCLUDE USING gist ({equal}, {period} WITH &&) {condition}"
            )


def _sqlite(connection):
    with connection.cursor() as cursor:
        for name, (table, keys, period, _condition) in EXCLUSIONS.items():
            instants = period.startswith("tstz")
            new, old = _together(instants)
            columns = ("starts_at", "ends_at", "state") if instants else ("starts_on", "ends_on")
            same = " AND ".join(f"other.{key} = NEW.{key}" for key in keys)
            clash = (
                f"{new} EXISTS (SELECT 1 FROM {table} other WHERE {same} "  # noqa: S608
                f"AND other.id IS NOT NEW.id AND {old})"
            )
            for event in ("INSERT", f"UPDATE OF {', '.join((*keys, *columns))}"):
                trigger = f"{name}_{event.split()[0].lower()}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
                cursor.execute(
                    f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} WHEN {clash} "
                    f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
                )


def _together(instants):
    """The two halves of a clash: what the new row must be, and what the other row must be.

    Instants are half-open (back to back is no clash), days are inclusive and may be open.
    """
    if instants:
        return (
            f"NEW.state IN {HOLDING} AND",
            f"other.state IN {HOLDING} "
            "AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at",
        )
    return (
        "",
        "(NEW.ends_on IS NULL OR other.starts_on <= NEW.ends_on) "
        "AND (other.ends_on IS NULL OR NEW.starts_on <= other.ends_on)",
    )


class Migration(migrations.Migration):
    dependencies = [("coordination", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
