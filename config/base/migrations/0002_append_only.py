"""The change log is never rewritten; a dimension set that entries point to never changes."""

from django.db import migrations

from config.base.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]

    operations = [
        append_only(
            "base_changelog",
            frozen=["id", "model_label", "record_no", "changed_at", "user_id", "action", "changes", "reason", "origin"],
        ),
        append_only("base_dimensionset", frozen=["id", "hash", "values"]),
    ]
