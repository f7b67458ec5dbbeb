"""Closing transfers, and the sides of settlements that are one, stay as they were made."""

from django.db import migrations

from config.base.triggers import append_only

_BEFORE = ["id", "close_id", "item_id", "issue_id", "receipt_id", "quantity", "amount", "marked", "created_at"]

_old = append_only("costing_settlement", frozen=_BEFORE)
_new = append_only("costing_settlement", frozen=[*_BEFORE, "issue_transfer_id", "receipt_transfer_id"])


class Migration(migrations.Migration):
    dependencies = [("costing", "0012_sides_of_settlements")]

    operations = [
        migrations.RunSQL(sql=_old.reverse_sql, reverse_sql=_old.sql),
        _new,
        append_only(
            "costing_closingtransfer",
            frozen=["id", "close_id", "item_id", "variant_id", "location_id", "posting_date", "quantity", "created_at"],
        ),
    ]
