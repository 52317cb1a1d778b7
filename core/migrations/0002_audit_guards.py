"""Triggers that make the audit append-only, on SQLite and PostgreSQL.

Events and their subjects may be deleted only inside a batch that a row of core_auditrelease
names; everything else here is never changed or deleted. PostgreSQL also refuses TRUNCATE.

On SQLite a later migration that alters one of these tables rebuilds it and loses its triggers:
such a migration must end with `RunPython(install)` again. `core/tests/test_audit.py` counts them.
"""

from django.db import migrations

# table -> the column that holds the event's id, and the stream whose releases open it
RELEASABLE = {
    "core_auditevent": ("id", "audit"),
    "core_auditsubject": ("event_id", "audit"),
    "core_accessevent": ("id", "access"),
    "core_accesssubject": ("event_id", "access"),
}
# SQLite: REPLACE removes the row in its way without asking the delete trigger, so an insert that
# would meet one is refused. table -> its unique columns beside id
UNIQUE = {
    "core_auditevent": [],
    "core_auditsubject": [("person_id", "event_id")],
    "core_accessevent": [],
    "core_accesssubject": [("person_id", "event_id")],
    "core_auditseal": [("stream", "number"), ("stream", "last_id")],
    "core_auditrelease": [("stream", "number")],
    "core_deletion": [],
    "core_publishedtext": [("key", "version")],
}
PERMANENT = ("core_auditseal", "core_auditrelease", "core_deletion", "core_publishedtext")
TABLES = (*RELEASABLE, *PERMANENT)

POSTGRES_FUNCTIONS = """
CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION core_refuse_unsealed_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM core_auditseal s
        WHERE s.stream = NEW.stream AND s.number = NEW.number
          AND s.first_id = NEW.first_id AND s.last_id = NEW.last_id
    ) THEN
        RAISE EXCEPTION 'only a sealed batch can be released'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION core_refuse_unreleased_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event_id bigint := (to_jsonb(OLD) ->> TG_ARGV[0])::bigint;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM core_auditrelease r
        WHERE r.stream = TG_ARGV[1] AND event_id BETWEEN r.first_id AND r.last_id
    ) THEN
        RAISE EXCEPTION '% is append-only: only a released batch can be deleted', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
"""


def install(apps, schema_editor):
    statements = {"sqlite": _sqlite, "postgresql": _postgres}[schema_editor.connection.vendor]()
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite():
    for table in TABLES:
        yield f"DROP TRIGGER IF EXISTS {table}_no_update"
        yield f"DROP TRIGGER IF EXISTS {table}_no_delete"
        yield (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN "
            f"SELECT RAISE(ABORT, '{table} is append-only: UPDATE refused'); END"
        )
    for table, uniques in UNIQUE.items():
        meets = " OR ".join(
            " AND ".join(f"{column} = NEW.{column}" for column in columns)
            for columns in [("id",), *uniques]
        )
        yield f"DROP TRIGGER IF EXISTS {table}_no_replace"
        yield (
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {meets}) BEGIN "
            f"SELECT RAISE(ABORT, '{table} is append-only: UNIQUE row exists'); END"
        )
    for table in PERMANENT:
        yield (
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN "
            f"SELECT RAISE(ABORT, '{table} is append-only: DELETE refused'); END"
        )
    for table, (column, stream) in RELEASABLE.items():
        yield (
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "  # noqa: S608
            "WHEN NOT EXISTS ("
            f"SELECT 1 FROM core_auditrelease r WHERE r.stream = '{stream}' "
            f"AND OLD.{column} BETWEEN r.first_id AND r.last_id) BEGIN "
            f"SELECT RAISE(ABORT, '{table} is append-only: only a released batch can be deleted'); "
            "END"
        )
    yield "DROP TRIGGER IF EXISTS core_auditrelease_sealed"
    yield (
        "CREATE TRIGGER core_auditrelease_sealed BEFORE INSERT ON core_auditrelease "
        "WHEN NOT EXISTS (SELECT 1 FROM core_auditseal s WHERE s.stream = NEW.stream "
        "AND s.number = NEW.number AND s.first_id = NEW.first_id AND s.last_id = NEW.last_id) "
        "BEGIN SELECT RAISE(ABORT, 'only a sealed batch can be released'); END"
    )


def _postgres():
    yield POSTGRES_FUNCTIONS
    for table in TABLES:
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION core_refuse_change()"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()"
        )
    for table in PERMANENT:
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION core_refuse_change()"
        )
    for table, (column, stream) in RELEASABLE.items():
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION core_refuse_unreleased_delete('{column}', '{stream}')"
        )
    yield (
        "CREATE OR REPLACE TRIGGER core_auditrelease_sealed BEFORE INSERT ON core_auditrelease "
        "FOR EACH ROW EXECUTE FUNCTION core_refuse_unsealed_release()"
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
