from django.db import migrations, models


class Migration(migrations.Migration):
    """Who is at these sites: asked by every list of one branch's people."""

    dependencies = [("coordination", "0007_reminders")]

    operations = [
        migrations.AddIndex(
            model_name="engagement",
            index=models.Index(fields=["site", "volunteer"], name="engagement_site_volunteer"),
        ),
    ]
