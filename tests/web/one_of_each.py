"""A small company that has one of everything that an address can name: the shop, and what else pages are about.

    world = one_of_each()
    world.chair, world.of["lead"].journal_line

What belongs to a person (journal lines, batches, jobs, views) is there once for each of the demo's users.
"""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from config.base.models import Attachment, Job, JobState, SavedView
from costing import adjustment, closing, post_to_gl
from costing.enums import CloseKind
from costing.models import (
    AdjustmentRun,
    GLItemLedgerRelation,
    ImportRun,
    InventoryClose,
    InventoryPeriod,
    Mark,
    RevaluationJournalLine,
    StandardCostWorksheetLine,
    ValueEntry,
)
from costing.posting import transfers as transfer_posting
from inventory import charge_assignments, count_sheets, transfers
from inventory.enums import DocumentKind
from inventory.models import (
    ApplicationWorksheet,
    Barcode,
    Bin,
    BinContent,
    CatalogueItem,
    CategoryAttribute,
    ChargeAssignment,
    CountingPeriod,
    CountSheetLine,
    ItemApplicationEntry,
    ItemAttribute,
    ItemAttributeOption,
    ItemCategory,
    ItemCharge,
    ItemJournalLine,
    ItemLedgerEntry,
    ItemReference,
    ItemTemplate,
    ItemUnitOfMeasure,
    JournalBatch,
    Location,
    Lot,
    PostedDocument,
    PriceListLine,
    ResponsibilityCentre,
    ScanSession,
    StockkeepingUnit,
    TransferLine,
    TransferOrder,
    UnitOfMeasure,
    Variant,
)
from ledger.journals import post_general_journal
from ledger.models import AccountingPeriod, GeneralJournalLine, GLAccount, GLTransaction
from reconciliation import sign_off
from reconciliation.scopes import Scope
from tests import factories
from tests.web.costing_books import post

TODAY = date(2026, 3, 2)
MONTH_END = date(2026, 1, 31)
KIND_OF = {"lead": "counts", "admin": "locations"}  # what each of those who import may import
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(24)
OPEN = {
    "purchase_return": DocumentKind.PURCHASE_RETURN,
    "purchase_credit": DocumentKind.PURCHASE_CREDIT,
    "sales_return": DocumentKind.SALES_RETURN,
    "sales_credit": DocumentKind.SALES_CREDIT,
}


def one_of_each(shop):
    """Add to the shop of conftest what it lacks; returns it."""
    users = factories.users()
    shop.posted = lambda kind: PostedDocument.objects.filter(type=kind).earliest("pk")
    _settled_month(shop)
    _master_data(shop)
    _documents(shop, users["lead"])
    _postings(shop)
    _reconciliation(shop, users["controller"])
    shop.of = {name: _own(shop, user) for name, user in users.items()}
    return shop


def _settled_month(shop):
    """January of an item settled at close: a rehearsal, a close, a close that runs, a mark."""
    oslo = shop.locations["OSLO"]
    lamp = factories.item("LAMP", settle_at="close")
    for made in (
        factories.purchase_order(lamp, quantity="4", unit_cost="10", location=oslo),
        factories.sales_order(lamp, quantity="2", location=oslo),
    ):
        post(made, on=date(2026, 1, 5))
    desk = factories.item("DESK", settle_at="close", unit_cost=Decimal(8))
    post(factories.sales_order(desk, quantity="3", location=oslo), on=date(2026, 1, 6))
    shop.january = InventoryPeriod.objects.create(ending_date=MONTH_END, name="January")
    for rehearsal in (True, False):
        closing.close_inventory(closing.Options(on=MONTH_END, kind=CloseKind.CLOSE, rehearsal=rehearsal))
    shop.rehearsal, shop.close = InventoryClose.objects.order_by("pk")
    shop.running = InventoryClose.objects.create(
        closing_date=date(2026, 2, 28), state="running", created_at=timezone.now()
    )
    shop.february = InventoryPeriod.objects.create(ending_date=date(2026, 2, 28), name="February")
    issue, receipt = (ItemLedgerEntry.objects.get(item=lamp, entry_type=kind) for kind in ("sale", "purchase"))
    shop.mark = Mark.objects.create(issue=issue, receipt=receipt, quantity=Decimal(1), created_at=timezone.now())


def _master_data(shop):
    chair, oslo = shop.chair, shop.locations["OSLO"]
    shop.category = ItemCategory.objects.create(code="SEATS", name="Seats")
    shop.attribute = ItemAttribute.objects.create(code="COLOUR", name="Colour", value_type="option")
    shop.option = ItemAttributeOption.objects.create(attribute=shop.attribute, name="Oak")
    shop.handed_down = CategoryAttribute.objects.create(
        category=shop.category, attribute=shop.attribute, option=shop.option
    )
    shop.box = UnitOfMeasure.objects.create(code="BOX", name="Box")
    shop.chair_box = ItemUnitOfMeasure.objects.create(item=chair, unit_of_measure=shop.box, quantity_per=Decimal(4))
    shop.variant = Variant.objects.create(item=chair, code="RED")
    shop.barcode = Barcode.objects.create(item=chair, code="7041234567892")
    shop.reference = ItemReference.objects.create(item=chair, vendor=shop.vendor, reference_no="X-1")
    shop.sku = StockkeepingUnit.objects.create(item=chair, location=oslo)
    shop.template = ItemTemplate.objects.create(
        code="GOODS",
        item_model_group=chair.item_model_group,
        gen_prod_posting_group=chair.gen_prod_posting_group,
        inventory_posting_group=chair.inventory_posting_group,
        base_unit_of_measure=chair.base_unit_of_measure,
    )
    shop.article = CatalogueItem.objects.create(vendor=shop.vendor, vendor_item_no="A-1", description="Stool")
    shop.sales_price = PriceListLine.objects.create(side="sales", item=chair, unit_amount=Decimal(40))
    shop.purchase_price = PriceListLine.objects.create(side="purchase", item=chair, unit_amount=Decimal(19))
    shop.bin = Bin.objects.create(location=oslo, code="A1")
    BinContent.objects.create(bin=shop.bin, item=chair, quantity=Decimal(1))
    shop.centre = ResponsibilityCentre.objects.create(code="NORTH", name="North")
    shop.lot = Lot.objects.create(item=chair, lot_no="L-1")
    shop.counting_period = CountingPeriod.objects.create(code="YEAR", times_per_year=1)


def _documents(shop, lead):
    shop.charge = factories.document_line(
        shop.purchase, item_charge=ItemCharge.objects.get(code="FREIGHT"), quantity="1", unit_amount=Decimal(30)
    )
    for name, kind in OPEN.items():
        setattr(shop, name, _document(shop, kind))
        if name.endswith("return"):
            post(_document(shop, kind))
    charge_assignments.assign_document(shop.charge, shop.posted("purchase_receipt"), split="quantity")
    shop.assignment = ChargeAssignment.objects.get(document_line=shop.charge)
    shop.sheet = count_sheets.make_sheets(count_id=shop.count.pk, person_ids=[lead.pk])[0]
    shop.sheet_line = CountSheetLine.objects.filter(sheet=shop.sheet).first()
    shop.scan = ScanSession.objects.create(task="receive", document_no=shop.purchase.no, user=lead)
    shop.ended_scan = ScanSession.objects.create(
        task="ship", document_no=shop.sale.no, user=lead, ended_at=timezone.now(), result={}
    )
    shop.vendor_file = Attachment.objects.create(
        model_label="inventory.vendor",
        record_no=shop.vendor.no,
        file=ContentFile(PICTURE, "vendor.png"),
        name="vendor.png",
        author=lead,
    )
    shop.attachment = Attachment.objects.create(
        model_label="inventory.item",
        record_no=shop.chair.no,
        file=ContentFile(PICTURE, "chair.png"),
        name="chair.png",
        author=lead,
    )


def _document(shop, kind):
    partner = {"vendor": shop.vendor} if kind.is_purchase else {"customer": shop.customer}
    made = factories.document(kind=kind, **partner)
    factories.document_line(made, item=shop.chair, quantity="1", location=shop.locations["OSLO"])
    return made


def _transfer(shop, **fields):
    places = {"from_location": shop.locations["OSLO"], "to_location": shop.locations["BERGEN"]}
    order = TransferOrder(**places, order_date=TODAY, **fields)
    made = transfers.create_transfer_order(order, user_id=None)
    line = TransferLine(order=made, item=shop.chair, quantity=Decimal(1))
    transfers.save_transfer_line(line)
    return made


def _postings(shop):
    transfer_posting.post_direct_transfer(transfer_order_id=_transfer(shop).pk, posting_date=TODAY, user_id=None)
    road = Location.objects.create(code="ROAD", in_transit=True)
    factories.complete_posting_setup()
    shipped = {
        "transfer_order_id": _transfer(shop, in_transit_location=road).pk,
        "posting_date": TODAY,
        "user_id": None,
    }
    transfer_posting.ship_transfer_order(**shipped)
    transfer_posting.receive_transfer_order(**shipped)
    shop.entry = ItemLedgerEntry.objects.filter(item=shop.chair, entry_type="purchase").first()
    shop.issue = ItemLedgerEntry.objects.filter(item=shop.chair, entry_type="sale").first()
    shop.value = ValueEntry.objects.filter(item_ledger_entry=shop.entry).first()
    adjustment.adjust_cost(today=TODAY, preview=True)
    adjustment.adjust_cost(today=TODAY)
    shop.run = AdjustmentRun.objects.filter(preview=False, items__isnull=False).latest("pk")
    shop.plan = AdjustmentRun.objects.filter(preview=True).latest("pk")
    posted = post_to_gl.post_inventory_cost(through=None, today=TODAY)
    shop.gl_run_id = posted.run_id
    shop.gl_entry = GLItemLedgerRelation.objects.order_by("pk").first().gl_entry
    shop.year = AccountingPeriod.objects.order_by("pk").first()
    shop.application = ItemApplicationEntry.objects.filter(outbound_item_entry=shop.issue).first()
    shop.worksheet_line = StandardCostWorksheetLine.objects.create(
        item=factories.item("PUMP", method="standard"), standard_cost=Decimal(10), new_standard_cost=Decimal(12)
    )
    shop.close_job = Job.objects.create(
        kind="close_inventory", title="Close", state=JobState.DONE, finished_at=timezone.now()
    )


def _reconciliation(shop, controller):
    pump = shop.worksheet_line.item
    shop.unapplied = ApplicationWorksheet.objects.create(
        item=pump, user=controller, register=shop.entry.register, opened_at=timezone.now()
    )
    rent = GLAccount.objects.create(no="6300", name="Rent", direct_posting=True)
    bank = GLAccount.objects.create(no="1920", name="Bank", direct_posting=True)
    common = {"owner": controller, "posting_date": TODAY, "description": "Rent"}
    lines = [
        GeneralJournalLine(line_no=line_no, gl_account=account, amount=Decimal(amount), **common)
        for line_no, account, amount in ((1, rent, 100), (2, bank, -100))
    ]
    shop.voucher_id = GLTransaction.objects.order_by("pk").last().pk
    post_general_journal(lines=lines, user_id=controller.pk)
    shop.manual_voucher = GLTransaction.objects.order_by("pk").last()
    shop.rent = rent
    shop.snapshot = sign_off.sign(Scope(), filters={}, note="", user_id=controller.pk)


def _own(shop, user):
    """What the pages of one user's own things are about."""
    oslo, bergen = shop.locations["OSLO"], shop.locations["BERGEN"]
    own = SimpleNamespace(user=user)
    for moves, name, kind in ((False, "adjustment", "positive_adjmt"), (True, "reclassification", "transfer")):
        batch = JournalBatch.objects.create(owner=user, moves=moves, code="FIRST")
        common = {"owner": user, "kind": kind, "posting_date": TODAY, "item": shop.chair, "quantity": Decimal(1)}
        places = {"location": oslo, "new_location": bergen if moves else None}
        for line_no, inside in ((1 + moves * 10, None), (2 + moves * 10, batch)):
            line = ItemJournalLine.objects.create(line_no=line_no, batch=inside, **common, **places)
            setattr(own, f"{name}_batch_line" if inside else f"{name}_line", line)
    own.revaluation_line = RevaluationJournalLine.objects.create(
        owner=user, line_no=1, posting_date=TODAY, item=shop.chair, quantity=Decimal(1)
    )
    own.general_line = GeneralJournalLine.objects.create(
        owner=user, line_no=1, posting_date=TODAY, gl_account=shop.rent, amount=Decimal(1)
    )
    done = {"state": JobState.DONE, "finished_at": timezone.now()}
    own.job = Job.objects.create(kind="test", title="Test", requested_by=user, **done)
    file = default_storage.save(f"exports/{user.pk}.csv", ContentFile(b"no"))
    own.exported = Job.objects.create(
        kind="export", title="Export", requested_by=user, result={"file": file, "name": "items.csv"}, **done
    )
    kind = KIND_OF.get(user.username, "items")
    own.rehearsed = ImportRun.objects.create(kind=kind, user=user, rehearsal=True, state="rehearsed", content="x")
    own.view = SavedView.objects.create(owner=user, list_name="inventory:item_list", name="Mine")
    return own
