"""Keys that the database does not check, to keep a full run of cost adjustment fast."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing.check_books.finding import Breach, find

# Column of costing_valueentry -> the table that it points to, without a foreign key constraint.
_VALUE_ENTRY_KEYS = {
    "applies_to_entry_id": "costing_valueentry",
    "item_charge_id": "inventory_itemcharge",
    "inventory_posting_group_id": "inventory_inventorypostinggroup",
    "gen_bus_posting_group_id": "inventory_genbuspostinggroup",
    "gen_prod_posting_group_id": "inventory_genprodpostinggroup",
    "dimension_set_id": "base_dimensionset",
    "reason_code_id": "base_reasoncode",
    "user_id": "auth_user",
    "register_id": "inventory_itemregister",
}
_COST_CHANGE_KEYS = {
    "item_ledger_entry_id": "inventory_itemledgerentry",
    "source_entry_id": "inventory_itemledgerentry",
    "source_capacity_entry_id": "inventory_capacityledgerentry",
    "value_entry_id": "costing_valueentry",
    "register_id": "inventory_itemregister",
    "run_id": "costing_adjustmentrun",
}


def value_entries_copy_their_entry() -> list[Breach]:
    return find(
        "value_entry_keys",
        _("Value entry %(entries)s has another item, variant or location than item ledger entry %(entry)s."),
        """
        SELECT ARRAY[v.id] AS entries, e.id AS entry
        FROM costing_valueentry v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
        WHERE (v.item_id, v.variant_id, v.location_id) IS DISTINCT FROM (e.item_id, e.variant_id, e.location_id)
        """,
    )


def value_entries_refer_to_rows() -> list[Breach]:
    return _dangling("costing_valueentry", _VALUE_ENTRY_KEYS)


def cost_changes_refer_to_rows() -> list[Breach]:
    return _dangling("costing_costchange", _COST_CHANGE_KEYS)


def _dangling(table: str, keys: dict[str, str]) -> list[Breach]:
    searches = " UNION ALL ".join(
        f"""
        SELECT ARRAY[r.id] AS entries, '{table}' AS table, '{column}' AS column, r.{column} AS key
        FROM {table} r
        WHERE r.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} t WHERE t.id = r.{column})
        """
        for column, target in keys.items()
    )
    return find("dangling_key", _("Row %(entries)s of %(table)s: %(column)s %(key)s does not exist."), searches)
