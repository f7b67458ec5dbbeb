"""Import and export on their pages: all of a file or nothing, shown first by the code that does it."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from config.base.models import ChangeLog, UserPreference
from costing.imports import KINDS
from costing.models import ValueEntry
from inventory.models import Count, Document, Item, ItemLedgerEntry, Location
from tests import factories

PURCHASE = "Document no.\tVendor\tOrder date\tItem no.\tLocation\tQuantity\tDirect unit cost\tReceipt date\n"
SALE = "Document no.\tCustomer\tOrder date\tItem no.\tLocation\tQuantity\tUnit price\tShipment date\n"
BALANCE = "Document no.\tPosting date\tItem no.\tLocation\tQuantity\tUnit cost\n"
COUNT = "Document no.\tPosting date\tItem no.\tLocation\tQuantity counted\n"
# What every request may write: sign-in, the request key, recent pages.
NOT_BOOKS = {"sessions.session", "base.requestkey", "base.userpreference", "axes.accesslog", "auth.user"}


@pytest.fixture
def enter(client, shop):
    """Sign in with the rights of several groups: enter("purchaser", "lead")."""

    def sign_in(*names):
        user = factories.user(names[0])
        for name in names[1:]:
            user.groups.add(*factories.user(name).groups.all())
        client.force_login(user)
        return client

    return sign_in


def bring(client, kind, text, **extra):
    return client.post(f"/import/{kind}/", {"text": text, "_request_key": f"{kind}{text}{extra}", **extra})


def rows_of_all_tables():
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if model._meta.label_lower not in NOT_BOOKS and model._meta.managed and not model._meta.proxy
    }


def text_of(answer):
    return " ".join(answer.content.decode().split())


def on_hand(item_no, location):
    entries = ItemLedgerEntry.objects.filter(item__no=item_no, location__code=location)
    return sum(entry.quantity for entry in entries)


class TestItems:
    HEAD = (
        "No.\tDescription\tInventory posting group\tGeneral product posting group\tBase unit of measure\t"
        "Item model group\tUnit price\n"
    )

    def row(self, no, price="10", group="DEFAULT"):
        model = Item.objects.get(no="CHAIR").item_model_group.code
        return f"{no}\t{no.title()}\t{group}\tDEFAULT\tPCS\t{model}\t{price}\n"

    def test_they_are_shown_and_made_with_their_origin(self, enter):
        client = enter("purchaser")
        text = self.HEAD + self.row("DESK") + self.row("STOOL", "12.5")

        before = rows_of_all_tables()
        shown = bring(client, "items", text, _preview="1")
        rehearsed = rows_of_all_tables()
        done = bring(client, "items", text)

        assert (shown.status_code, rehearsed) == (200, before)
        assert "2 rows: 2 documents or records imported, 0 passed over." in text_of(shown)
        assert done.status_code == 302
        assert Item.objects.get(no="STOOL").unit_price == Decimal("12.5")
        log = ChangeLog.objects.get(record_no="STOOL")
        assert (log.origin, log.user.username) == ("import", "purchaser")

    def test_one_refused_row_stops_all(self, enter):
        client = enter("purchaser")
        text = self.HEAD + self.row("DESK") + self.row("STOOL", group="NONE") + self.row("CHAIR") + self.row("DESK")
        before = rows_of_all_tables()

        answer = bring(client, "items", text)

        assert (answer.status_code, rows_of_all_tables()) == (422, before)
        page = text_of(answer)
        assert "Row 3, Inventory posting group: There is no inventory posting group “NONE”." in page
        assert "Row 4, No.: CHAIR exists already." in page
        assert "Row 5: DESK stands in line 2 already." in page
        assert "Row 2" not in page

    def test_what_is_there_is_passed_over_on_demand(self, enter):
        client = enter("purchaser")

        done = bring(client, "items", self.HEAD + self.row("DESK") + self.row("CHAIR", "1"), skip_existing="on")

        assert done.status_code == 302
        assert Item.objects.filter(no="DESK").exists()
        assert Item.objects.get(no="CHAIR").unit_price == 45

    def test_costs_are_no_columns_for_who_may_not_see_them(self, enter):
        client = enter("purchaser")

        answer = bring(client, "items", self.HEAD.replace("Unit price", "Standard cost") + self.row("DESK"))

        assert answer.status_code == 422
        assert "Unknown columns: Standard cost." in text_of(answer)
        assert not Item.objects.filter(no="DESK").exists()

    @pytest.mark.parametrize("text", ["", "No.\tDescription\n", "Colour\nred\n", '"\n', "No.\tNo.\nA\tB\n"])
    def test_what_is_no_table_is_refused(self, enter, text):
        before = Item.objects.count()

        assert bring(enter("purchaser"), "items", text).status_code == 422
        assert Item.objects.count() == before


class TestPrices:
    def test_they_change_with_an_entry_in_the_change_log(self, enter):
        factories.item("DESK", unit_price=Decimal("100"))
        client = enter("purchaser")

        bring(client, "prices", "Item no.\tUnit price\nCHAIR\t49.9\nDESK\t100\n")

        assert Item.objects.get(no="CHAIR").unit_price == Decimal("49.9")
        logged = ChangeLog.objects.filter(origin="import")
        assert [(log.record_no, log.changes["unit_price"]) for log in logged] == [("CHAIR", ["45", "49.9"])]

    def test_one_unknown_item_stops_all(self, enter):
        answer = bring(enter("purchaser"), "prices", "Item no.\tUnit price\nCHAIR\t49.9\nNOPE\t1\n")

        assert answer.status_code == 422
        assert "Row 3, Item no.: There is no item “NOPE”." in text_of(answer)
        assert Item.objects.get(no="CHAIR").unit_price == 45

    def test_numbers_are_those_of_the_users_region(self, enter):
        client = enter("purchaser")
        UserPreference.objects.update_or_create(user=factories.user("purchaser"), defaults={"region": "nb"})

        bring(client, "prices", "Item no.;Unit price\nCHAIR;1 049,90\n")

        assert Item.objects.get(no="CHAIR").unit_price == Decimal("1049.9")


class TestOrders:
    def test_an_order_is_made_and_received_where_the_rows_say_so(self, enter):
        client = enter("purchaser", "clerk")
        text = (
            PURCHASE
            + "P-1\tV1\t2026-03-02\tCHAIR\tOSLO\t5\t21\t2026-03-03\nP-2\tV1\t2026-03-02\tCHAIR\tOSLO\t2\t21\t\n"
        )

        shown = bring(client, "purchases", text, _preview="1")
        before = on_hand("CHAIR", "OSLO")
        bring(client, "purchases", text)

        assert len(shown.context["preview_tables"][1]["rows"]) == 1
        assert (before, on_hand("CHAIR", "OSLO")) == (6, 11)
        assert set(Document.objects.filter(no__startswith="P-").values_list("no", flat=True)) == {"P-1", "P-2"}

    def test_without_the_right_to_receive_there_is_no_such_column(self, enter):
        answer = bring(
            enter("purchaser"), "purchases", PURCHASE + "P-1\tV1\t2026-03-02\tCHAIR\tOSLO\t5\t21\t2026-03-03\n"
        )

        assert answer.status_code == 422
        assert "Unknown columns: Receipt date." in text_of(answer)

    def test_an_order_that_cannot_be_posted_takes_the_whole_file_with_it(self, enter):
        Item.objects.update(prevent_negative_inventory="prevented")
        client = enter("purchaser", "clerk")
        rows = (
            "S-1\tC1\t2026-03-02\tCHAIR\tOSLO\t5\t45\t2026-03-03\nS-2\tC1\t2026-03-02\tCHAIR\tOSLO\t2\t45\t2026-03-03\n"
        )
        before = rows_of_all_tables()

        answer = bring(client, "sales", SALE + rows)

        assert (answer.status_code, rows_of_all_tables()) == (422, before)
        assert "Row 3, Quantity:" in text_of(answer)
        assert "of CHAIR is missing" in text_of(answer)


class TestBalancesAndCounts:
    def test_opening_balances_are_posted_at_their_cost(self, enter):
        client = enter("controller", "lead")

        bring(client, "balances", BALANCE + "OPEN-1\t2026-03-01\tCHAIR\tBERGEN\t3\t19.5\n")

        opening = ValueEntry.objects.filter(item_ledger_entry__location__code="BERGEN")
        assert (on_hand("CHAIR", "BERGEN"), sum(entry.cost_amount_actual for entry in opening)) == (3, Decimal("58.5"))

    def test_balances_need_the_right_to_see_cost(self, enter):
        assert bring(enter("lead"), "balances", BALANCE).status_code == 403

    def test_counts_are_posted(self, enter):
        client = enter("lead")

        done = bring(client, "counts", COUNT + "CNT-9\t2026-03-03\tCHAIR\tOSLO\t4\n")

        assert (done.status_code, on_hand("CHAIR", "OSLO")) == (302, 4)
        assert Count.objects.get(no="CNT-9").status == "posted"

    def test_a_faulty_count_leaves_the_others_alone_too(self, enter):
        client = enter("lead")
        rows = "CNT-8\t2026-03-03\tCHAIR\tOSLO\t4\nCNT-9\t2026-03-03\tNOPE\tOSLO\t4\n"
        before = rows_of_all_tables()

        answer = bring(client, "counts", COUNT + rows)

        assert (answer.status_code, rows_of_all_tables()) == (422, before)

    def test_sent_twice_it_is_imported_once(self, enter):
        client = enter("controller", "lead")
        text = BALANCE + "OPEN-1\t2026-03-01\tCHAIR\tBERGEN\t3\t19.5\n"

        bring(client, "balances", text)
        bring(client, "balances", text)

        assert on_hand("CHAIR", "BERGEN") == 3


class TestFiles:
    def test_a_workbook_stays_for_the_import_after_its_preview(self, enter):
        client = enter("purchaser")
        book = openpyxl.Workbook()
        book.active.append(["item_no", "unit_price"])
        book.active.append(["CHAIR", 50.25])
        content = io.BytesIO()
        book.save(content)

        shown = client.post(
            "/import/prices/",
            {"file": SimpleUploadedFile("prices.xlsx", content.getvalue()), "text": "", "_preview": "1"},
        )
        bring(client, "prices", shown.context["form"]["text"].value())

        assert Item.objects.get(no="CHAIR").unit_price == Decimal("50.25")

    @pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"", b"\x00\x01\x02", "no,name\næ,ø\n".encode("utf-16")])
    @pytest.mark.parametrize("name", ["file.xlsx", "file.csv"])
    def test_one_that_cannot_be_read_is_refused(self, enter, name, content):
        answer = enter("purchaser").post(
            "/import/prices/", {"file": SimpleUploadedFile(name, content), "text": "", "_request_key": "x"}
        )

        assert answer.status_code == 422

    @pytest.mark.parametrize("region", ["en", "nb", "da"])
    def test_what_goes_out_comes_in_again(self, enter, region):
        client = enter("admin", "purchaser", "controller")
        UserPreference.objects.update_or_create(user=factories.user("admin"), defaults={"region": region})
        Item.objects.filter(no="CHAIR").update(description="=Chair", unit_price=Decimal("1234.567"), standard_cost=2)
        sent = client.get("/exports/items.csv").getvalue().decode("utf-8-sig")
        copied = sent.replace("CHAIR", "COPY")

        bring(client, "items", copied)

        copy = Item.objects.get(no="COPY")
        assert (copy.description, copy.unit_price, copy.standard_cost) == ("=Chair", Decimal("1234.567"), 2)

    def test_stock_goes_out_at_its_cost(self, enter):
        sent = enter("controller", "lead").get("/exports/balances.csv").getvalue().decode("utf-8-sig").splitlines()

        assert [line.split(",")[2:6] + line.split(",")[-1:] for line in sent[1:]] == [["CHAIR", "", "OSLO", "6", "20"]]

    @pytest.mark.parametrize("kind", [kind.name for kind in KINDS.values() if kind.export])
    def test_every_kind_has_both_files_with_its_columns(self, enter, kind):
        client = enter("admin", "purchaser", "controller", "lead", "clerk")
        heads = [column.name for column in KINDS[kind].columns]

        csv = client.get(f"/exports/{kind}.csv").getvalue().decode("utf-8-sig").splitlines()
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/exports/{kind}.xlsx").content))

        assert csv[0].split(",") == heads
        assert [cell.value for cell in book.worksheets[0][1]] == heads
        assert book.worksheets[0].max_row == len(csv)

    def test_costs_are_left_out_for_who_may_not_see_them(self, enter):
        sent = enter("purchaser").get("/exports/items.csv").getvalue().decode("utf-8-sig")

        assert "unit_price" in sent
        assert "unit_cost" not in sent

    def test_an_empty_file_has_heads_alone(self, enter):
        sent = enter("lead").get("/exports/journal_lines.csv?blank=1").getvalue().decode("utf-8-sig").splitlines()

        assert len(sent) == 1
        assert sent[0].startswith("document_no,posting_date,type")


class TestRights:
    @pytest.mark.parametrize(
        ("name", "kinds"),
        [
            ("clerk", None),
            ("lead", ["journal_lines", "counts"]),
            ("purchaser", ["items", "prices", "price-list", "vendors", "customers", "purchases", "sales"]),
            ("admin", ["locations"]),
            ("auditor", None),
        ],
    )
    def test_each_sees_what_he_may(self, enter, name, kinds):
        client = enter(name)
        page = client.get("/import/")
        status = {kind: client.get(f"/import/{kind}/").status_code for kind in KINDS}

        if kinds is None:
            assert page.status_code == 403
        else:
            assert [row["url"].split("/")[2] for row in page.context["kinds"]] == kinds
        assert [kind for kind, code in status.items() if code == 200] == (kinds or [])
        assert set(status.values()) <= {200, 403}

    def test_an_unknown_kind_is_not_found(self, enter):
        client = enter("admin")

        assert client.get("/import/planets/").status_code == 404
        assert client.get("/exports/planets.csv").status_code == 404
        assert Location.objects.filter(code="PLANETS").count() == 0
