"""Setup and run time of capacity ledger entries stay as they were posted."""

from django.db import migrations

from config.base.triggers import append_only

_BEFORE = [
    "id",
    "posting_date",
    "document_type",
    "document_no",
    "document_line_no",
    "external_document_no",
    "order_type",
    "order_no",
    "order_line_no",
    "description",
    "dimension_set_id",
    "reason_code_id",
    "register_id",
    "created_at",
    "item_id",
    "work_centre_id",
    "quantity",
    "output_quantity",
    "scrap_quantity",
    "subcontracted",
]

_old = append_only("inventory_capacityledgerentry", frozen=_BEFORE)
_new = append_only("inventory_capacityledgerentry", frozen=[*_BEFORE, "setup_time", "run_time"])


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_making_of_goods")]

    operations = [
        migrations.RunSQL(sql=_old.reverse_sql, reverse_sql=_old.sql),
        _new,
    ]
