"""What was signed or sealed stays."""

from django.db import migrations

from config.base.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [
        append_only(
            "reconciliation_signoff",
            frozen=[
                "id",
                "run_id",
                "user_id",
                "note",
                "digest",
                "signed_at",
            ],
        ),
        append_only(
            "reconciliation_ledgerseal",
            frozen=[
                "id",
                "previous_id",
                "digest",
                "sealed_at",
            ],
        ),
    ]
