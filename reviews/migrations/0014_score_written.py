from django.db import migrations, models

from reviews.models.score import AsSaid


class Migration(migrations.Migration):
    dependencies = [("reviews", "0013_export_of_a_list")]

    # How values are written is no matter of the table, so nothing is done to it.
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "score",
                    "result",
                    models.JSONField(
                        encoder=AsSaid, help_text="The whole score as the core says it: by area, reasons, distance to each tier."
                    ),
                )
            ]
        )
    ]
