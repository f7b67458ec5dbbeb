"""The cost of one assembly or production order, and what of it each of its outputs should hold.

    used: material 40.00, capacity 30.00, its overhead 6.00; made: 2 pieces -> 76.00, 38.00 each

Direct cost is what was used; indirect cost is the overhead of making; a standard item has a variance for each share,
so that what was made stands at standard. Outputs share by quantity, each from what is left, so that the last takes the
rest. A negative output takes back its part of the output that it names, at that output's cost.

Plain integers in units of 1e-5; amounts used are positive, so are amounts made.
Source: finance-about-finished-production-order-costs; design-details-variance; design-details-rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from config.base.amounts import divide_e5, round_div
from costing.engine.shares import share_amount_e5

E5 = 100_000


class Element(IntEnum):
    """A kind of value that an output holds, in the order in which rounding is carried on.

    A revaluation is none of an order's cost; one of expected cost ends as the output is invoiced. Neither is the price
    difference of a moving average item, whose stock could not take all of a later cost.
    """

    DIRECT = 0
    INDIRECT = 1
    NON_INVENTORY = 2
    MATERIAL_VARIANCE = 3
    CAPACITY_VARIANCE = 4
    SUBCONTRACTED_VARIANCE = 5
    CAPACITY_OVERHEAD_VARIANCE = 6
    MANUFACTURING_OVERHEAD_VARIANCE = 7
    NON_INVENTORY_VARIANCE = 8
    REVALUATION = 9
    PRICE_DIFFERENCE = 10


class Use(IntEnum):
    """What a source is to the order."""

    MATERIAL = 0
    CAPACITY = 1
    SUBCONTRACTED = 2
    NON_INVENTORY = 3


@dataclass(frozen=True, slots=True)
class Shares:
    """Cost by share: of an order in all, or (standard) of one unit."""

    material_e5: int = 0
    capacity_e5: int = 0
    subcontracted_e5: int = 0
    capacity_overhead_e5: int = 0
    manufacturing_overhead_e5: int = 0
    non_inventory_e5: int = 0

    @property
    def direct_e5(self) -> int:
        return self.material_e5 + self.capacity_e5 + self.subcontracted_e5 + self.capacity_overhead_e5


# The shares that have a variance, in the order of the elements.
_VARIANCES = {
    Element.MATERIAL_VARIANCE: "material_e5",
    Element.CAPACITY_VARIANCE: "capacity_e5",
    Element.SUBCONTRACTED_VARIANCE: "subcontracted_e5",
    Element.CAPACITY_OVERHEAD_VARIANCE: "capacity_overhead_e5",
    Element.MANUFACTURING_OVERHEAD_VARIANCE: "manufacturing_overhead_e5",
    Element.NON_INVENTORY_VARIANCE: "non_inventory_e5",
}

SourceKey = tuple[bool, int]
"""Whether it is a capacity entry, and the number of the entry."""


@dataclass(frozen=True, slots=True)
class Source:
    """What one consumption or capacity entry put into the order; `overhead_e5` is the indirect cost of capacity."""

    key: SourceKey
    use: Use
    quantity_e5: int
    direct_e5: int
    overhead_e5: int = 0

    @property
    def cost_e5(self) -> int:
        """What it brings to the direct cost of the outputs."""
        return 0 if self.use == Use.NON_INVENTORY else self.direct_e5 + self.overhead_e5


@dataclass(frozen=True, slots=True)
class Output:
    """One output entry of the order and what it holds.

    `reverses`: the output that a negative one takes back. `held`: actual amounts by element. `recorded`: of the direct
    amount, what is known to have come from each source.
    """

    key: int
    quantity_e5: int
    reverses: int | None = None
    invoiced: bool = False
    expected_e5: int = 0
    expected_revaluation_e5: int = 0
    held: Mapping[Element, int] = field(default_factory=dict)
    recorded: Mapping[SourceKey, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """What an order used and made. `standard`: the standard shares of one unit, None for other items."""

    sources: Sequence[Source]
    outputs: Sequence[Output]
    indirect_cost_percent_e5: int = 0
    overhead_rate_e5: int = 0
    standard: Shares | None = None
    value_zero: bool = False

    @property
    def made_e5(self) -> int:
        return sum(output.quantity_e5 for output in self.outputs)


@dataclass(frozen=True, slots=True)
class SourcePart:
    """What one source brought to a value. `key`: an entry of the order, or (negative output) the output reversed."""

    key: SourceKey
    quantity_e5: int
    amount_e5: int


@dataclass(frozen=True, slots=True)
class OutputValue:
    """An amount that an output lacks. `invoices`: its first value, which takes its expected cost away."""

    output_key: int
    element: Element
    amount_e5: int
    expected_e5: int = 0
    invoices: bool = False
    sources: Sequence[SourcePart] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the outputs of an order lack, and the cost of one unit by share (of a standard item: the standard)."""

    values: list[OutputValue]
    unit_shares: Shares


def settle(order: Order, *, precision_e5: int) -> Settlement | None:
    """Compare what the outputs should hold with what they hold. None where nothing was made: there is nowhere to go."""
    if order.made_e5 <= 0:
        return None
    actual = actual_shares(order, precision_e5)
    targets = distribute(totals(order, actual, precision_e5), order.outputs, precision_e5)
    values = [value for output in order.outputs for value in _values(order, output, targets[output.key], precision_e5)]
    unit_shares = order.standard or Shares(
        *(
            divide_e5(amount, order.made_e5)
            for amount in (
                actual.material_e5,
                actual.capacity_e5,
                actual.subcontracted_e5,
                actual.capacity_overhead_e5,
                actual.manufacturing_overhead_e5,
                actual.non_inventory_e5,
            )
        )
    )
    return Settlement(values, unit_shares)


def actual_shares(order: Order, precision_e5: int) -> Shares:
    """What the order used, by share, and the overhead on it."""

    def used(use: Use) -> int:
        return sum(source.direct_e5 for source in order.sources if source.use == use)

    base = Shares(
        material_e5=used(Use.MATERIAL),
        capacity_e5=used(Use.CAPACITY),
        subcontracted_e5=used(Use.SUBCONTRACTED),
        capacity_overhead_e5=sum(source.overhead_e5 for source in order.sources),
        non_inventory_e5=used(Use.NON_INVENTORY),
    )
    loaded_e5 = base.direct_e5 + base.non_inventory_e5
    numerator = loaded_e5 * order.indirect_cost_percent_e5 + 100 * order.made_e5 * order.overhead_rate_e5
    return Shares(
        base.material_e5,
        base.capacity_e5,
        base.subcontracted_e5,
        base.capacity_overhead_e5,
        round_div(numerator, 100 * E5 * precision_e5) * precision_e5,
        base.non_inventory_e5,
    )


def totals(order: Order, actual: Shares, precision_e5: int) -> dict[Element, int]:
    """What all outputs together should hold, by element; elements of zero are left out."""
    found = {
        Element.DIRECT: actual.direct_e5,
        Element.INDIRECT: actual.manufacturing_overhead_e5,
        Element.NON_INVENTORY: actual.non_inventory_e5,
    }
    if order.standard is not None:
        units = {element: getattr(order.standard, name) * order.made_e5 for element, name in _VARIANCES.items()}
        at_standard = carried_rounding(units, E5, precision_e5)
        found |= {element: at_standard.get(element, 0) - getattr(actual, name) for element, name in _VARIANCES.items()}
    if order.value_zero:
        return {}
    return {element: amount for element, amount in found.items() if amount}


def carried_rounding(numerators: Mapping[Element, int], denominator: int, precision_e5: int) -> dict[Element, int]:
    """Divide and round each amount to the precision, what was lost carried on to the next; zeros stay zero."""
    rounded: dict[Element, int] = {}
    sum_exact, sum_rounded = 0, 0
    for element, numerator in numerators.items():
        if not numerator:
            continue
        sum_exact += numerator
        rounded[element] = round_div(sum_exact, denominator * precision_e5) * precision_e5 - sum_rounded
        sum_rounded += rounded[element]
    return rounded


def distribute(
    total: Mapping[Element, int], outputs: Sequence[Output], precision_e5: int
) -> dict[int, dict[Element, int]]:
    """Share an order's cost among its outputs: what is left, by quantity, so that the last takes the rest.

    What an output made and a negative output took back share as one; returns what each of both should hold.
    """
    taken_back: dict[int, list[Output]] = {}
    for output in outputs:
        if output.reverses is not None:
            taken_back.setdefault(output.reverses, []).append(output)
    left, left_e5 = dict(total), sum(output.quantity_e5 for output in outputs)
    made_e5 = left_e5
    targets: dict[int, dict[Element, int]] = {}
    for output in outputs:
        if output.reverses is not None:
            continue
        reversals = taken_back.get(output.key, [])
        net_e5 = output.quantity_e5 + sum(each.quantity_e5 for each in reversals)
        if net_e5:
            parts = _part(left, net_e5, left_e5, precision_e5)
            left = {element: amount - parts.get(element, 0) for element, amount in left.items()}
            left_e5 -= net_e5
            gross = {e: _gross(amount, output, reversals, precision_e5) for e, amount in parts.items()}
        else:
            gross = _part(dict(total), output.quantity_e5, made_e5, precision_e5)
        targets[output.key] = gross
        for each in reversals:
            targets[each.key] = {e: _reversed(amount, each, output, precision_e5) for e, amount in gross.items()}
    return targets


def _part(left: Mapping[Element, int], part_e5: int, whole_e5: int, precision_e5: int) -> dict[Element, int]:
    if part_e5 == whole_e5:
        return dict(left)
    if not whole_e5:
        return {}
    numerators = {element: amount * part_e5 for element, amount in left.items()}
    return carried_rounding(numerators, whole_e5, precision_e5)


def _reversed(amount_e5: int, reversal: Output, output: Output, precision_e5: int) -> int:
    return -share_amount_e5(amount_e5, -reversal.quantity_e5, output.quantity_e5, precision_e5)


def _gross(net_e5: int, output: Output, reversals: Sequence[Output], precision_e5: int) -> int:
    """The amount of an output of which, with the rounded parts taken back from it, the net amount is left.

    One more cent here takes away at most one cent more from what is left, so every amount can be met.
    """
    if not reversals:
        return net_e5
    net_quantity_e5 = output.quantity_e5 + sum(each.quantity_e5 for each in reversals)
    guess_e5 = round_div(net_e5 * output.quantity_e5, net_quantity_e5 * precision_e5) * precision_e5
    reach = (len(reversals) + 2) * round_div(output.quantity_e5, abs(net_quantity_e5)) + 2
    for distance in range(reach):
        for found_e5 in (guess_e5 + distance * precision_e5, guess_e5 - distance * precision_e5):
            if found_e5 + sum(_reversed(found_e5, each, output, precision_e5) for each in reversals) == net_e5:
                return found_e5
    raise AssertionError(f"no amount of {output.quantity_e5} leaves {net_e5}")


def _values(order: Order, output: Output, target: Mapping[Element, int], precision_e5: int) -> list[OutputValue]:
    """The differences of one output, in the order of the elements; the first settlement always says direct cost."""
    values = []
    for element in Element:
        if element in (Element.REVALUATION, Element.PRICE_DIFFERENCE):
            continue
        difference_e5 = target.get(element, 0) - output.held.get(element, 0)
        is_direct = element == Element.DIRECT
        invoices = is_direct and not output.invoiced
        if not difference_e5 and not invoices:
            continue
        sources = _source_parts(order, output, target.get(element, 0), difference_e5, precision_e5) if is_direct else ()
        expected_e5 = -output.expected_e5 if invoices else 0
        values.append(OutputValue(output.key, element, difference_e5, expected_e5, invoices, sources))
    if not output.invoiced and output.expected_revaluation_e5:
        values.append(OutputValue(output.key, Element.REVALUATION, 0, -output.expected_revaluation_e5))
    return values


def _source_parts(
    order: Order, output: Output, target_e5: int, difference_e5: int, precision_e5: int
) -> list[SourcePart]:
    """Split a direct amount among what brought it: what each source should have brought, less what it has."""
    if output.reverses is not None:
        return [SourcePart((False, output.reverses), abs(output.quantity_e5), difference_e5)] if difference_e5 else []
    whole_e5 = sum(source.cost_e5 for source in order.sources)
    parts, sum_cost_e5, sum_target_e5 = [], 0, 0
    for source in order.sources:
        sum_cost_e5 += source.cost_e5
        up_to_here_e5 = share_amount_e5(target_e5, sum_cost_e5, whole_e5, precision_e5) if whole_e5 else 0
        amount_e5 = up_to_here_e5 - sum_target_e5 - output.recorded.get(source.key, 0)
        sum_target_e5 = up_to_here_e5
        parts.append(SourcePart(source.key, abs(source.quantity_e5), amount_e5))
    rest_e5 = difference_e5 - sum(part.amount_e5 for part in parts)
    if rest_e5 and parts:
        # What was posted without its sources being known moves with the last of them.
        last = parts.pop()
        parts.append(SourcePart(last.key, last.quantity_e5, last.amount_e5 + rest_e5))
    return [part for part in parts if part.amount_e5]


def capacity_cost(
    *, quantity_e5: int, unit_cost_e5: int, indirect_cost_percent_e5: int, overhead_rate_e5: int, precision_e5: int
) -> tuple[int, int]:
    """Split the cost of capacity into direct and indirect; `unit_cost_e5` is with overhead.

    Source: design-details-production-order-posting (capacity).
    """
    total_e5 = round_div(quantity_e5 * unit_cost_e5, E5 * precision_e5) * precision_e5
    numerator = 100 * (total_e5 * E5 - quantity_e5 * overhead_rate_e5)
    direct_e5 = round_div(numerator, (100 * E5 + indirect_cost_percent_e5) * precision_e5) * precision_e5
    return direct_e5, total_e5 - direct_e5
