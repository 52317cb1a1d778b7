"""What SQL itself holds: frozen texts stay frozen, and one agreement binds an engagement at a time.

Published template versions and their clauses are never changed or deleted. Documents and
signatures are never changed, and not deleted while their agreement is being signed or in force;
afterwards retention and erasure may. PostgreSQL refuses overlapping binding days by an exclusion
constraint; SQLite, which writes one transaction at a time, by triggers of the same name.

On SQLite a later migration that alters one of these tables rebuilds it and loses its triggers:
such a migration must end with `RunPython(install)` again.
"""

from django.db import migrations

VERSION, CLAUSE = "agreements_templateversion", "agreements_clause"
AGREEMENT, COVERAGE = "agreements_agreement", "agreements_coverage"
FROZEN = ("agreements_document", "agreements_signature")
EVENTS = ("INSERT", "UPDATE", "DELETE")

POSTGRES_FUNCTIONS = """
CREATE OR REPLACE FUNCTION agreements_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refused: %', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_ARGV[0];
END $$;

CREATE OR REPLACE FUNCTION agreements_keep_clause() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM agreements_templateversion v WHERE v.published_at IS NOT NULL
        AND ((TG_OP <> 'INSERT' AND v.id = OLD.version_id)
             OR (TG_OP <> 'DELETE' AND v.id = NEW.version_id))
    ) THEN
        RAISE EXCEPTION 'a published version never changes'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'version_published_is_frozen';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION agreements_keep_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM agreements_agreement a WHERE a.id = OLD.agreement_id
        AND a.state IN ('sent', 'concluded')
        AND (a.ends_on IS NULL OR a.ends_on >= current_date)
    ) THEN
        RAISE EXCEPTION 'what is signed or being signed is kept'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'document_live_is_kept';
    END IF;
    RETURN OLD;
END $$;
"""


def install(apps, schema_editor):
    statements = {"sqlite": _sqlite, "postgresql": _postgres}[schema_editor.connection.vendor]()
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _trigger(name, event, table, condition, code):
    yield f"DROP TRIGGER IF EXISTS {name}"
    when = f"WHEN {condition} " if condition else ""
    yield (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{code}'); END"
    )


def _sqlite():
    for event in ("UPDATE", "DELETE"):
        yield from _trigger(
            f"{VERSION}_no_{event.lower()}",
            event,
            VERSION,
            "OLD.published_at IS NOT NULL",
            "version_published_is_frozen",
        )
    for event in EVENTS:
        sides = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[event]
        ids = ", ".join(f"{side}.version_id" for side in sides)
        published = (
            f"EXISTS (SELECT 1 FROM {VERSION} v WHERE v.published_at IS NOT NULL "  # noqa: S608
            f"AND v.id IN ({ids}))"
        )
        yield from _trigger(
            f"{CLAUSE}_no_{event.lower()}", event, CLAUSE, published, "version_published_is_frozen"
        )
    for table in FROZEN:
        yield from _trigger(f"{table}_no_update", "UPDATE", table, "", "document_never_changes")
        live = (
            f"EXISTS (SELECT 1 FROM {AGREEMENT} a WHERE a.id = OLD.agreement_id "  # noqa: S608
            "AND a.state IN ('sent', 'concluded') "
            "AND (a.ends_on IS NULL OR a.ends_on >= date('now')))"
        )
        yield from _trigger(f"{table}_no_delete", "DELETE", table, live, "document_live_is_kept")
    overlap = (
        f"NEW.binding_from IS NOT NULL AND EXISTS (SELECT 1 FROM {COVERAGE} c "  # noqa: S608
        "WHERE c.engagement_id = NEW.engagement_id AND c.id IS NOT NEW.id "
        "AND c.binding_from IS NOT NULL "
        "AND (NEW.binding_until IS NULL OR c.binding_from <= NEW.binding_until) "
        "AND (c.binding_until IS NULL OR c.binding_until >= NEW.binding_from))"
    )
    for event in ("INSERT", "UPDATE"):
        yield from _trigger(
            f"{COVERAGE}_one_{event.lower()}", event, COVERAGE, overlap, "coverage_one_at_a_time"
        )


def _postgres():
    yield POSTGRES_FUNCTIONS
    yield (
        f"CREATE OR REPLACE TRIGGER {VERSION}_no_change BEFORE UPDATE OR DELETE ON {VERSION} "
        "FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) "
        "EXECUTE FUNCTION agreements_refuse('version_published_is_frozen')"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {CLAUSE}_no_change "
        f"BEFORE INSERT OR UPDATE OR DELETE ON {CLAUSE} "
        "FOR EACH ROW EXECUTE FUNCTION agreements_keep_clause()"
    )
    for table in FROZEN:
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION agreements_refuse('document_never_changes')"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION agreements_keep_live()"
        )
    yield "CREATE EXTENSION IF NOT EXISTS btree_gist"
    yield (
        f"ALTER TABLE {COVERAGE} ADD CONSTRAINT coverage_one_at_a_time EXCLUDE USING gist "
        "(engagement_id WITH =, daterange(binding_from, binding_until, '[]') WITH &&) "
        "WHERE (binding_from IS NOT NULL)"
    )


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
