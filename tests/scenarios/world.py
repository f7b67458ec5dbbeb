"""The company of one scenario, and what its steps have named so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from config.base.amounts import round_amount
from costing.models import CostingSetup, GeneralPostingSetup, InventoryPostingSetup
from inventory.models import DocumentLine, Item, ItemLedgerEntry, Location, Variant
from ledger.models import GLAccount, LedgerSetup
from tests import factories
from tests.scenarios.loading import Scenario, ScenarioError

COSTING_FIELDS = (
    "average_cost_period",
    "average_cost_calculation",
    "automatic_cost_posting",
    "expected_cost_posting",
    "automatic_cost_adjustment",
    "finish_order_without_output",
)
GROUP_OPTIONS = (
    "include_physical_value",
    "physical_negative",
    "financial_negative",
    "fixed_receipt_price",
    "use_latest_cost_price",
)
CARD_FIELDS = (
    "type",
    "unit_cost",
    "standard_cost",
    "indirect_cost_percent",
    "overhead_rate",
    "lot_tracked",
    "serial_tracked",
    "blocked",
)
SHARES = ("material", "capacity", "subcontracted", "capacity_overhead", "manufacturing_overhead")


class NotBuilt(Exception):
    """A step or a check whose use case does not exist yet."""

    def __init__(self, what: str) -> None:
        super().__init__(f"not built: {what}")


@dataclass
class World:
    books: factories.Books
    user_id: int
    amount_precision: Decimal
    unit_cost_precision: Decimal
    entries: dict[str, tuple[int, ...]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    closes: dict[str, int] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)

    def name(self, ref: str | None, entry_ids: Iterable[int], *, line: DocumentLine | None = None) -> None:
        """Let a ref name item ledger entries, and the document line that made them."""
        if ref:
            self.entries[ref] = tuple(entry_ids)
            if line:
                self.lines[ref] = line.pk

    def entry_ids(self, ref: str) -> tuple[int, ...]:
        if not self.entries.get(ref):
            raise ScenarioError(f"{ref} names no item ledger entry")
        return self.entries[ref]

    def one_entry(self, ref: str | None) -> ItemLedgerEntry | None:
        """Return the entry that a line is to be applied to or from."""
        if ref is None:
            return None
        ids = self.entry_ids(ref)
        if len(ids) > 1:
            raise ScenarioError(f"{ref} names {len(ids)} entries, and a line is applied to one")
        return ItemLedgerEntry.objects.get(pk=ids[0])

    def line(self, ref: str) -> DocumentLine:
        """Return the document line that a step has posted."""
        if ref not in self.lines:
            raise ScenarioError(f"{ref} was not posted by a document")
        return DocumentLine.objects.select_related("document").get(pk=self.lines[ref])

    def item(self, no: str) -> Item:
        return Item.objects.select_related("item_model_group").get(no=no)

    def location(self, code: str | None) -> Location | None:
        return Location.objects.get(code=code) if code else None

    def variant(self, item: Item, code: str | None) -> Variant | None:
        return factories.variant(item, code) if code else None

    def account(self, word: str) -> GLAccount:
        """Return the account that a word meant at the start, or the one with a number."""
        if word in self.books.accounts:
            return self.books.accounts[word]
        return GLAccount.objects.get(no=word)

    def unit_cost(self, amount: Decimal, quantity: Decimal) -> Decimal:
        return round_amount(amount / quantity, self.unit_cost_precision) if quantity else Decimal(0)


def set_up(scenario: Scenario) -> World:
    """Make the company, its places and its items."""
    amount_precision = scenario.setup.get("base_currency_rounding", Decimal("0.01"))
    unit_cost_precision = scenario.setup.get("unit_amount_rounding", Decimal("0.00001"))
    books = factories.company(
        locations=scenario.locations,
        amount_precision=str(amount_precision),
        unit_cost_precision=str(unit_cost_precision),
        years=_years(scenario),
    )
    world = World(books, factories.user("controller").pk, amount_precision, unit_cost_precision)
    world.products = _products(scenario)
    change_setup(scenario.setup)
    for card in scenario.items:
        _make_item(card)
    for card in scenario.items:
        for line in card.get("bom", []):
            parts = {"parent": world.item(card["item"]), "component": world.item(line["item"])}
            factories.bom_line(**parts, quantity_per=line["quantity_per"])
    return world


def _products(scenario: Scenario) -> dict[str, str]:
    """What each production order of the scenario makes: its first step may be consumption, which does not say."""
    found: dict[str, str] = {}
    for step in scenario.steps:
        if step.name in ("output", "capacity", "finish") and "item" in step.body:
            found.setdefault(step.body["order"], step.body["item"])
    return found


def change_setup(fields: dict[str, Any]) -> None:
    """Write fields of the setup; they hold for every date."""
    written = {name: fields[name] for name in COSTING_FIELDS if name in fields}
    if written:
        CostingSetup.objects.update(**written)
    if "allow_posting_from" in fields:
        ledger_setup = LedgerSetup.load()
        ledger_setup.allow_posting_from = fields["allow_posting_from"]
        ledger_setup.save()


def in_transit(code: str) -> Location:
    """The place that stands for the road, made when a step first needs it."""
    road = factories.location(code, in_transit=True)
    if not road.in_transit:
        road.in_transit = True
        road.save(update_fields=["in_transit"])
    return road


def change_item(item: Item, fields: dict[str, Any]) -> None:
    """Write fields of an item's card, as its page does."""
    for name, value in _card(fields, method=fields.get("method", item.item_model_group.costing_method)).items():
        setattr(item, name, value)
    if fields.keys() & {"method", "settle_at", *GROUP_OPTIONS}:
        item.item_model_group = _changed_group(item, fields)
    if "inventory_posting_group" in fields:
        item.inventory_posting_group = factories.inventory_posting_group(fields["inventory_posting_group"])
    if "general_product_posting_group" in fields:
        item.gen_prod_posting_group = factories.gen_prod_posting_group(fields["general_product_posting_group"])
    item.save()
    factories.complete_posting_setup()


def map_account(word: str, number: str) -> None:
    """Map an account role to another number from here on."""
    account = factories.gl_account(number)
    setup = InventoryPostingSetup if word in InventoryPostingSetup.ROLES else GeneralPostingSetup
    setup.objects.update(**{word: account})


def _years(scenario: Scenario) -> range:
    days = [value for step in scenario.steps for value in step.body.values() if isinstance(value, date)]
    years = [day.year for day in days] or [2026]
    return range(min(years) - 1, max(years) + 2)


def _make_item(card: dict[str, Any]) -> Item:
    names = {
        "inventory_group": card.get("inventory_posting_group", factories.DEFAULT_GROUP),
        "product_group": card.get("general_product_posting_group", factories.DEFAULT_GROUP),
    }
    return factories.item(
        card["item"],
        method=card["method"],
        settle_at=card.get("settle_at", "posting"),
        options={name: card[name] for name in GROUP_OPTIONS if name in card},
        **names,
        **_card(card, method=card["method"]),
    )


def _card(fields: dict[str, Any], *, method: str) -> dict[str, Any]:
    """Return the fields of the card. The unit cost of a standard item is its standard cost, which is all material
    unless shares are given."""
    card = {name: fields[name] for name in CARD_FIELDS if name in fields}
    if "standard_cost" in fields:
        shares = fields.get("standard_cost_shares") or {"material": fields["standard_cost"]}
        card |= {f"{name}_share": shares.get(name, Decimal(0)) for name in SHARES}
        if method == "standard":
            card["unit_cost"] = fields["standard_cost"]
    return card


def _changed_group(item: Item, fields: dict[str, Any]) -> Any:
    present = item.item_model_group
    return factories.item_model_group(
        method=fields.get("method", present.costing_method),
        settle_at=fields.get("settle_at", present.settle_at),
        stocked=present.stocked,
        **{name: fields.get(name, getattr(present, name)) for name in GROUP_OPTIONS},
    )
