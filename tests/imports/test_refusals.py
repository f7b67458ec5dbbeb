"""What an import refuses: by line, column and reason; and that nothing of it is written."""

from decimal import Decimal

import pytest

from config.base.errors import ErrorCode
from config.base.models import ChangeLog
from costing.imports import ImportOptions, UnreadableFile, import_file
from inventory.models import Customer, Document, Item, ItemLedgerEntry, Location, Vendor
from ledger.models import GLEntry

pytestmark = pytest.mark.django_db

ITEM_HEADER = "no,description,inventory_posting_group,gen_prod_posting_group,base_unit_of_measure,unit_cost\n"
SALE_HEADER = "document_no,customer_no,order_date,item_no,location,quantity,unit_price,ship_date,invoice_date\n"
PURCHASE_HEADER = "document_no,vendor_no,order_date,item_no,location,quantity,unit_cost,receive_date,invoice_date\n"
BALANCE_HEADER = "document_no,posting_date,item_no,location,quantity,unit_cost\n"


def named(result):
    return [(problem.line_no, problem.column) for problem in result.problems]


class TestItems:
    def test_are_made_with_the_default_model_group_a_sort_key_and_a_change_log(self, company, run):
        result = run("items", ITEM_HEADER + "ÅL,Ål fra Ørsta,RESALE,RETAIL,PCS,12.34567\n")

        item = Item.objects.get(no="ÅL")
        assert (result.done, result.problems) == (["ÅL"], [])
        assert (item.item_model_group.code, item.unit_cost, item.sort_key) == (
            "FIFO",
            Decimal("12.34567"),
            "zzzcl fra zzzbrsta",
        )
        logged = ChangeLog.objects.get(model_label="inventory.item", record_no="ÅL")
        assert (logged.action, logged.origin, logged.changes["unit_cost"]) == ("add", "import_data", [None, "12.34567"])

    def test_are_refused_by_line_and_column(self, company, run):
        result = run(
            "items",
            ITEM_HEADER
            + "A,Good,RESALE,RETAIL,PCS,1\n"
            + ",No number,RESALE,RETAIL,PCS,1\n"
            + "B,Unknown group,NONE,RETAIL,PCS,1\n"
            + "C,Too fine,RESALE,RETAIL,PCS,1.123456\n"
            + "D,Negative,RESALE,RETAIL,PCS,-1\n"
            + "E,A formula,RESALE,RETAIL,PCS,=1+1\n"
            + "F,No group,,RETAIL,PCS,1\n"
            + "CHAIR,There already,RESALE,RETAIL,PCS,1\n"
            + "A,Twice,RESALE,RETAIL,PCS,1\n"
            + "G" * 21
            + ",Long number,RESALE,RETAIL,PCS,10000000000000\n",
        )

        assert named(result) == [
            (3, "no"),
            (4, "inventory_posting_group"),
            (5, "unit_cost"),
            (6, "unit_cost"),
            (7, "unit_cost"),
            (8, "inventory_posting_group"),
            (9, "no"),
            (10, ""),
            (11, "no"),
            (11, "unit_cost"),
        ]
        assert result.done == []
        assert sorted(Item.objects.values_list("no", flat=True)) == ["CHAIR", "TABLE"]

    def test_of_another_region_are_read_as_written_there(self, company, run):
        run("items", ITEM_HEADER.replace(",", ";") + "A;Saks;RESALE;RETAIL;PCS;1 234,5\n", region="nb")

        assert Item.objects.get(no="A").unit_cost == Decimal("1234.5")

    def test_that_exist_are_passed_over_on_demand(self, company, run):
        result = run("items", ITEM_HEADER + "CHAIR,Chair,RESALE,RETAIL,PCS,1\n", skip_existing=True)

        assert (result.skipped, result.done, result.problems) == (["CHAIR"], [], [])

    def test_are_only_checked_in_a_dry_run(self, company, run):
        result = run("items", ITEM_HEADER + "A,Apple,RESALE,RETAIL,PCS,1\n", dry_run=True)

        assert result.done == ["A"]
        assert not Item.objects.filter(no="A").exists()

    def test_of_a_workbook_keep_exact_numbers_whatever_the_region(self, company, write_xlsx):
        path = write_xlsx([[*ITEM_HEADER.strip().split(",")], ["A", "Apple", "RESALE", "RETAIL", "PCS", 1.125]])

        import_file("items", path, ImportOptions(region="nb"))

        assert Item.objects.get(no="A").unit_cost == Decimal("1.125")


class TestFiles:
    def test_with_unknown_or_missing_columns_are_refused_as_a_whole(self, company, run):
        with pytest.raises(UnreadableFile, match=r"Unknown columns: colour\. Missing columns: customer_no") as refusal:
            run("sales", "document_no,colour\nX,red\n")

        assert refusal.value.code == ErrorCode.INVALID_INPUT

    def test_without_rows_do_nothing(self, company, run):
        assert run("items", ITEM_HEADER).as_json()["rows"] == 0


class TestPartnersAndPlaces:
    def test_are_made(self, company, run):
        run("locations", "code,name,in_transit\nTRUCK,On the way,yes\n")
        run("vendors", "no,name,gen_bus_posting_group,location\nV2,Øst AS,DOMESTIC,OSLO\n")
        run("customers", "no,name,country,gen_bus_posting_group\nC2,Kunde,Norway,EU\n")

        assert Location.objects.get(code="TRUCK").in_transit
        assert (Vendor.objects.get(no="V2").location.code, Vendor.objects.get(no="V2").sort_key) == (
            "OSLO",
            "zzzbst as",
        )
        assert Customer.objects.get(no="C2").gen_bus_posting_group.code == "EU"


class TestOrders:
    def test_without_dates_are_made_and_not_posted(self, company, run):
        result = run("purchases", PURCHASE_HEADER + "PO-1,V1,2026-01-05,CHAIR,OSLO,10,5,,\n")

        line = Document.objects.get(no="PO-1").lines.get()
        assert (result.done, result.posted) == (["PO-1"], [])
        assert (line.line_no, line.quantity, line.unit_amount, line.quantity_to_handle) == (10_000, 10, 5, 10)

    def test_with_dates_are_received_shipped_and_invoiced(self, company, run):
        bought = run("purchases", PURCHASE_HEADER + "PO-1,V1,2026-01-05,CHAIR,OSLO,10,5,2026-01-06,2026-01-20\n")
        sold = run("sales", SALE_HEADER + "SO-1,C1,2026-01-21,CHAIR,OSLO,4,9,2026-01-21,2026-01-21\n")

        assert [kind for kind, _no in bought.posted] == ["purchase_receipt", "purchase_invoice"]
        assert sorted(kind for kind, _no in sold.posted) == ["sales_invoice", "sales_shipment"]
        assert list(ItemLedgerEntry.objects.order_by("pk").values_list("quantity", "invoiced_quantity")) == [
            (10, 10),
            (-4, -4),
        ]

    def test_are_posted_line_by_line_on_the_dates_of_the_lines(self, company, run):
        result = run(
            "purchases",
            PURCHASE_HEADER
            + "PO-1,V1,2026-01-05,CHAIR,OSLO,10,5,2026-01-06,2026-01-20\n"
            + "PO-1,V1,2026-01-05,TABLE,OSLO,3,20,2026-01-08,2026-01-20\n"
            + "PO-1,V1,2026-01-05,TABLE,BERGEN,2,20,,\n",
        )

        assert [kind for kind, _no in result.posted] == ["purchase_receipt", "purchase_receipt", "purchase_invoice"]
        waiting = Document.objects.get(no="PO-1").lines.get(line_no=30_000)
        assert (waiting.quantity_handled, waiting.quantity_to_handle, waiting.quantity_to_invoice) == (0, 2, 2)

    def test_take_charges_that_are_shared_among_what_was_received(self, company, run):
        header = PURCHASE_HEADER.replace("item_no,", "item_no,item_charge,")

        result = run(
            "purchases",
            header
            + "PO-1,V1,2026-01-05,CHAIR,,OSLO,10,5,2026-01-06,2026-01-06\n"
            + "PO-1,V1,2026-01-05,TABLE,,OSLO,5,30,2026-01-06,2026-01-06\n"
            + "PO-1,V1,2026-01-05,,FREIGHT,,1,20,,2026-01-09\n",
        )

        assert result.problems == []
        chair, table = ItemLedgerEntry.objects.order_by("pk")
        assert sum(value.cost_amount_actual for value in chair.value_entries.all()) == 55
        assert sum(value.cost_amount_actual for value in table.value_entries.all()) == 165

    def test_are_refused_whole_and_others_are_done(self, company, run):
        result = run(
            "purchases",
            PURCHASE_HEADER
            + "PO-1,V1,2026-01-05,CHAIR,OSLO,10,5,2026-01-06,\n"
            + "PO-1,V1,2026-01-05,SOFA,OSLO,1,5,2026-01-06,\n"
            + "PO-2,V1,2026-01-05,CHAIR,OSLO,7,5,2026-01-06,\n",
        )

        assert named(result) == [(3, "item_no")]
        assert (result.done, result.refused) == (["PO-2"], ["PO-1"])
        assert list(Document.objects.values_list("no", flat=True)) == ["PO-2"]
        assert [entry.quantity for entry in ItemLedgerEntry.objects.all()] == [7]

    def test_name_every_fault(self, company, run):
        result = run(
            "purchases",
            PURCHASE_HEADER
            + "PO-1,V1,2026-01-05,CHAIR,OSLO,ten,5,2026-01-06,2026-01-02\n"
            + "PO-1,V9,2026-02-30,CHAIR,PARIS,0,5,yesterday,\n"
            + "PO-2,V1,2026-01-05,CHAIR,OSLO,1,5,,2026-01-02\n"
            + "PO-3,V1,2026-01-05,,OSLO,1,5,,\n",
        )

        assert set(named(result)) == {
            (2, "quantity"),
            (2, "invoice_date"),
            (3, "vendor_no"),
            (3, "order_date"),
            (3, "location"),
            (3, "quantity"),
            (3, "receive_date"),
            (4, "invoice_date"),
            (5, "item_no"),
        }
        assert not Document.objects.exists()

    def test_refused_by_a_posting_leave_nothing(self, company, run):
        run("balances", BALANCE_HEADER + "OPEN,2026-01-01,CHAIR,OSLO,10,5\n")
        Item.objects.filter(no="CHAIR").update(prevent_negative_inventory="prevented")

        result = run(
            "sales",
            SALE_HEADER
            + "SO-1,C1,2026-01-05,CHAIR,OSLO,3,9,2026-01-05,2026-01-05\n"
            + "SO-2,C1,2026-01-05,TABLE,OSLO,1,9,2026-01-05,2026-01-05\n"
            + "SO-2,C1,2026-01-05,CHAIR,OSLO,8,9,2026-01-06,2026-01-06\n"
            + "SO-3,C1,2026-01-05,CHAIR,OSLO,2,9,2026-01-05,2026-01-05\n",
        )

        [problem] = result.problems
        assert (problem.line_no, problem.column, problem.code) == (4, "quantity", ErrorCode.INSUFFICIENT_QUANTITY)
        assert (result.done, result.refused) == (["SO-1", "SO-3"], ["SO-2"])
        assert list(Document.objects.order_by("pk").values_list("no", flat=True)) == ["SO-1", "SO-3"]
        assert not ItemLedgerEntry.objects.filter(item__no="TABLE").exists()
        assert sum(entry.amount for entry in GLEntry.objects.all()) == 0

    def test_that_exist_are_refused(self, company, run):
        text = PURCHASE_HEADER + "PO-1,V1,2026-01-05,CHAIR,OSLO,10,5,,\n"
        run("purchases", text)

        assert named(run("purchases", text)) == [(2, "document_no")]
        assert run("purchases", text, skip_existing=True).skipped == ["PO-1"]


class TestJournalsAndCounts:
    JOURNAL = "document_no,posting_date,type,item_no,location,new_location,quantity,unit_cost\n"

    def test_are_posted_document_by_document(self, company, run):
        result = run(
            "journal_lines",
            self.JOURNAL
            + "J-1,2026-01-01,positive_adjmt,CHAIR,OSLO,,10,5\n"
            + "J-1,2026-01-01,Transfer,CHAIR,OSLO,BERGEN,4,\n"
            + "J-2,2026-01-02,negative_adjmt,CHAIR,BERGEN,,1,\n",
        )

        assert (result.done, result.problems) == (["J-1", "J-2"], [])
        quantities = ItemLedgerEntry.objects.order_by("pk").values_list("document_no", "quantity")
        assert list(quantities) == [("J-1", 10), ("J-1", -4), ("J-1", 4), ("J-2", -1)]

    def test_are_refused_by_line_and_column(self, company, run):
        result = run(
            "journal_lines",
            self.JOURNAL
            + "J-1,2026-01-01,gift,CHAIR,OSLO,,10,5\n"
            + "J-2,2026-01-01,transfer,CHAIR,OSLO,OSLO,4,\n"
            + "J-3,2026-01-01,positive_adjmt,CHAIR,OSLO,BERGEN,4,1\n"
            + "J-4,2026-01-01,negative_adjmt,CHAIR,OSLO,,4,1\n"
            + "J-5,2026-01-01,negative_adjmt,CHAIR,OSLO,,4,\n"
            + "J-5,2026-01-02,negative_adjmt,CHAIR,OSLO,,4,\n",
        )

        assert named(result) == [
            (2, "type"),
            (3, "new_location"),
            (4, "new_location"),
            (5, "unit_cost"),
            (7, "posting_date"),
        ]
        assert not ItemLedgerEntry.objects.exists()

    def test_balances_enter_as_positive_adjustments_once(self, company, run):
        text = BALANCE_HEADER + "OPEN,2026-01-01,CHAIR,OSLO,10,5\nOPEN,2026-01-01,TABLE,OSLO,2,7.5\n"

        assert run("balances", text).done == ["OPEN"]
        assert named(run("balances", text)) == [(2, "document_no")]
        entries = ItemLedgerEntry.objects.order_by("pk").values_list("entry_type", "reason_code__code", "quantity")
        assert list(entries) == [("positive_adjmt", "OPENING", 10), ("positive_adjmt", "OPENING", 2)]

    def test_counts_post_the_difference_from_the_books_of_their_day(self, company, run):
        run(
            "balances",
            BALANCE_HEADER + "O-1,2026-01-01,CHAIR,OSLO,10,5\n",
        )
        run("balances", BALANCE_HEADER + "O-2,2026-02-01,CHAIR,OSLO,3,5\n")
        header = "document_no,posting_date,item_no,location,quantity_counted\n"

        result = run("counts", header + "CNT,2026-01-31,CHAIR,OSLO,8\nCNT,2026-01-31,TABLE,OSLO,0\n")

        assert (result.done, result.problems) == (["CNT"], [])
        assert [entry.quantity for entry in ItemLedgerEntry.objects.filter(entry_type="negative_adjmt")] == [-2]
        twice = run("counts", header + "CN2,2026-01-31,CHAIR,OSLO,8\nCN2,2026-01-31,CHAIR,OSLO,0\n")
        assert named(twice) == [(3, "item_no")]
