"""Papers of two kinds. On the way back the certificates go: their rows would stand where the scorecards stand."""

from typing import Any

from django.db import migrations, models


def take_certificates_away(apps: Any, _editor: Any) -> None:
    """The rows, and the work that would draw them; the files stay where they lie."""
    cards = apps.get_model("reviews", "Scorecard").objects.filter(kind="certificate")
    keys = [f"render_scorecard:scorecard_id={pk}" for pk in cards.values_list("pk", flat=True)]
    apps.get_model("outbox", "Work").objects.filter(key__in=keys).delete()
    cards.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0001_initial"),
        ("reviews", "0010_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="publishedaward",
            name="certificate",
            field=models.CharField(blank=True, help_text="Where the certificate lies; empty where none was made.", max_length=120),
        ),
        migrations.AddField(
            model_name="publishedaward",
            name="certificate_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="scorecard",
            name="kind",
            field=models.CharField(
                choices=[("scorecard", "scorecard"), ("certificate", "certificate")], default="scorecard", max_length=12
            ),
        ),
        migrations.RemoveConstraint(model_name="scorecard", name="scorecard_once"),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.UniqueConstraint(
                fields=("award", "kind", "announced_on", "language", "audience", "consent"), name="scorecard_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", ["scorecard", "certificate"])), name="scorecard_kind"),
        ),
        migrations.RunPython(migrations.RunPython.noop, take_certificates_away),
    ]
