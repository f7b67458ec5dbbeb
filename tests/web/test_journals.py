"""Journals in batches, standard journals, and rows that come from a spreadsheet: all of them or none."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.base.models import ChangeLog, ReasonCode, UserPreference
from inventory.models import ItemJournalLine, ItemLedgerEntry, JournalBatch, StandardJournal
from tests import factories

ADJUSTMENT = "/journals/adjustment/"
MOVES = "/journals/reclassification/"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
HEADS = "Posting date\tType\tItem\tLocation\tQuantity\n"


@pytest.fixture
def lead(client, shop, sign_in):
    sign_in("lead")
    return client


def lines(**only):
    found = ItemJournalLine.objects.filter(**only).order_by("line_no")
    return [(line.kind, line.item.no, str(line.location), line.quantity.normalize()) for line in found]


def text_of(answer):
    return " ".join(answer.content.decode().split())


def add(client, base=ADJUSTMENT, **fields):
    row = {"posting_date": "2026-03-03", "kind": "negative_adjmt", "item": "CHAIR", "location": "OSLO", "quantity": "1"}
    return client.post(f"{base}lines/", row | fields, **FRAGMENT)


class TestPastedRows:
    def paste(self, client, text, base=ADJUSTMENT, **extra):
        return client.post(f"{base}paste/", {"text": text, "_request_key": text, **extra})

    def test_they_are_shown_and_then_added(self, lead):
        text = HEADS + "2026-03-03\tNegative adjustment\tCHAIR\tOSLO\t2\n03.03.2026\t+\tCHAIR\tBERGEN\t6\n"

        shown = self.paste(lead, text, _preview="1")
        before = ItemJournalLine.objects.count()
        added = self.paste(lead, text)

        assert (shown.status_code, before) == (200, 0)
        assert len(shown.context["preview_tables"][0]["rows"]) == 2
        assert "2 lines would be added." in text_of(shown)
        assert (added.status_code, added.url) == (302, ADJUSTMENT)
        assert lines() == [("negative_adjmt", "CHAIR", "OSLO", 2), ("positive_adjmt", "CHAIR", "BERGEN", 6)]

    def test_without_heads_the_columns_stand_as_in_the_grid(self, lead):
        self.paste(lead, "2026-03-03\t\tCHAIR\tOSLO\t-4\n")

        assert lines() == [("negative_adjmt", "CHAIR", "OSLO", 4)]

    def test_heads_of_another_language_in_another_order(self, lead):
        self.paste(lead, "Antall;Varenr;Lokasjon;Dato\n3;CHAIR;OSLO;3.3.2026\n")

        assert lines() == [("positive_adjmt", "CHAIR", "OSLO", 3)]
        assert ItemJournalLine.objects.get().posting_date == date(2026, 3, 3)

    def test_numbers_are_read_as_the_region_of_the_user_writes_them(self, lead):
        UserPreference.objects.update_or_create(user=factories.user("lead"), defaults={"region": "nb"})

        self.paste(lead, HEADS + "2026-03-03\t+\tCHAIR\tOSLO\t1 234,5\n")

        assert lines() == [("positive_adjmt", "CHAIR", "OSLO", Decimal("1234.5"))]

    def test_every_faulty_row_is_named_and_nothing_is_added(self, lead):
        factories.item("DESK", blocked=True)
        rows = [
            "2026-03-03\t+\tCHAIR\tOSLO\t1",
            "2026-03-03\t+\tNOPE\tOSLO\t1",
            "2026-03-03\tsideways\tCHAIR\tOSLO\t1",
            "2026-02-30\t+\tCHAIR\tOSLO\tmany",
            "2026-03-03\t+\tDESK\tOSLO\t1",
            "2026-03-03\t+\tCHAIR\tOSLO\t1\tsurplus\t\t\t\t\tsurplus",
            "2026-03-03\t-\tCHAIR\tOSLO\t-1",
        ]

        answer = self.paste(lead, HEADS + "\n".join(rows))

        page = text_of(answer)
        assert (answer.status_code, ItemJournalLine.objects.count()) == (422, 0)
        assert "Row 3: There is no item “NOPE”." in page
        assert "Row 4: “sideways” is none of the types" in page
        assert "Row 5: “2026-02-30” is not a date of the calendar." in page
        assert "Row 5: “many” is not a number." in page
        assert "Row 6: Item DESK is blocked." in page
        assert "stands right of the last column" in page
        assert "Row 8: The quantity must be more than 0." in page
        assert "Row 2:" not in page

    def test_an_unknown_head_is_no_column_that_is_dropped(self, lead):
        answer = self.paste(lead, "Item\tQuantity\tColour\nCHAIR\t1\tred\n")

        assert (answer.status_code, ItemJournalLine.objects.count()) == (422, 0)
        assert "Unknown columns: Colour." in text_of(answer)

    @pytest.mark.parametrize("text", ["", "   \n\n", HEADS, '"open\tCHAIR'])
    def test_what_is_no_table_is_refused(self, lead, text):
        assert self.paste(lead, text).status_code == 422
        assert ItemJournalLine.objects.count() == 0

    def test_unit_costs_are_for_those_who_see_cost(self, client, lead, sign_in):
        costed = "Item\tQuantity\tUnit cost\nCHAIR\t1\t12.5\n"

        refused = self.paste(lead, costed)
        controller = factories.user("controller")
        controller.groups.add(*factories.user("lead").groups.all())
        client.force_login(controller)
        self.paste(client, costed)

        assert refused.status_code == 422
        assert ItemJournalLine.objects.get().unit_cost == Decimal("12.5")

    def test_a_workbook_is_read_and_stays_in_the_box(self, lead):
        book = openpyxl.Workbook()
        for row in (["Item", "Location", "Quantity", "Date"], ["CHAIR", "OSLO", 1.5, date(2026, 3, 4)]):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        upload = SimpleUploadedFile("lines.xlsx", content.getvalue())

        shown = lead.post(f"{ADJUSTMENT}paste/", {"file": upload, "text": "", "_preview": "1"})
        self.paste(lead, shown.context["form"]["text"].value())

        assert lines() == [("positive_adjmt", "CHAIR", "OSLO", Decimal("1.5"))]
        assert ItemJournalLine.objects.get().posting_date == date(2026, 3, 4)

    def test_moves_have_two_locations(self, lead):
        head = "Item\tLocation\tNew location\tQuantity\n"

        refused = self.paste(lead, head + "CHAIR\tOSLO\tOSLO\t1\n", base=MOVES)
        self.paste(lead, head + "CHAIR\tOSLO\tBERGEN\t1\n", base=MOVES)

        assert "Row 2: Location and new location are the same." in text_of(refused)
        assert [line.new_location.code for line in ItemJournalLine.objects.all()] == ["BERGEN"]

    def test_goods_do_not_stand_on_the_road(self, lead):
        factories.location("ROAD", in_transit=True)

        answer = self.paste(lead, HEADS + "2026-03-03\t+\tCHAIR\tROAD\t1\n")

        assert answer.status_code == 422
        assert "ROAD is for goods in transit" in text_of(answer)

    def test_sent_twice_they_are_added_once(self, lead):
        text = HEADS + "2026-03-03\t+\tCHAIR\tOSLO\t1\n"

        self.paste(lead, text)
        self.paste(lead, text)

        assert len(lines()) == 1

    @pytest.mark.parametrize("page", ["paste", "get", "save", "new-batch"])
    def test_a_clerk_may_not(self, client, shop, sign_in, page):
        sign_in("clerk")

        assert client.get(f"{ADJUSTMENT}{page}/").status_code == 403
        assert client.get(f"{MOVES}{page}/").status_code == 403


class TestBatches:
    def make(self, client, code="JULY", base=ADJUSTMENT):
        return client.post(f"{base}new-batch/", {"code": code, "description": "", "_request_key": f"new {code}"})

    def test_each_is_filled_and_posted_by_itself(self, lead):
        made = self.make(lead)
        batch = f"{ADJUSTMENT}batch/JULY/"
        add(lead, quantity="2")
        add(lead, base=batch, quantity="3")

        posted = lead.post(f"{batch}post/", {"_request_key": "a"})

        moved = ItemLedgerEntry.objects.filter(entry_type="negative_adjmt").values_list("quantity", flat=True)
        assert (made.url, posted.status_code, posted.url) == (batch, 302, batch)
        assert (list(moved), lines()) == ([-3], [("negative_adjmt", "CHAIR", "OSLO", 2)])

    def test_tabs_name_the_batches_with_their_lines(self, lead):
        self.make(lead)
        add(lead, base=f"{ADJUSTMENT}batch/JULY/")

        page = lead.get(ADJUSTMENT)

        assert [(tab["label"], tab["count"], tab["current"]) for tab in page.context["batches"]] == [
            ("Without batch", 0, True),
            ("JULY", 1, False),
        ]

    def test_they_are_ones_own(self, client, lead):
        self.make(lead)
        other = factories.user("controller")
        other.groups.add(*factories.user("lead").groups.all())
        client.force_login(other)

        answers = [
            client.get(f"{ADJUSTMENT}batch/JULY/"),
            client.post(f"{ADJUSTMENT}batch/JULY/post/", {"_request_key": "x"}),
            client.post(f"{ADJUSTMENT}batch/JULY/delete/", {"_request_key": "y"}),
            client.get(f"{MOVES}batch/JULY/"),
        ]

        assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
        assert JournalBatch.objects.count() == 1

    def test_the_same_name_twice_is_refused(self, lead):
        self.make(lead)
        again = lead.post(f"{ADJUSTMENT}new-batch/", {"code": "JULY", "_request_key": "again"})
        slash = lead.post(f"{ADJUSTMENT}new-batch/", {"code": "A/B", "_request_key": "slash"})

        assert (again.status_code, slash.status_code, JournalBatch.objects.count()) == (422, 422, 1)

    def test_a_batch_goes_with_its_lines(self, lead):
        self.make(lead)
        add(lead)
        add(lead, base=f"{ADJUSTMENT}batch/JULY/")

        lead.post(f"{ADJUSTMENT}batch/JULY/delete/", {"_request_key": "d"})

        assert (JournalBatch.objects.count(), len(lines())) == (0, 1)

    def test_rows_are_pasted_into_the_batch_of_the_link(self, lead):
        self.make(lead)

        lead.post(f"{ADJUSTMENT}batch/JULY/paste/", {"text": "Item\tQuantity\nCHAIR\t1\n", "_request_key": "p"})

        assert ItemJournalLine.objects.get().batch.code == "JULY"


class TestStandardJournals:
    def save(self, client, key="s", **fields):
        return client.post(f"{ADJUSTMENT}save/", {"code": "WASTE", "description": "", "_request_key": key, **fields})

    def get(self, client, **fields):
        data = {"standard": "WASTE", "posting_date": "2026-04-30", "_request_key": "g"}
        return client.post(f"{ADJUSTMENT}get/", data | fields)

    def test_lines_are_kept_and_come_back_on_another_day(self, lead):
        reason = ReasonCode.objects.create(code="BROKEN")
        add(lead, quantity="2", reason_code="BROKEN")

        saved = self.save(lead)
        ItemJournalLine.objects.all().delete()
        got = self.get(lead)

        line = ItemJournalLine.objects.get()
        assert (saved.status_code, got.status_code) == (302, 302)
        assert (line.kind, line.quantity, line.posting_date) == ("negative_adjmt", 2, date(2026, 4, 30))
        assert (line.reason_code, line.owner.username) == (reason, "lead")
        assert StandardJournal.objects.get().lines.count() == 1
        assert ChangeLog.objects.get(record_no="WASTE").user.username == "lead"

    def test_a_name_that_is_taken_is_replaced_on_demand_only(self, lead):
        add(lead, quantity="2")
        self.save(lead)
        add(lead, quantity="5")

        refused = self.save(lead, key="t")
        before = StandardJournal.objects.get().lines.count()
        replaced = self.save(lead, key="u", replace="on")

        assert (refused.status_code, before) == (422, 1)
        assert (replaced.status_code, StandardJournal.objects.get().lines.count()) == (302, 2)

    def test_an_empty_journal_is_not_kept(self, lead):
        assert self.save(lead).status_code == 422
        assert StandardJournal.objects.count() == 0

    def test_a_line_that_cannot_be_used_any_more_stops_all(self, lead, shop):
        factories.item("DESK")
        add(lead)
        add(lead, item="DESK")
        self.save(lead)
        ItemJournalLine.objects.all().delete()
        type(shop.chair).objects.filter(no="DESK").update(blocked=True)

        answer = self.get(lead)

        assert (answer.status_code, ItemJournalLine.objects.count()) == (422, 0)
        assert "Item DESK is blocked" in text_of(answer)

    def test_one_of_the_other_journal_is_unknown(self, lead):
        add(lead)
        self.save(lead)

        answer = lead.post(f"{MOVES}get/", {"standard": "WASTE", "posting_date": "2026-04-30", "_request_key": "m"})

        assert (answer.status_code, ItemJournalLine.objects.count()) == (422, 1)

    def test_costs_are_kept_and_given_only_to_those_who_see_them(self, client, lead):
        controller = factories.user("controller")
        controller.groups.add(*factories.user("lead").groups.all())
        client.force_login(controller)
        add(client, kind="positive_adjmt", unit_cost="7.5")
        self.save(client, keep_cost="on")
        self.get(client)
        client.force_login(factories.user("lead"))
        self.get(client)

        costs = ItemJournalLine.objects.order_by("pk").values_list("owner__username", "unit_cost")
        assert list(costs) == [("controller", Decimal("7.5")), ("controller", Decimal("7.5")), ("lead", None)]
