"""The table of the database cache, which rate limits live in where there is no Redis.

Made here and not by `createcachetable`, which is easily forgotten: without it nobody signs in.
"""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command(
        "createcachetable", "core_cache", database=schema_editor.connection.alias, verbosity=0
    )


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS core_cache")


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_guards")]

    operations = [migrations.RunPython(create, drop)]
