"""Counts and their sheets: who counts what, what moved meanwhile, who counts again, what is posted."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from config.base.errors import DomainError
from costing.posting import journals
from inventory import count_figures, count_sheets, counts
from inventory.models import (
    Bin,
    BinContent,
    Count,
    CountLine,
    CountSheet,
    CountSheetLine,
    ItemJournalLine,
    ItemLedgerEntry,
    PhysicalInventoryLedgerEntry,
)
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def books():
    """10 chairs, 20 tables and 30 lamps at OSLO; shelves A, B and C; four people."""
    shop = factories.company(locations=["OSLO", "BERGEN"])
    shop.oslo = shop.locations["OSLO"]
    shop.goods = {}
    for no, shelf, quantity in (("CHAIR", "A", "10"), ("TABLE", "B", "20"), ("LAMP", "C", "30")):
        shop.goods[no] = factories.item(no, shelf_no=shelf)
        move(shop.goods[no], quantity, shop.oslo, unit_cost="5")
    shop.clerk, shop.lead, shop.controller = (factories.user(name) for name in ("clerk", "lead", "controller"))
    shop.second = factories.user("admin")
    return shop


def move(item, quantity, location, *, unit_cost=None):
    amount = Decimal(quantity)
    line = ItemJournalLine(
        line_no=10000,
        kind="positive_adjmt" if amount > 0 else "negative_adjmt",
        posting_date=TODAY,
        item=item,
        location=location,
        quantity=abs(amount),
        unit_cost=Decimal(unit_cost) if unit_cost else None,
    )
    journals.post_item_journal(lines=[line], user_id=None)


def make_count(books, **fields):
    return counts.create_count(Count(posting_date=TODAY, location=books.oslo, **fields), user_id=books.lead.pk)


def line_of(count, no):
    return CountLine.objects.get(count=count, item__no=no)


def row_of(sheet, no):
    return CountSheetLine.objects.get(sheet=sheet, count_line__item__no=no)


def on_hand(no):
    return ItemLedgerEntry.objects.filter(item__no=no).aggregate(total=Sum("quantity"))["total"]


def found(count, no):
    lines = count_figures.with_difference(count.lines.all(), count)
    return lines.get(item__no=no)


class TestWhatMovedMeanwhile:
    def test_goods_that_left_before_the_line_was_counted_are_not_missed(self, books):
        count = make_count(books)
        move(books.goods["CHAIR"], "-3", books.oslo)
        counts.record(line_of(count, "CHAIR"), quantity=Decimal(6), user_id=books.clerk.pk)
        move(books.goods["CHAIR"], "5", books.oslo, unit_cost="5")
        for no, quantity in (("TABLE", 20), ("LAMP", 30)):
            counts.record(line_of(count, no), quantity=Decimal(quantity), user_id=books.clerk.pk)

        chair = found(count, "CHAIR")
        journals.post_count(count_id=count.pk, user_id=books.lead.pk)

        entry = PhysicalInventoryLedgerEntry.objects.get(item__no="CHAIR")
        assert (chair.quantity_calculated, chair.moved, chair.expected, chair.difference) == (10, -3, 7, -1)
        assert (entry.quantity_calculated, entry.quantity_counted, entry.item_ledger_entry.quantity) == (7, 6, -1)
        assert on_hand("CHAIR") == 10 - 3 + 5 - 1

    def test_nothing_is_posted_where_only_the_movement_makes_the_difference(self, books):
        count = make_count(books)
        move(books.goods["TABLE"], "-4", books.oslo)
        for no, quantity in (("CHAIR", 10), ("TABLE", 16), ("LAMP", 30)):
            counts.record(line_of(count, no), quantity=Decimal(quantity), user_id=books.clerk.pk)

        result = journals.post_count(count_id=count.pk, user_id=books.lead.pk)

        assert result.item_ledger_entry_ids == ()
        assert on_hand("TABLE") == 16

    def test_the_figure_drills_to_the_entries_that_moved(self, books, client):
        count = make_count(books)
        move(books.goods["CHAIR"], "-3", books.oslo)
        move(books.goods["CHAIR"], "1", books.oslo, unit_cost="5")
        counts.record(line_of(count, "CHAIR"), quantity=Decimal(8), user_id=books.clerk.pk)
        move(books.goods["CHAIR"], "7", books.oslo, unit_cost="5")
        client.force_login(books.lead)

        moved = client.get("/ledger/items/", {"count_moved": line_of(count, "CHAIR").pk})
        read = client.get("/ledger/items/", {"count_books": line_of(count, "CHAIR").pk})

        assert moved.context["view"].totals_found.sums["quantity"] == -2
        assert read.context["view"].totals_found.sums["quantity"] == 10

    def test_finishing_fixes_what_moved(self, books):
        count = make_count(books)
        move(books.goods["CHAIR"], "-3", books.oslo)
        for no, quantity in (("CHAIR", 7), ("TABLE", 20), ("LAMP", 29)):
            counts.record(line_of(count, no), quantity=Decimal(quantity), user_id=books.clerk.pk)

        counts.finish(count_id=count.pk)

        count.refresh_from_db()
        assert (count.status, line_of(count, "CHAIR").quantity_moved) == ("finished", -3)
        with pytest.raises(DomainError, match="is finished"):
            counts.record(line_of(count, "LAMP"), quantity=Decimal(30), user_id=books.clerk.pk)
        counts.reopen(count_id=count.pk)
        assert line_of(count, "CHAIR").quantity_moved == 0

    def test_goods_in_transit_and_blocked_items_are_not_counted(self, books):
        road = factories.location("ROAD", in_transit=True)
        move(books.goods["CHAIR"], "2", road, unit_cost="5")
        books.goods["LAMP"].blocked = True
        books.goods["LAMP"].save()

        count = counts.create_count(Count(posting_date=TODAY), user_id=None)

        assert sorted(count.lines.values_list("item__no", "location__code")) == [("CHAIR", "OSLO"), ("TABLE", "OSLO")]

    def test_the_journal_way_starts_from_the_books(self, books, client):
        move(books.goods["LAMP"], "-30", books.oslo)
        client.force_login(books.lead)

        client.post(
            "/counts/new/", {"posting_date": "2026-03-02", "location": "OSLO", "with_zero": "on", "prefilled": "on"}
        )
        count = Count.objects.get()
        counts.record(line_of(count, "TABLE"), quantity=Decimal(19), user_id=books.lead.pk)
        client.post(f"/counts/{count.no}/post/", {"_request_key": "a"})

        assert list(count.lines.order_by("line_no").values_list("item__no", "quantity_counted")) == [
            ("CHAIR", 10),
            ("LAMP", 0),
            ("TABLE", 19),
        ]
        assert [on_hand(no) for no in ("CHAIR", "LAMP", "TABLE")] == [10, 0, 19]


class TestSheets:
    def test_lines_are_dealt_evenly_along_the_shelves(self, books, client):
        count = make_count(books)
        client.force_login(books.lead)

        answer = client.post(
            f"/counts/{count.no}/sheets/", {"persons": [books.clerk.pk, books.lead.pk], "_request_key": "a"}
        )

        assert answer.status_code == 302
        dealt = [
            (
                sheet.no,
                sheet.person.username,
                list(sheet.lines.order_by("pk").values_list("count_line__item__no", flat=True)),
            )
            for sheet in CountSheet.objects.order_by("no")
        ]
        assert dealt == [(1, "clerk", ["CHAIR", "TABLE"]), (2, "lead", ["LAMP"])]

    def test_nobody_is_offered_who_may_not_count(self, books, client):
        count = make_count(books)
        client.force_login(books.lead)

        answer = client.post(f"/counts/{count.no}/sheets/", {"persons": [books.controller.pk], "_request_key": "a"})

        assert answer.status_code == 422
        assert not CountSheet.objects.exists()

    def test_a_sheet_says_nothing_of_the_books(self, books, client):
        count = make_count(books)
        CountLine.objects.filter(item__no="CHAIR").update(quantity_calculated=Decimal("7341"))
        [sheet] = count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])

        for user in (books.clerk, books.lead):
            client.force_login(user)
            for url in (f"/counts/{count.no}/sheets/1/", f"/counts/{count.no}/sheets/1/print/"):
                page = client.get(url).content.decode()
                assert "CHAIR" in page
                assert "7341" not in page.replace(",", "")
                assert "By the books" not in page
        client.force_login(books.clerk)
        assert "7341" not in client.get(f"/counts/{count.no}/").content.decode().replace(",", "")
        assert sheet.lines.count() == 3

    def test_it_says_where_to_look(self, books, client):
        shelf = Bin.objects.create(location=books.oslo, code="A-01")
        BinContent.objects.create(bin=shelf, item=books.goods["CHAIR"], quantity=Decimal(4))
        count = make_count(books)
        [sheet] = count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])
        client.force_login(books.clerk)

        page = client.get(f"/counts/{count.no}/sheets/1/print/")

        assert [(row.item, row.place) for row in page.context["rows"]] == [
            ("CHAIR", "A-01"),
            ("TABLE", "B"),
            ("LAMP", "C"),
        ]
        assert "A-01" in client.get(f"/counts/{count.no}/sheets/1/").content.decode()
        assert sheet.person == books.clerk

    def test_its_person_counts_with_sums_and_finishes(self, books, client):
        count = make_count(books)
        [sheet] = count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])
        client.force_login(books.clerk)
        url = f"/counts/{count.no}/sheets/1/"

        early = client.post(f"{url}finish/", {"_request_key": "a"})
        for no, text in (("CHAIR", "=2*4+1"), ("TABLE", "3*6+2"), ("LAMP", "30")):
            answer = client.post(f"{url}lines/{row_of(sheet, no).pk}/", {"quantity_counted": text}, **FRAGMENT)
            assert answer.status_code == 200
        done = client.post(f"{url}finish/", {"_request_key": "b"})

        sheet.refresh_from_db()
        chair = line_of(count, "CHAIR")
        assert (early.status_code, done.status_code, sheet.status) == (422, 302, "finished")
        assert (chair.quantity_counted, chair.counted_by.username) == (9, "clerk")
        assert line_of(count, "TABLE").quantity_counted == 20

    def test_others_may_not_enter_but_who_posts_counts_may(self, books, client):
        count = make_count(books)
        [sheet] = count_sheets.make_sheets(count_id=count.pk, person_ids=[books.lead.pk])
        row = row_of(sheet, "CHAIR")
        url = f"/counts/{count.no}/sheets/1/"
        client.force_login(books.clerk)

        assert client.get(url).status_code == 403
        assert client.post(f"{url}lines/{row.pk}/", {"quantity_counted": "5"}, **FRAGMENT).status_code == 403
        with pytest.raises(DomainError, match="Sheet 1 is that of lead"):
            count_sheets.record(row, quantity=Decimal(5), by=count_sheets.Counter(books.clerk.pk))

        count_sheets.record(row, quantity=Decimal(5), by=count_sheets.Counter(books.second.pk, supervises=True))
        row.refresh_from_db()
        line = line_of(count, "CHAIR")
        assert (line.quantity_counted, line.counted_by.username, row.entered_by.username) == (5, "lead", "admin")

    def test_a_line_on_a_sheet_is_not_counted_elsewhere(self, books, client):
        count = make_count(books)
        count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])
        line = line_of(count, "CHAIR")
        client.force_login(books.lead)

        answer = client.post(f"/counts/{count.no}/lines/{line.pk}/", {"quantity_counted": "1"}, **FRAGMENT)

        assert answer.status_code == 422
        assert "counted on sheet 1" in answer.content.decode()
        line.refresh_from_db()
        assert line.quantity_counted is None

    def test_what_is_found_is_added_to_the_sheet(self, books, client):
        factories.item("DESK")
        count = make_count(books)
        [sheet] = count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])
        client.force_login(books.clerk)
        new = {"item": "DESK", "location": "OSLO", "quantity_counted": "2"}

        first = client.post(f"/counts/{count.no}/sheets/1/lines/", new, **FRAGMENT)
        second = client.post(f"/counts/{count.no}/sheets/1/lines/", new, **FRAGMENT)

        assert (first.status_code, second.status_code) == (200, 422)
        assert row_of(sheet, "DESK").quantity_counted == 2
        assert (line_of(count, "DESK").quantity_calculated, line_of(count, "DESK").quantity_counted) == (0, 2)

    def test_an_open_sheet_holds_the_count_back(self, books):
        count = make_count(books)
        [sheet] = count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])
        by = count_sheets.Counter(books.clerk.pk)
        for row in sheet.lines.select_related("count_line"):
            count_sheets.record(row, quantity=row.count_line.quantity_calculated, by=by)
        before = ItemLedgerEntry.objects.count()

        with pytest.raises(DomainError, match=r"Sheet 1 .* still open with clerk"):
            journals.post_count(count_id=count.pk, user_id=books.lead.pk)

        count.refresh_from_db()
        assert (count.status, ItemLedgerEntry.objects.count()) == ("open", before)
        count_sheets.finish(sheet_id=sheet.pk, by=by)
        journals.post_count(count_id=count.pk, user_id=books.lead.pk)
        count.refresh_from_db()
        assert count.status == "posted"

    def test_a_sheet_with_figures_stays(self, books):
        count = make_count(books)
        [sheet] = count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])

        count_sheets.record(row_of(sheet, "LAMP"), quantity=Decimal(1), by=count_sheets.Counter(books.clerk.pk))
        with pytest.raises(DomainError, match="has figures"):
            count_sheets.delete(sheet_id=sheet.pk)

        count_sheets.record(row_of(sheet, "LAMP"), quantity=None, by=count_sheets.Counter(books.clerk.pk))
        count_sheets.delete(sheet_id=sheet.pk)
        assert not CountSheet.objects.exists()


class TestRecount:
    @pytest.fixture
    def count(self, books):
        """Tolerance 10 %: 9 of 10 chairs are within it, 17 of 20 tables are not, 33 of 30 lamps are."""
        count = make_count(books, tolerance_percent=Decimal(10))
        [sheet] = count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])
        by = count_sheets.Counter(books.clerk.pk)
        for no, quantity in (("CHAIR", 9), ("TABLE", 17), ("LAMP", 33)):
            count_sheets.record(row_of(sheet, no), quantity=Decimal(quantity), by=by)
        count_sheets.finish(sheet_id=sheet.pk, by=by)
        return count

    def test_a_difference_over_the_tolerance_holds_the_count_back(self, books, count):
        with pytest.raises(DomainError) as refusal:
            counts.finish(count_id=count.pk)

        assert [problem.item_no for problem in refusal.value.problems] == ["TABLE"]

    def test_the_same_person_is_refused(self, books, count, client):
        client.force_login(books.lead)

        answer = client.post(f"/counts/{count.no}/recount/", {"person": books.clerk.pk, "_request_key": "a"})

        assert answer.status_code == 422
        assert "was counted by the same person" in answer.content.decode()
        assert CountSheet.objects.count() == 1
        assert line_of(count, "TABLE").quantity_counted == 17

    def test_the_first_person_cannot_enter_the_recount_either(self, books, count):
        sheet = count_sheets.make_recount(count_id=count.pk, person_id=books.lead.pk)

        with pytest.raises(DomainError, match="You counted TABLE the first time"):
            count_sheets.record(
                row_of(sheet, "TABLE"), quantity=Decimal(20), by=count_sheets.Counter(books.clerk.pk, supervises=True)
            )

    def test_the_second_figure_counts_and_the_first_is_kept(self, books, count, client):
        client.force_login(books.lead)
        client.post(f"/counts/{count.no}/recount/", {"person": books.lead.pk, "_request_key": "a"})
        sheet = CountSheet.objects.get(is_recount=True)
        url = f"/counts/{count.no}/sheets/2/"
        client.post(f"{url}lines/{row_of(sheet, 'TABLE').pk}/", {"quantity_counted": "18"}, **FRAGMENT)
        client.post(f"{url}finish/", {"_request_key": "b"})

        client.post(f"/counts/{count.no}/finish/", {"_request_key": "c"})
        preview = client.post(f"/counts/{count.no}/post/", {"_preview": "1", "_request_key": "d"})
        kept = on_hand("TABLE")
        client.post(f"/counts/{count.no}/post/", {"_request_key": "e"})

        table = line_of(count, "TABLE")
        assert sheet.lines.count() == 1
        assert (table.quantity_first_counted, table.first_counted_by.username) == (17, "clerk")
        assert (table.quantity_counted, table.counted_by.username, table.recounted) == (18, "lead", True)
        assert preview.status_code == 200
        assert kept == 20
        assert [on_hand(no) for no in ("CHAIR", "TABLE", "LAMP")] == [9, 18, 33]

    def test_the_first_sheet_is_not_opened_while_it_is_counted_again(self, books, count):
        count_sheets.make_recount(count_id=count.pk, person_id=books.lead.pk)

        with pytest.raises(DomainError, match="counted again on sheet 2"):
            count_sheets.reopen(sheet_id=CountSheet.objects.get(no=1).pk)

    def test_without_a_tolerance_nobody_counts_again(self, books, count):
        Count.objects.update(tolerance_percent=None)

        with pytest.raises(DomainError, match="No line"):
            count_sheets.make_recount(count_id=count.pk, person_id=books.lead.pk)
        counts.finish(count_id=count.pk)


class TestPages:
    def test_the_lead_sees_differences_and_their_value(self, books, client, django_assert_max_num_queries):
        count = make_count(books)
        counts.record(line_of(count, "CHAIR"), quantity=Decimal(8), user_id=books.clerk.pk)
        client.force_login(books.lead)

        with django_assert_max_num_queries(40):
            page = client.get(f"/counts/{count.no}/")

        figures = {str(figure.label): figure.value for figure in page.context["figures"]}
        assert figures["Lines that differ"] == 1
        assert "Value of the differences" not in figures

    def test_the_value_is_for_those_who_see_cost(self, books, client):
        count = make_count(books)
        for no, quantity in (("CHAIR", 8), ("TABLE", 20), ("LAMP", 30)):
            counts.record(line_of(count, no), quantity=Decimal(quantity), user_id=books.clerk.pk)
        journals.post_count(count_id=count.pk, user_id=books.lead.pk)
        client.force_login(books.controller)

        page = client.get(f"/counts/{count.no}/")

        figures = {str(figure.label): figure.value for figure in page.context["figures"]}
        assert figures["Value of the differences"] == Decimal("-10.00")

    def test_queries_do_not_depend_on_the_number_of_lines(self, books, client):
        few, many = make_count(books), None
        for index in range(30):
            move(factories.item(f"X{index:02d}"), "1", books.oslo, unit_cost="1")
        many = make_count(books)
        client.force_login(books.lead)
        used = []
        for count in (few, many):
            count_sheets.make_sheets(count_id=count.pk, person_ids=[books.clerk.pk])
            for url in (f"/counts/{count.no}/", f"/counts/{count.no}/sheets/1/"):
                client.get(url)
                used.append(queries(client, url))

        assert used[:2] == used[2:]
        assert max(used) <= 30

    @pytest.mark.parametrize("what", ["sheets", "recount", "finish", "reopen"])
    def test_a_clerk_may_not_lead(self, books, client, what):
        count = make_count(books)
        client.force_login(books.clerk)

        assert client.get(f"/counts/{count.no}/{what}/").status_code == 403
        assert client.post(f"/counts/{count.no}/{what}/", {"_request_key": "a"}).status_code == 403

    def test_own_sheets_are_on_the_home_page(self, books, client):
        count_sheets.make_sheets(count_id=make_count(books).pk, person_ids=[books.clerk.pk])
        client.force_login(books.clerk)

        page = client.get("/").content.decode()
        listed = client.get("/count-sheets/", {"person": "clerk", "status": "open"})

        assert "My count sheets" in page
        assert [row.record.person.username for row in listed.context["table"].rows] == ["clerk"]


def queries(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        client.get(url)
    return len(found)
