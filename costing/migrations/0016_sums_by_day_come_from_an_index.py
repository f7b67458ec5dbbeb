"""One index of the value entries' dates, which holds the sums of the reconciliation, instead of one that holds dates."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("costing", "0015_plan_lines_without_keys")]

    operations = [
        migrations.AddIndex(
            model_name="valueentry",
            index=models.Index(
                fields=["posting_date", "item_ledger_entry_type", "entry_type", "variance_type", "order_type"],
                include=("inventoriable", "cost_amount_actual", "cost_amount_expected"),
                name="value_entry_date_kind",
            ),
        ),
        migrations.RemoveIndex(model_name="valueentry", name="value_entry_posting_date"),
    ]
