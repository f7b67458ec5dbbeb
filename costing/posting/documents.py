"""Posting purchase and sales documents: receive or ship, invoice, or both at once.

Order of work: lock the books, the document, the items; check everything; apply and price in memory; draw the numbers;
write all rows. Source: design-details-inventory-posting.
"""

from __future__ import annotations

from datetime import date

from config.base import locks, numbering
from config.base.transactions import PostingContext, posting
from costing import adjustment, checks
from costing.posting import charges, document_plan, document_rows, invoicing, line_checks, stock
from costing.posting.document_plan import HANDLED, INVOICED, DocumentPlan
from costing.posting.results import PostingResult
from costing.setups import Setups
from inventory import locks as inventory_locks
from inventory import sources
from inventory import stock as stock_reader


def post_document(
    *,
    document_id: int,
    posting_date: date,
    handle: bool,
    invoice: bool,
    user_id: int | None,
    preview: bool = False,
) -> PostingResult:
    """Post what the lines of an order say: `quantity_to_handle` received or shipped, `quantity_to_invoice` invoiced.

    Both at once invoices the goods as they move, and then what came before. An invoice takes the unit amount and the
    discount that stand on the line now. A preview does the same and is rolled back.

    Raises: DomainError naming every faulty line; then nothing is written.
    """
    with posting(preview=preview) as context:
        return post_within(
            context,
            document_id=document_id,
            posting_date=posting_date,
            handle=handle,
            invoice=invoice,
            user_id=user_id,
        )


def post_within(
    context: PostingContext, *, document_id: int, posting_date: date, handle: bool, invoice: bool, user_id: int | None
) -> PostingResult:
    """As `post_document`, inside the posting that a use case opened: an import makes an order and posts all of it."""
    document = inventory_locks.lock_document(document_id)
    plan = document_plan.plan_document(
        document, inventory_locks.lines_of(document), posting_date=posting_date, handle=handle, invoice=invoice
    )
    item_ids = plan.item_ids | charges.item_ids(plan.charge_lines)
    locks.lock_items(item_ids)
    setups = Setups.at(posting_date)
    facts = stock_reader.item_facts(item_ids)
    document_plan.read_earlier(plan)
    checks.check_dates([posting_date], setup=setups.costing)
    line_checks.check_lines(plan, facts, location_mandatory=setups.inventory.location_mandatory)

    prepared = stock.prepare(document_plan.costed_lines(plan, facts, setups.precision_e5), setups=setups)
    parts = document_plan.invoice_parts(plan, facts, setups.precision_e5)
    floor = checks.valuation_floor(setups.costing) if parts else None
    prepared.drafts += invoicing.draft_invoices(parts, prepared.book, valuation_floor=floor)
    charged = charges.draft_charges(plan, facts, prepared.book)
    checks.check_valuation_dates([(draft.item.no, draft.valuation_date) for draft in charged], setup=setups.costing)
    prepared.drafts += charged
    stock.check_accounts(prepared)
    document_nos = _draw_numbers(plan, setups)
    written, stored = stock.write(
        prepared, document_nos=document_nos, source_code=plan.source_code, context=context, user_id=user_id
    )
    invoicing.write_invoiced(parts, posting_date=posting_date)
    sources.flag_changed({draft.entry_key for draft in charged if draft.inventoriable})
    document_rows.write(
        plan,
        parts,
        document_nos=document_nos,
        register_id=written.register_id,
        precision_e5=setups.precision_e5,
        context=context,
    )
    adjustment.adjust_after_posting(item_ids, setup=setups.costing, context=context, user_id=user_id)
    types = plan.document_types()
    return stock.result(
        written,
        stored,
        entries=prepared.plan.entries,
        documents=[(types[key], no) for key, no in document_nos.items()],
        preview=context.preview,
    )


def _draw_numbers(plan: DocumentPlan, setups: Setups) -> dict[str, str]:
    """Draw the numbers of the posted documents, last of all, always in the same order."""
    series = {}
    if plan.handles:
        series[HANDLED] = setups.series(plan.side.handled_series, plan.location_ids)
    if plan.invoices:
        series[INVOICED] = setups.series(plan.side.invoiced_series, plan.location_ids)
    drawn = numbering.draw_many(dict.fromkeys(series.values(), 1), on=plan.posting_date)
    return {key: drawn[code][0] for key, code in series.items()}
