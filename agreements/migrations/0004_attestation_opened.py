"""Every case says who opened it and when; apart, since PostgreSQL alters no table mid-update."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_attestations_in_full")]

    operations = [
        migrations.AlterField(
            model_name="attestation",
            name="opened_at",
            field=models.DateTimeField(verbose_name="asked for"),
        ),
        migrations.AlterField(
            model_name="attestation",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
