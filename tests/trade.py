"""Documents of one line, posted in one call, for tests of what trade does to the books."""

from datetime import date
from decimal import Decimal

from costing.posting.documents import post_document
from costing.posting.undo import undo_posted_lines
from inventory.charge_assignments import assign_document, suggest_split
from inventory.enums import ChargeSplit, DocumentKind
from inventory.models import Customer, ItemCharge, ItemLedgerEntry, PostedDocument, PostedDocumentLine, Vendor
from tests import factories

DAY = date(2026, 1, 10)


def partner(kind):
    return {"vendor": Vendor.objects.get()} if DocumentKind(kind).is_purchase else {"customer": Customer.objects.get()}


def order(kind, item, quantity, **line):
    """Make a document of one line; `line` holds further fields of it."""
    made = factories.document(kind=kind, **partner(kind))
    factories.document_line(made, item=item, quantity=quantity, **line)
    return made


def post(document, *, on=DAY, handle=True, invoice=True):
    """Post a document; returns its item ledger entries."""
    made = post_document(document_id=document.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)
    return list(ItemLedgerEntry.objects.filter(pk__in=made.item_ledger_entry_ids).order_by("pk"))


def buy(item, quantity, unit_cost, *, on=DAY, invoice=True, **line):
    bought = order(DocumentKind.PURCHASE_ORDER, item, quantity, unit_amount=Decimal(unit_cost), **line)
    return post(bought, on=on, invoice=invoice)[0]


def sell(item, quantity, *, on=DAY, invoice=True, **line):
    return post(order(DocumentKind.SALES_ORDER, item, quantity, **line), on=on, invoice=invoice)[0]


def posted(entry):
    """The posted document behind an entry."""
    return PostedDocument.objects.get(no=entry.document_no, type=entry.document_type)


def line_of(entry):
    """The posted line behind an entry."""
    return PostedDocumentLine.objects.get(posted_document=posted(entry), line_no=entry.document_line_no)


def undo(entry, *, on=None):
    """Undo the posted line behind an entry; returns what was made."""
    made = undo_posted_lines(posted_line_ids=[line_of(entry).pk], posting_date=on, user_id=None)
    return list(ItemLedgerEntry.objects.filter(pk__in=made.item_ledger_entry_ids).order_by("pk"))


def charge(amount, *entries, on=DAY, split=ChargeSplit.QUANTITY, kind=DocumentKind.PURCHASE_ORDER):
    """Invoice, or credit, a charge on the lines behind entries."""
    partner = (
        {"vendor": Vendor.objects.get()} if DocumentKind(kind).is_purchase else {"customer": Customer.objects.get()}
    )
    bill = factories.document(kind=kind, **partner)
    line = factories.document_line(
        bill, item_charge=ItemCharge.objects.get(code="FREIGHT"), quantity="1", unit_amount=Decimal(amount)
    )
    for document in {posted(entry).pk: posted(entry) for entry in entries}.values():
        assign_document(line, document, split=split)
    suggest_split(line, split=split)
    return post_document(document_id=bill.pk, posting_date=on, handle=False, invoice=True, user_id=None)


def costs(entry):
    """Actual and expected cost of an entry by the type of its values; zero sums are left out."""
    sums = {}
    for value in entry.value_entries.all():
        for suffix, amount in (("", value.cost_amount_actual), (" expected", value.cost_amount_expected)):
            name = value.entry_type + suffix
            sums[name] = sums.get(name, Decimal(0)) + amount
    return {name: str(amount.quantize(Decimal("0.01"))) for name, amount in sums.items() if amount}
