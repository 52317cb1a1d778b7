"""Finding people as one types: an index on trigrams, where PostgreSQL may have it."""

from django.db import migrations

from core.search import TrigramIndex


class Migration(migrations.Migration):
    dependencies = [("coordination", "0002_overlap_guards")]

    operations = [TrigramIndex("person", "search")]
