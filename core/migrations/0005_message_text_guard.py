"""Triggers that keep a published message text as it was, on SQLite and PostgreSQL.

A draft may be edited and thrown away. Of a published version only the time at which it was
replaced, and by whom, may be written, once; it is never deleted.

On SQLite a later migration that alters core_messagetext rebuilds it and loses its triggers: such
a migration must end with `RunPython(install)` again. `core/tests/test_message_texts.py` tries.
"""

from django.db import migrations

FROZEN = (
    "kind",
    "language",
    "version",
    "subject",
    "body",
    "edited_at",
    "edited_by_id",
    "published_at",
    "published_by_id",
)

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION core_keep_message_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'core_messagetext is kept: TRUNCATE refused'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.published_at IS NULL THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a published message text is kept: DELETE refused'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.replaced_at IS NOT NULL OR (%(changed)s) THEN
        RAISE EXCEPTION 'a published message text is kept: UPDATE refused'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def install(apps, schema_editor):
    statements = {"sqlite": _sqlite, "postgresql": _postgres}[schema_editor.connection.vendor]()
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite():
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in FROZEN)
    for name in ("update", "delete", "replace"):
        yield f"DROP TRIGGER IF EXISTS core_messagetext_no_{name}"
    yield (
        "CREATE TRIGGER core_messagetext_no_update BEFORE UPDATE ON core_messagetext "
        "WHEN OLD.published_at IS NOT NULL "
        f"AND (OLD.replaced_at IS NOT NULL OR {changed}) BEGIN "
        "SELECT RAISE(ABORT, 'a published message text is kept: UPDATE refused'); END"
    )
    yield (
        "CREATE TRIGGER core_messagetext_no_delete BEFORE DELETE ON core_messagetext "
        "WHEN OLD.published_at IS NOT NULL BEGIN "
        "SELECT RAISE(ABORT, 'a published message text is kept: DELETE refused'); END"
    )
    # REPLACE removes the row in its way without asking the delete trigger.
    yield (
        "CREATE TRIGGER core_messagetext_no_replace BEFORE INSERT ON core_messagetext "
        "WHEN EXISTS (SELECT 1 FROM core_messagetext old WHERE old.published_at IS NOT NULL "
        "AND (old.id = NEW.id OR (old.kind = NEW.kind AND old.language = NEW.language "
        "AND (old.version = NEW.version OR (old.replaced_at IS NULL "
        "AND NEW.published_at IS NOT NULL AND NEW.replaced_at IS NULL))))) BEGIN "
        "SELECT RAISE(ABORT, 'a published message text is kept: UNIQUE row exists'); END"
    )


def _postgres():
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FROZEN)
    yield POSTGRES_FUNCTION.replace("%(changed)s", changed)
    yield (
        "CREATE OR REPLACE TRIGGER core_messagetext_kept BEFORE UPDATE OR DELETE "
        "ON core_messagetext FOR EACH ROW EXECUTE FUNCTION core_keep_message_text()"
    )
    yield (
        "CREATE OR REPLACE TRIGGER core_messagetext_no_truncate BEFORE TRUNCATE "
        "ON core_messagetext FOR EACH STATEMENT EXECUTE FUNCTION core_keep_message_text()"
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0004_message_texts_and_choices")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
