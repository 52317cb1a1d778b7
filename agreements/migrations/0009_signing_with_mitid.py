"""Signing with MitID. On SQLite the signatures' table is rebuilt: see 0006."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

living = import_module("agreements.migrations.0006_living_agreements")


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0008_consents_and_journal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(living.take_off, living.put_back),
        migrations.CreateModel(
            name="SignatureEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=200, verbose_name="broker")),
                ("claims", models.JSONField(verbose_name="what it said")),
                ("received_at", models.DateTimeField(verbose_name="received")),
            ],
            options={
                "verbose_name": "evidence of a signature",
                "verbose_name_plural": "evidence of signatures",
            },
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_registered_by_somebody",
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_method_known",
        ),
        migrations.AlterField(
            model_name="signature",
            name="method",
            field=models.CharField(
                choices=[
                    ("link", "Link and code by e-mail"),
                    ("own_page", "Signed in"),
                    ("paper", "On paper"),
                    ("mitid", "With MitID"),
                ],
                max_length=12,
                verbose_name="how",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["link", "own_page", "paper", "mitid"])),
                name="signature_method_known",
                violation_error_message="Choose one of the kinds.",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("method__in", ["link", "mitid"]),
                    ("registered_by__isnull", False),
                    _connector="OR",
                ),
                name="signature_registered_by_somebody",
                violation_error_message="A signature that was not by link needs a user.",
            ),
        ),
        migrations.AddField(
            model_name="signatureevidence",
            name="signature",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="evidence",
                to="agreements.signature",
            ),
        ),
        migrations.RunPython(living.put_back, living.take_off),
    ]
