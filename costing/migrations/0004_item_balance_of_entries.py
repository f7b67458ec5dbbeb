"""The balances of what was posted before there were balances."""

from django.db import migrations

_FILL = """
INSERT INTO costing_itembalance (item_id, variant_id, location_id, quantity, invoiced_quantity, cost)
SELECT item_id, variant_id, location_id, sum(item_ledger_entry_quantity), sum(invoiced_quantity),
       sum(cost_amount_actual + cost_amount_expected)
FROM costing_valueentry
WHERE inventoriable AND item_ledger_entry_id IS NOT NULL
GROUP BY item_id, variant_id, location_id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("costing", "0003_item_balance")]

    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]
