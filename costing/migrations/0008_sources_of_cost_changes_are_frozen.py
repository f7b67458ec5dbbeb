"""The capacity entry behind a cost change stays as it was recorded."""

from django.db import migrations

from config.base.triggers import append_only

_BEFORE = [
    "id",
    "item_ledger_entry_id",
    "source_entry_id",
    "average_period_end",
    "value_entry_id",
    "quantity",
    "amount",
    "register_id",
    "run_id",
]

_old = append_only("costing_costchange", frozen=_BEFORE)
_new = append_only("costing_costchange", frozen=[*_BEFORE, "source_capacity_entry_id"])


class Migration(migrations.Migration):
    dependencies = [("costing", "0007_order_costs")]

    operations = [
        migrations.RunSQL(sql=_old.reverse_sql, reverse_sql=_old.sql),
        _new,
    ]
