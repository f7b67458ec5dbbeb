"""Reads scenario files, and refuses what the format does not know.

A misspelt key would otherwise check nothing, or leave out what a step was to do, and the case would pass. README.md
describes the format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

DECIMAL = re.compile(r"-?\d+(\.\d+)?\Z")


def words(text: str) -> set[str]:
    return set(text.split())


# Keys whose value is a decimal wherever they stand; it is written as text, so that no float comes near it.
DECIMAL_KEYS = words(
    "base_currency_rounding unit_amount_rounding unit_cost standard_cost indirect_cost_percent overhead_rate"
    " quantity_per quantity unit_price amount discount counted resource_cost overhead_amount new_unit_cost new_amount"
    " min_adjustment material capacity subcontracted capacity_overhead manufacturing_overhead remaining invoiced"
    " cost_actual cost_expected value value_expected average_cost valued_quantity balance inventory interim wip total"
    " gl_total difference on_hand reserved scheduled_receipts gross_requirement available adjusted direct_cost"
    " revaluation rounding indirect_cost variance"
)

FILE_KEYS = words("id title source notes tags setup items locations steps")
SETUP_KEYS = words(
    "base_currency_rounding unit_amount_rounding average_cost_period average_cost_calculation automatic_cost_posting"
    " expected_cost_posting automatic_cost_adjustment allow_posting_from finish_order_without_output"
)
ITEM_KEYS = words(
    "item type method settle_at include_physical_value unit_cost standard_cost indirect_cost_percent overhead_rate"
    " inventory_posting_group general_product_posting_group lot_tracked serial_tracked bom standard_cost_shares"
    " physical_negative financial_negative fixed_receipt_price use_latest_cost_price blocked"
)

LINE = "ref date item location variant quantity lot serial applies_to applies_from"
COST = "unit_cost amount"
RUN = "ref date items max_iterations min_adjustment"

# Step -> the keys it may carry besides `expect_error`.
STEP_KEYS = {
    name: words(keys) | {"expect_error"}
    for name, keys in {
        "receive": f"{LINE} {COST}",
        "ship": f"{LINE} unit_price",
        "invoice": f"{LINE} {COST} of discount",
        "purchase": f"{LINE} {COST}",
        "sale": f"{LINE} unit_price",
        "purchase_return": f"{LINE} {COST}",
        "sales_return": f"{LINE} {COST}",
        "credit": f"{LINE} of amount",
        "charge": f"{LINE} to amount split",
        "positive": f"{LINE} {COST}",
        "negative": LINE,
        "count": f"{LINE} counted",
        "transfer": f"{LINE} ref_to from to",
        "transfer_ship": f"{LINE} ref_to from to in_transit",
        "transfer_receive": f"{LINE} ref_to of from to in_transit",
        "assemble": f"{LINE} consume resource_cost",
        "consume": f"{LINE} order",
        "output": f"{LINE} order amount",
        "capacity": f"{LINE} order amount overhead_amount subcontracted",
        "finish": f"{LINE} order",
        "revalue": f"{LINE} of new_unit_cost new_amount",
        "set_standard_cost": f"{LINE} standard_cost",
        "mark": f"{LINE} issue receipt",
        "unapply": f"{LINE} of to",
        "apply": f"{LINE} of to",
        "undo": f"{LINE} of",
        "set": " ".join(["setup account number", *ITEM_KEYS]),
        "adjust_cost": "items through",
        "post_to_gl": "through per post",
        "recalculate": RUN,
        "close": RUN,
        "reverse_close": "ref date",
        "close_period": "date",
        "reopen_period": "date",
    }.items()
}

# Check -> the keys that say what is looked at, and the keys that say what must be found.
CHECK_KEYS = {
    name: (words(selectors) | {name}, words(asserted))
    for name, (selectors, asserted) in {
        "entry": (
            "as_of",
            "quantity remaining invoiced open cost_actual cost_expected unit_cost completely_invoiced",
        ),
        "values_of": ("", "are totals"),
        "gl": ("as_of", "balance"),
        "matrix": ("from to item location", "inventory interim wip total gl_total difference warning"),
        "settlements_of": ("", "are"),
        "close": ("", "status adjusted warnings"),
        "availability": (
            "location as_of",
            "on_hand reserved scheduled_receipts gross_requirement available",
        ),
        "trace": ("", "entries"),
        # Last: `matrix` also filters by item.
        "item": (
            "location variant as_of",
            "quantity value value_expected unit_cost average_cost standard_cost",
        ),
    }.items()
}


class ScenarioError(Exception):
    """The file is not a scenario; or it names what does not exist."""


@dataclass(frozen=True)
class Step:
    number: int
    name: str
    body: dict[str, Any]

    def __str__(self) -> str:
        words = ", ".join(f"{key}: {_shown(value)}" for key, value in self.body.items())
        return f"step {self.number}: {self.name}: {{{words}}}"


@dataclass(frozen=True)
class Scenario:
    id: str
    title: str
    setup: dict[str, Any]
    items: list[dict[str, Any]]
    locations: list[str]
    steps: list[Step]


class Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping; plain YAML lets the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _value in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ScenarioError(f"line {node.start_mark.line + 1}: given twice: {', '.join(sorted(twice))}")
        return super().construct_mapping(node, deep)


def load(path: Path) -> Scenario:
    """Read one scenario file; every decimal in it is a `Decimal` afterwards.

    Raises: ScenarioError.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path}: {error}") from error
    if not isinstance(data, dict):
        raise ScenarioError(f"{path}: a scenario is a mapping")
    _known(str(path), data, FILE_KEYS)
    missing = {"id", "title", "items", "steps"} - set(data)
    if missing:
        raise ScenarioError(f"{path}: missing: {', '.join(sorted(missing))}")
    if data["id"] != path.stem:
        raise ScenarioError(f"{path}: its id is {data['id']!r}, not the name of the file")
    return parse(data)


def parse(data: dict[str, Any]) -> Scenario:
    """Check the parts of a scenario, and turn its decimals into numbers."""
    for one in data["items"]:
        _known("items", one, ITEM_KEYS)
        for key in ("item", "method"):
            if key not in one:
                raise ScenarioError(f"items: {key} is missing")
    _known("setup", data.get("setup") or {}, SETUP_KEYS)
    return Scenario(
        id=data["id"],
        title=data["title"],
        setup=_with_decimals(data.get("setup") or {}),
        items=_with_decimals(data["items"]),
        locations=list(data.get("locations") or []),
        steps=[_step(number, one) for number, one in enumerate(data["steps"], 1)],
    )


def check_kind(body: dict[str, Any]) -> str:
    """Return the check that an `expect` step makes: the first kind whose name is among its keys."""
    for kind in CHECK_KEYS:
        if kind in body:
            return kind
    raise ScenarioError(f"no known check: {', '.join(body)}")


def _step(number: int, data: dict[str, Any]) -> Step:
    where = f"step {number}"
    if not isinstance(data, dict) or len(data) != 1:
        raise ScenarioError(f"{where}: a step is a mapping with one name")
    ((name, body),) = data.items()
    if name != "expect" and name not in STEP_KEYS:
        raise ScenarioError(f"{where}: unknown step {name!r}")
    if not isinstance(body, dict):
        raise ScenarioError(f"{where} {name}: must be a mapping")
    if name == "expect":
        _check(where, body)
    else:
        _known(f"{where} {name}", body, STEP_KEYS[name])
        _known(f"{where} setup", body.get("setup") or {}, SETUP_KEYS)
    return Step(number, name, _with_decimals(body))


def _check(where: str, body: dict[str, Any]) -> None:
    kind = check_kind(body)
    selectors, asserted = CHECK_KEYS[kind]
    _known(f"{where} expect {kind}", body, selectors | asserted)
    if not set(body) & asserted:
        raise ScenarioError(f"{where} expect {kind}: asserts nothing")


def _known(where: str, data: dict[str, Any], keys: set[str]) -> None:
    if not isinstance(data, dict):
        raise ScenarioError(f"{where}: must be a mapping")
    unknown = set(map(str, data)) - keys
    if unknown:
        raise ScenarioError(f"{where}: unknown: {', '.join(sorted(unknown))}")


def _with_decimals(data: Any, key: str = "") -> Any:
    if isinstance(data, dict):
        return {name: _with_decimals(value, name) for name, value in data.items()}
    if isinstance(data, list):
        return [_with_decimals(value) for value in data]
    if key not in DECIMAL_KEYS or isinstance(data, bool | date):
        return data
    if not isinstance(data, str) or not DECIMAL.match(data):
        raise ScenarioError(f"{key}: {data!r} must be a decimal in quotes")
    return Decimal(data)


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, Decimal) else str(value)
