"""Living agreements: renewal, guardians, associations, own clauses, and where a code went.

On SQLite the tables are rebuilt, and lose what 0002 put on them: it is taken off before and put
back at the end.
"""

from contextlib import contextmanager
from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

guards = import_module("agreements.migrations.0002_guards")

# Stands for a masked address ("f***@e***.dk") of which nothing is known.
NOT_KEPT = "***"


def take_off(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            if name.startswith("agreements_"):
                cursor.execute(f"DROP TRIGGER {name}")


def put_back(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        guards.install(apps, schema_editor)


def fill_in_force_from(apps, schema_editor):
    """What all had signed until now counted from its first day."""
    rows = apps.get_model("agreements", "Agreement").objects.filter(concluded_at__isnull=False)
    rows.update(in_force_from=models.F("starts_on"))


def fill_in_addresses(apps, schema_editor):
    """Where a code went was not kept until now: such signatures say so, and who holds a code
    asks for another one. What else was signed stays as it is.
    """
    apps.get_model("agreements", "SigningCode").objects.all().delete()
    rows = apps.get_model("agreements", "Signature").objects.filter(method="link")
    if not rows.exists():
        return
    with frozen_off(schema_editor):
        rows.update(channel="email", sent_to=NOT_KEPT, sent_to_sha256="0" * 64)


@contextmanager
def frozen_off(schema_editor):
    """Signatures may be changed inside; on SQLite `take_off` has seen to it already."""
    postgres = schema_editor.connection.vendor == "postgresql"
    switch = "ALTER TABLE agreements_signature %s TRIGGER agreements_signature_no_update"
    if postgres:
        schema_editor.execute(switch % "DISABLE")
    yield
    if postgres:
        schema_editor.execute(switch % "ENABLE")


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0005_reminder_indexes"),
        ("coordination", "0009_guardian"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(take_off, put_back),
        migrations.CreateModel(
            name="LocalClause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40, verbose_name="key")),
                ("body", models.TextField(max_length=20000, verbose_name="text")),
                (
                    "body_en",
                    models.TextField(blank=True, max_length=20000, verbose_name="text in English"),
                ),
                ("written_at", models.DateTimeField(verbose_name="written")),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="approved"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn"),
                ),
            ],
            options={
                "verbose_name": "own clause of a branch",
                "verbose_name_plural": "own clauses of branches",
                "ordering": ["-written_at", "-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="agreement",
            name="agreement_state_matches_times",
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_party_known",
        ),
        migrations.AddField(
            model_name="agreement",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="archived"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="coordination.person",
                verbose_name="signs for the association",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="guardian",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="coordination.person",
                verbose_name="guardian",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="in_force_from",
            field=models.DateField(blank=True, null=True, verbose_name="in force from"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="successors",
                to="agreements.agreement",
                verbose_name="replaces",
            ),
        ),
        migrations.AddField(
            model_name="agreementtemplate",
            name="kind",
            field=models.CharField(
                choices=[
                    ("direct", "Volunteer, tied directly"),
                    ("through", "Volunteer, through an association"),
                    ("event", "Crew of an event"),
                    ("young", "Volunteer under age, with guardian"),
                    ("partner", "Association as a partner"),
                ],
                default="direct",
                max_length=12,
                verbose_name="for whom",
            ),
        ),
        migrations.AddField(
            model_name="clause",
            name="body_easy",
            field=models.TextField(blank=True, max_length=20000, verbose_name="text, easy to read"),
        ),
        migrations.AddField(
            model_name="clause",
            name="heading_easy",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="heading, easy to read"
            ),
        ),
        migrations.AddField(
            model_name="clause",
            name="local_limit",
            field=models.PositiveSmallIntegerField(
                default=2000, verbose_name="longest own text, in characters"
            ),
        ),
        migrations.AddField(
            model_name="clause",
            name="local_placeholders",
            field=models.CharField(
                blank=True, max_length=500, verbose_name="placeholders allowed in an own text"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="channel",
            field=models.CharField(
                blank=True,
                choices=[("email", "E-mail")],
                max_length=8,
                verbose_name="the code came by",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="sent_to",
            field=models.CharField(blank=True, max_length=120, verbose_name="the code went to"),
        ),
        migrations.AddField(
            model_name="signature",
            name="sent_to_sha256",
            field=models.CharField(
                blank=True, max_length=64, verbose_name="SHA-256 of the address"
            ),
        ),
        migrations.AddField(
            model_name="signingcode",
            name="channel",
            field=models.CharField(choices=[("email", "E-mail")], default="email", max_length=8),
        ),
        migrations.AddField(
            model_name="signingcode",
            name="sent_to",
            field=models.CharField(default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="signingcode",
            name="sent_to_sha256",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="templateversion",
            name="note",
            field=models.CharField(
                blank=True,
                help_text="In plain words, for those who sign again.",
                max_length=1000,
                verbose_name="what is new",
            ),
        ),
        migrations.AddField(
            model_name="templateversion",
            name="note_en",
            field=models.CharField(
                blank=True, max_length=1000, verbose_name="what is new, in English"
            ),
        ),
        migrations.AddField(
            model_name="templateversion",
            name="resign",
            field=models.BooleanField(
                default=False,
                help_text="Those who have an earlier version are asked to sign the new one.",
                verbose_name="needs signing again",
            ),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("sent", "Waiting for signatures"),
                    ("concluded", "Signed by all"),
                    ("ended", "Ended"),
                    ("replaced", "Replaced by a new one"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="draft",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="signature",
            name="party",
            field=models.CharField(
                choices=[
                    ("volunteer", "Volunteer"),
                    ("leader", "Branch leader"),
                    ("guardian", "Guardian"),
                    ("association", "Association"),
                ],
                max_length=12,
                verbose_name="party",
            ),
        ),
        migrations.AlterField(
            model_name="signingcode",
            name="party",
            field=models.CharField(
                choices=[
                    ("volunteer", "Volunteer"),
                    ("leader", "Branch leader"),
                    ("guardian", "Guardian"),
                    ("association", "Association"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunPython(fill_in_force_from, migrations.RunPython.noop),
        migrations.RunPython(fill_in_addresses, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("guardian__isnull", True), ("volunteer__isnull", False), _connector="OR"
                ),
                name="agreement_guardian_of_volunteer",
                violation_error_message="Only a volunteer can have a guardian.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("association__isnull", True), ("contact__isnull", True)),
                    models.Q(("association__isnull", False), ("contact__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_contact_of_association",
                violation_error_message="Say who signs for the association.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("concluded_at__isnull", True), ("in_force_from__isnull", True)),
                    models.Q(("concluded_at__isnull", False), ("in_force_from__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_in_force_from_conclusion",
                violation_error_message="What all have signed is in force from a day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("replaces",),
                name="agreement_one_successor",
                violation_error_message="A new agreement is on its way already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("concluded_at__isnull", True),
                        ("ended_at__isnull", True),
                        ("sent_at__isnull", True),
                        ("state", "draft"),
                        ("withdrawn_at__isnull", True),
                    ),
                    models.Q(
                        ("concluded_at__isnull", True),
                        ("ended_at__isnull", True),
                        ("sent_at__isnull", False),
                        ("state", "sent"),
                        ("withdrawn_at__isnull", True),
                    ),
                    models.Q(
                        ("concluded_at__isnull", False),
                        ("ended_at__isnull", True),
                        ("sent_at__isnull", False),
                        ("state", "concluded"),
                        ("withdrawn_at__isnull", True),
                    ),
                    models.Q(
                        ("concluded_at__isnull", False),
                        ("ended_at__isnull", False),
                        ("ends_on__isnull", False),
                        ("state__in", ("ended", "replaced")),
                        ("withdrawn_at__isnull", True),
                    ),
                    models.Q(
                        ("concluded_at__isnull", True),
                        ("state", "withdrawn"),
                        ("withdrawn_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="agreement_state_matches_times",
                violation_error_message="The status and its times disagree.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementtemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["direct", "through", "event", "young", "partner"])
                ),
                name="template_kind_known",
                violation_error_message="Choose one of the kinds.",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("party__in", ["volunteer", "leader", "guardian", "association"])
                ),
                name="signature_party_known",
                violation_error_message="Choose one of the kinds.",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", ""), ("sent_to", ""), ("sent_to_sha256", "")),
                    models.Q(
                        ("channel__in", ["email"]),
                        models.Q(("sent_to", ""), _negated=True),
                        models.Q(("sent_to_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="signature_address_whole",
                violation_error_message="Say by which channel and to which address.",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("method", "link"), _negated=True),
                    models.Q(("sent_to_sha256", ""), _negated=True),
                    _connector="OR",
                ),
                name="signature_by_link_names_address",
                violation_error_message="A signature by link needs the address of the code.",
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resign", False),
                    models.Q(("note", ""), _negated=True),
                    ("published_at__isnull", True),
                    _connector="OR",
                ),
                name="template_version_resign_says_why",
                violation_error_message="Write what is new, for those who sign again.",
            ),
        ),
        migrations.AddField(
            model_name="localclause",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="localclause",
            name="branch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="local_clauses",
                to="coordination.branch",
            ),
        ),
        migrations.AddField(
            model_name="localclause",
            name="template",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="local_clauses",
                to="agreements.agreementtemplate",
            ),
        ),
        migrations.AddField(
            model_name="localclause",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="localclause",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="localclause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_at__isnull", False), ("withdrawn_at__isnull", True)),
                fields=("branch", "template", "key"),
                name="local_clause_one_in_use",
                violation_error_message="The branch already has its own words for this.",
            ),
        ),
        migrations.AddConstraint(
            model_name="localclause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_at__isnull", True), ("withdrawn_at__isnull", True)),
                fields=("template", "branch", "key"),
                name="local_clause_one_waiting",
                violation_error_message="A text for this waits for approval already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="localclause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="local_clause_approved_at_and_by",
                violation_error_message="An approval needs both a time and a person.",
            ),
        ),
        migrations.AddConstraint(
            model_name="localclause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="local_clause_withdrawn_at_and_by",
                violation_error_message="A withdrawal needs both a time and a person.",
            ),
        ),
        migrations.RunPython(put_back, take_off),
    ]
