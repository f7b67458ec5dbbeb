"""The checks of a scenario: what the books show, and what they should.

A check compares every key that is given, and names all that differ.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from config.base.amounts import round_amount
from costing.enums import RunState
from costing.models import CloseLogLine, InventoryClose, Settlement, ValueEntry
from inventory import availability
from inventory.models import ItemLedgerEntry
from ledger.models import GLAccount
from reconciliation.explanations import explain
from reconciliation.selectors import Line
from reconciliation.selectors import matrix as reconciled
from tests.scenarios.loading import check_kind
from tests.scenarios.world import NotBuilt, World

Body = dict[str, Any]
ZERO = Decimal(0)
CLOSE_STATUS = {RunState.DONE: "completed", RunState.REVERSED: "reversed"}
NO_WARNING = "none"
CLOSING_TRANSFER = "closing_transfer"


def check(world: World, body: Body) -> None:
    """Make the check that an `expect` step asks for."""
    CHECKS[check_kind(body)](world, body)


def compare(expected: Body, found: Body, *, what: str = "") -> None:
    """Fail when a value that is expected is not what was found."""
    differences = [
        f"{what}{key}: expected {_text(value)}, got {_text(found[key])}"
        for key, value in expected.items()
        if found[key] != value
    ]
    assert not differences, "; ".join(differences)


def entry(world: World, body: Body) -> None:
    ids = world.entry_ids(body["entry"])
    entries = list(ItemLedgerEntry.objects.filter(pk__in=ids))
    values = ValueEntry.objects.filter(item_ledger_entry_id__in=ids)
    if "as_of" in body:
        values = values.posted_through(body["as_of"])
        entries = [each for each in entries if each.posting_date <= body["as_of"]]
    costs = _costs(values)
    quantity = sum((each.quantity for each in entries), ZERO)
    found = {
        "quantity": quantity,
        "remaining": sum((each.remaining_quantity for each in entries), ZERO),
        "invoiced": values.aggregate(total=Sum("invoiced_quantity"))["total"] or ZERO,
        "open": any(each.open for each in entries),
        "completely_invoiced": all(each.completely_invoiced for each in entries),
        **costs,
        "unit_cost": world.unit_cost(costs["cost_actual"] + costs["cost_expected"], quantity),
    }
    compare(_without(body, "entry", "as_of"), found)


def item(world: World, body: Body) -> None:
    card = world.item(body["item"])
    entries = _selected(ItemLedgerEntry.objects.filter(item=card), world, body)
    values = _selected(ValueEntry.objects.filter(item=card, item_ledger_entry__isnull=False), world, body)
    if "as_of" in body:
        entries, values = entries.as_of(body["as_of"]), values.posted_through(body["as_of"])
    costs = _costs(values)
    found = {
        "quantity": entries.aggregate(total=Sum("quantity"))["total"] or ZERO,
        "value": costs["cost_actual"],
        "value_expected": costs["cost_expected"],
        "unit_cost": card.unit_cost,
        "standard_cost": card.standard_cost,
        "average_cost": _average_cost(world, entries, values),
    }
    compare(_without(body, "item", "location", "variant", "as_of"), found)


def availability_of(world: World, body: Body) -> None:
    """On hand as of a day, and what of open orders is due by then; without a day, all of it."""
    item, on = world.item(body["availability"]), body.get("as_of")
    location = world.location(body["location"]) if body.get("location") else None
    place = location.pk if location else None
    stock = availability.stock_of([item.pk], on=on)
    events = availability.events_of([item.pk])
    if "location" in body:
        stock = [row for row in stock if row.location_id == place]
        events = [event for event in events if event.location_id == place]
    reserved = availability.reserved_of(item.pk)
    found = availability.figures_of(stock, events, until=on)
    figures = {
        "on_hand": found.on_hand,
        "reserved": sum(reserved.values(), ZERO) if "location" not in body else reserved.get(place, ZERO),
        "scheduled_receipts": found.receipts,
        "gross_requirement": found.demands,
        "available": found.projected,
    }
    compare(_without(body, "availability", "location", "as_of"), figures)


def values_of(world: World, body: Body) -> None:
    values = list(ValueEntry.objects.filter(item_ledger_entry_id__in=world.entry_ids(body["values_of"])).order_by("pk"))
    if "totals" in body:
        totals = dict.fromkeys(body["totals"], ZERO)
        for value in values:
            totals[value.entry_type] = totals.get(value.entry_type, ZERO) + value.cost_amount_actual
        compare(body["totals"], totals)
        return
    found = [
        {
            "type": value.entry_type,
            "date": value.posting_date,
            "valuation_date": value.valuation_date,
            "valued_quantity": value.valued_quantity,
            "cost_actual": value.cost_amount_actual,
            "cost_expected": value.cost_amount_expected,
            "adjustment": value.adjustment,
        }
        for value in values
    ]
    _compare_rows(body["are"], found)


def gl(world: World, body: Body) -> None:
    account = GLAccount.objects.with_balance(date_to=body.get("as_of")).get(pk=world.account(body["gl"]).pk)
    compare({"balance": body["balance"]}, {"balance": account.balance})


def matrix(world: World, body: Body) -> None:
    """Compare a row of the reconciliation, or a column where the word names a balance-sheet account of stock."""
    filters = {}
    if "item" in body:
        filters["item_ids"] = [world.item(body["item"]).pk]
    if "location" in body:
        place = world.location(body["location"])
        filters["location_ids"] = [place and place.pk]
    found = explain(reconciled(date_from=body.get("from"), date_to=body.get("to"), **filters))
    line = found.line(body["matrix"])
    assert line is not None, f"the matrix has no row {body['matrix']}"
    row = {column: line.cells.get(column, ZERO) for column in ("inventory", "interim", "wip")}
    row |= {"total": line.total, "gl_total": line.gl_total, "difference": line.difference}
    compare(_without(body, "matrix", "from", "to", "item", "location", "warning"), row)
    if "warning" in body:
        compare({"warning": body["warning"]}, {"warning": _warning(line, body["warning"])})


def settlements_of(world: World, body: Body) -> None:
    """Compare the active settlements of an issue, in order of receipt date."""
    settlements = (
        Settlement.objects.filter(issue_id__in=world.entry_ids(body["settlements_of"]), cancelled_by__isnull=True)
        .select_related("receipt")
        .order_by("receipt__posting_date", "receipt_id", "pk")
    )
    found = [
        {
            "receipt": _ref_of(world, row.receipt_id, body["are"]),
            "quantity": row.quantity,
            "amount": row.amount,
        }
        for row in settlements
    ]
    _compare_rows(body["are"], found)


def close(world: World, body: Body) -> None:
    run = InventoryClose.objects.get(pk=world.closes[body["close"]])
    made = ValueEntry.objects.filter(register__in=_registers_of(run))
    costs = _costs(made)
    warnings = [
        {
            "item": line.item and line.item.no,
            "issue": _ref_of(world, line.issue_id, body.get("warnings", []), "issue"),
            "code": line.code,
        }
        for line in CloseLogLine.objects.filter(close=run).select_related("item").order_by("pk")
    ]
    compare(
        _without(body, "close", "warnings"),
        {"status": CLOSE_STATUS.get(run.state, run.state), "adjusted": costs["cost_actual"] + costs["cost_expected"]},
    )
    if "warnings" in body:
        _compare_rows(body["warnings"], warnings)


def _registers_of(run: InventoryClose) -> list[int]:
    return [] if run.register_id is None else [run.register_id]


def _not_built(name: str) -> Callable[[World, Body], None]:
    def refuse(_world: World, _body: Body) -> None:
        raise NotBuilt(f"expect {name}")

    return refuse


CHECKS: dict[str, Callable[[World, Body], None]] = {
    "entry": entry,
    "item": item,
    "values_of": values_of,
    "gl": gl,
    "matrix": matrix,
    "settlements_of": settlements_of,
    "close": close,
    "availability": availability_of,
    "trace": _not_built("trace"),
}


def _costs(values: QuerySet[ValueEntry]) -> Body:
    totals = values.aggregate(actual=Sum("cost_amount_actual"), expected=Sum("cost_amount_expected"))
    return {"cost_actual": totals["actual"] or ZERO, "cost_expected": totals["expected"] or ZERO}


def _average_cost(world: World, entries: QuerySet[ItemLedgerEntry], values: QuerySet[ValueEntry]) -> Decimal:
    """Value by quantity of what is selected; issues that no receipt covers yet are left out on both sides."""
    open_issues = ItemLedgerEntry.objects.outbound().open().values("pk")
    quantity = entries.exclude(pk__in=open_issues).aggregate(total=Sum("quantity"))["total"] or ZERO
    costs = _costs(values.exclude(item_ledger_entry__in=open_issues))
    return world.unit_cost(costs["cost_actual"] + costs["cost_expected"], quantity)


def _warning(line: Line, expected: str) -> str:
    """Return the first cause of a difference, or `none`; in the words of the check, be they its code or its name."""
    if not line.causes:
        return NO_WARNING
    cause = line.causes[0].cause
    names = {cause.value, str(cause.label).casefold()}
    return expected if expected.casefold() in names else cause.value


def _selected(rows: Any, world: World, body: Body) -> Any:
    """Narrow to a place and a variant where the check names them; "" is the blank one."""
    where = Q()
    if "location" in body:
        where &= Q(location__code=body["location"]) if body["location"] else Q(location__isnull=True)
    if "variant" in body:
        where &= Q(variant__code=body["variant"]) if body["variant"] else Q(variant__isnull=True)
    return rows.filter(where)


def _ref_of(world: World, entry_id: int | None, expected: list[Body], key: str = "receipt") -> str | None:
    """Return the ref that names an entry; of several, one that is asked for."""
    if entry_id is None:
        return CLOSING_TRANSFER if key == "receipt" else None
    refs = [ref for ref, ids in world.entries.items() if entry_id in ids]
    asked = [row.get(key) for row in expected]
    return next((ref for ref in refs if ref in asked), refs[0] if refs else f"entry {entry_id}")


def _compare_rows(expected: list[Body], found: list[Body]) -> None:
    assert len(found) == len(expected), f"expected {len(expected)} rows, got {len(found)}: " + "; ".join(
        ", ".join(f"{key} {_text(value)}" for key, value in row.items()) for row in found
    )
    for number, (row, actual) in enumerate(zip(expected, found, strict=True), 1):
        compare(row, actual, what=f"row {number}: ")


def _without(body: Body, *keys: str) -> Body:
    return {key: value for key, value in body.items() if key not in keys}


def _text(value: Any) -> str:
    return f"{round_amount(value, Decimal('0.00001')).normalize():f}" if isinstance(value, Decimal) else str(value)
