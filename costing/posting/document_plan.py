"""What one posting of a document is to do, line by line, before anything is checked or priced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from config.base.amounts import round_div, to_e5
from costing.engine.shares import share_amount_e5
from costing.posting import invoicing
from costing.posting.invoicing import InvoiceableEntry, InvoicePart
from costing.posting.sides import SIDES, Side
from costing.value_posting import CostedLine
from inventory.enums import DocumentKind, LineType
from inventory.models import Document, DocumentLine
from inventory.posting import Movement, Origin
from inventory.stock import ItemFacts

HANDLED = "handled"
INVOICED = "invoiced"


@dataclass(frozen=True, slots=True)
class LinePlan:
    """Quantities of one line in 1e-5 base units, positive.

    An invoice takes the goods that move now first, then `earlier`: what was received or shipped before.
    """

    line: DocumentLine
    handle_e5: int
    invoice_e5: int
    earlier: list[InvoiceableEntry] = field(default_factory=list)

    @property
    def invoice_now_e5(self) -> int:
        """What is invoiced of the goods that move now: all, unless the invoice is for less."""
        return min(self.handle_e5, self.invoice_e5)

    @property
    def invoice_earlier_e5(self) -> int:
        return self.invoice_e5 - self.invoice_now_e5

    def gross_e5(self, quantity_e5: int, precision_e5: int) -> int:
        """The line amount of a quantity, before discount."""
        return round_div(quantity_e5 * to_e5(self.line.unit_amount), 100_000 * precision_e5) * precision_e5

    def discount_earlier_e5(self, precision_e5: int) -> int:
        """The discount of what moved before, so that both parts together have the discount of the whole invoice."""
        whole_e5 = self.discount_e5(self.invoice_e5, precision_e5)
        return whole_e5 - self.discount_e5(self.invoice_now_e5, precision_e5)

    def discount_e5(self, quantity_e5: int, precision_e5: int) -> int:
        """The line's discount belongs to what is not invoiced yet, in proportion."""
        whole_e5 = to_e5(self.line.quantity - self.line.quantity_invoiced)
        return share_amount_e5(to_e5(self.line.line_discount_amount), quantity_e5, whole_e5, precision_e5)


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    document: Document
    side: Side
    posting_date: date
    lines: list[LinePlan]
    charge_lines: list[DocumentLine]

    @property
    def item_ids(self) -> set[int]:
        return {plan.line.item_id for plan in self.lines if plan.line.item_id is not None}

    @property
    def location_ids(self) -> set[int | None]:
        return {plan.line.location_id for plan in self.lines}

    @property
    def handles(self) -> bool:
        return any(plan.handle_e5 for plan in self.lines)

    @property
    def invoices(self) -> bool:
        return bool(self.charge_lines) or any(plan.invoice_e5 for plan in self.lines)

    @property
    def gen_bus_posting_group_id(self) -> int:
        return self.document.partner.gen_bus_posting_group_id

    @property
    def source_code(self) -> str:
        return "PURCHASES" if self.side.is_purchase else "SALES"

    def document_types(self) -> dict[str, str]:
        """The posted documents that will be made, by the key that their entries refer to."""
        made = {}
        if self.handles:
            made[HANDLED] = self.side.handled_type.value
        if self.invoices:
            made[INVOICED] = self.side.invoiced_type.value
        return made


def plan_document(
    document: Document, lines: Iterable[DocumentLine], *, posting_date: date, handle: bool, invoice: bool
) -> DocumentPlan:
    """Collect the lines that have something to receive, ship or invoice."""
    side = SIDES[DocumentKind(document.kind)]
    item_lines, charge_lines = [], []
    for line in lines:
        if line.type == LineType.ITEM_CHARGE:
            if invoice and line.quantity_to_invoice:
                charge_lines.append(line)
            continue
        plan = LinePlan(
            line=line,
            handle_e5=to_e5(line.quantity_to_handle) if handle else 0,
            invoice_e5=to_e5(line.quantity_to_invoice) if invoice else 0,
        )
        if plan.handle_e5 or plan.invoice_e5:
            item_lines.append(plan)
    return DocumentPlan(document, side, posting_date, item_lines, charge_lines)


def read_earlier(plan: DocumentPlan) -> None:
    """Fill in what was received or shipped before and is to be invoiced now. The items must be locked."""
    wanted = {each.line.line_no: each for each in plan.lines if each.invoice_earlier_e5}
    if not wanted:
        return
    found = invoicing.invoiceable_entries(
        order_no=plan.document.no, handled_type=plan.side.handled_type, order_line_nos=wanted
    )
    for line_no, entries in found.items():
        wanted[line_no].earlier.extend(entries)


def costed_lines(plan: DocumentPlan, facts: dict[int, ItemFacts], precision_e5: int) -> list[CostedLine]:
    """Turn what moves now into movements; a line invoiced in part becomes an invoiced and a not invoiced one."""
    costed = []
    for each in plan.lines:
        invoiced_e5 = each.invoice_now_e5
        for quantity_e5, is_invoiced in ((invoiced_e5, True), (each.handle_e5 - invoiced_e5, False)):
            if quantity_e5:
                costed.append(_costed_line(plan, each, facts, quantity_e5, is_invoiced, precision_e5))
    return costed


def _costed_line(
    plan: DocumentPlan,
    each: LinePlan,
    facts: dict[int, ItemFacts],
    quantity_e5: int,
    is_invoiced: bool,
    precision_e5: int,
) -> CostedLine:
    line, side = each.line, plan.side
    assert line.item_id is not None
    discount_e5 = each.discount_e5(quantity_e5, precision_e5)
    amount_e5 = each.gross_e5(quantity_e5, precision_e5) - discount_e5
    movement = Movement(
        origin=origin_of(plan, line, HANDLED),
        item=facts[line.item_id],
        entry_type=side.entry_type,
        quantity_e5=side.sign * quantity_e5,
        location_id=line.location_id,
        variant_id=line.variant_id,
        invoiced=is_invoiced,
        applies_to_key=line.applies_to_entry_id,
        applies_from_key=line.applies_from_entry_id,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
        expiration_date=line.expiration_date,
    )
    return CostedLine(
        movement=movement,
        direct_cost_e5=_direct_cost_e5(each, side, facts[line.item_id], quantity_e5, amount_e5, precision_e5),
        sales_amount_e5=0 if side.is_purchase else -side.sign * amount_e5,
        discount_e5=discount_e5 if is_invoiced else 0,
        gen_bus_posting_group_id=plan.gen_bus_posting_group_id,
        value_origin=origin_of(plan, line, INVOICED) if is_invoiced else None,
    )


def _direct_cost_e5(
    each: LinePlan, side: Side, item: ItemFacts, quantity_e5: int, amount_e5: int, precision_e5: int
) -> int | None:
    """What a line itself says of its cost: a purchase its amount, goods that a customer returns their unit cost."""
    if side.is_purchase:
        return side.sign * amount_e5 if side.sign > 0 or not item.is_inventory else None
    if side.sign < 0 or each.line.unit_cost is None:
        return None
    return round_div(quantity_e5 * to_e5(each.line.unit_cost), 100_000 * precision_e5) * precision_e5


def origin_of(plan: DocumentPlan, line: DocumentLine, document_key: str) -> Origin:
    document, side = plan.document, plan.side
    return Origin(
        document_type=(side.handled_type if document_key == HANDLED else side.invoiced_type).value,
        line_no=line.line_no,
        posting_date=plan.posting_date,
        document_key=document_key,
        external_document_no=document.external_document_no,
        source_type=side.source_type.value,
        source_no=document.partner.no,
        order_no=document.no,
        order_line_no=line.line_no,
        description=line.description,
        dimension_set_id=line.dimension_set_id or document.dimension_set_id,
        reason_code_id=document.reason_code_id,
    )


def invoice_parts(plan: DocumentPlan, facts: dict[int, ItemFacts], precision_e5: int) -> list[InvoicePart]:
    """Spread what is invoiced of earlier receipts or shipments over their entries."""
    parts: list[InvoicePart] = []
    for each in plan.lines:
        quantity_e5 = each.invoice_earlier_e5
        if quantity_e5:
            assert each.line.item_id is not None
            discount_e5 = each.discount_earlier_e5(precision_e5)
            parts += invoicing.split_invoice(
                each.earlier,
                facts[each.line.item_id],
                origin_of(plan, each.line, INVOICED),
                quantity_e5=quantity_e5,
                amount_e5=each.gross_e5(quantity_e5, precision_e5) - discount_e5,
                discount_e5=discount_e5,
                precision_e5=precision_e5,
            )
    return parts
