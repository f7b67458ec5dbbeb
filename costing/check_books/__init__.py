"""Every invariant of the books, proved again from the rows by set-based SQL.

Constraints and triggers refuse what they can see in one row or one voucher; what spans ledgers is proved here. Each
check is a small function that yields what breaks its rule; `CHECKS` lists them all. They read one snapshot and change
nothing. The rules of application (I3, I4, I9) hold for items that are settled at posting; for items settled at the
inventory close, settlements take their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection, transaction

from costing.check_books import documents, general_ledger, keys, orders, quantities, settlements, trade, values, valuing
from costing.check_books.finding import Breach

Check = Callable[[], Iterable[Breach]]

CHECKS: list[Check] = [
    quantities.value_entries_carry_the_quantity,
    quantities.value_entries_carry_the_invoiced_quantity,
    quantities.inbounds_are_applied_as_they_remain,
    quantities.outbounds_are_applied_as_they_remain,
    quantities.applications_are_active_once,
    quantities.progress_stays_within_the_quantity,
    quantities.outbounds_are_valued_after_their_sources,
    quantities.cost_never_flows_in_a_circle,
    settlements.settlements_stay_within_the_quantity,
    settlements.settlements_are_what_is_not_open,
    settlements.settled_issues_cost_their_settlements,
    settlements.closing_transfers_stay_within_what_went_in,
    settlements.arrivals_cost_what_left,
    values.invoiced_entries_expect_nothing,
    values.average_flags_agree,
    values.exhausted_layers_have_given_their_cost,
    values.issues_cost_what_their_layers_carry,
    values.no_stock_means_no_value,
    values.balances_are_the_sum_of_their_entries,
    values.cost_changes_add_up,
    valuing.revaluations_stay_within_their_entry,
    valuing.expected_revaluations_are_taken_back_once,
    valuing.closed_periods_stay_as_they_were,
    keys.value_entries_copy_their_entry,
    keys.value_entries_refer_to_rows,
    keys.cost_changes_refer_to_rows,
    orders.capacity_values_add_up,
    orders.orders_have_their_state,
    orders.settled_orders_have_carried_their_cost,
    orders.standard_orders_stand_at_standard,
    general_ledger.transactions_balance,
    general_ledger.transactions_are_complete,
    general_ledger.entries_are_the_sum_of_their_relations,
    general_ledger.relations_hold_the_whole_amount,
    general_ledger.relations_have_the_date_of_the_value,
    general_ledger.accounts_are_the_frozen_ones,
    general_ledger.unposted_values_wait,
    general_ledger.waiting_values_are_unposted,
    documents.handled_quantities_are_posted,
    documents.invoiced_quantities_are_posted,
    trade.no_more_comes_back_than_went_out,
    trade.undone_lines_are_taken_back_whole,
    trade.goods_on_their_way_stay_in_their_order,
    trade.transfer_lines_say_what_was_posted,
]

__all__ = ["CHECKS", "Breach", "breaches"]


def breaches() -> list[Breach]:
    """Run every check; return what it found, in the order of `CHECKS`. Clean books return an empty list."""
    if connection.in_atomic_block:
        return _run()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # All checks must see the same books, also while others post.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _run()


def _run() -> list[Breach]:
    with connection.cursor() as cursor:
        # Every check reads whole tables, and the planner underrates how many rows two columns with one value have: a
        # nested loop would take hours where a hash join takes seconds.
        cursor.execute("SET LOCAL enable_nestloop = off")
        found = [breach for check in CHECKS for breach in check()]
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
    return found
