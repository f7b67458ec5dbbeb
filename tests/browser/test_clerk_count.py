"""Count: blind sheets, sums, a second person for great differences, the lead posts (ux 2, clerk 5)."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect

from costing import check_books
from costing.posting.documents import post_document
from inventory import count_sheets, counts
from inventory.enums import DocumentKind
from inventory.models import Count, CountLine, CountSheet, CountSheetLine, ItemLedgerEntry, Location, Scan
from tests.browser import depot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stock(company):
    """By the books 83 chairs and 4444 desks stand at OSLO; kari and karl may count."""
    depot.item("CHAIR", shelf_no="S1")
    depot.item("DESK", shelf_no="S2")
    depot.stock("PO-1", CHAIR=83, DESK=4444)
    karl = User.objects.create_user("karl", password="lagerbok", first_name="Karl")
    karl.groups.add(Group.objects.get(name="Warehouse clerk"))


def make_count(*usernames):
    """A count of OSLO with a sheet for each of these; a difference of more than 5 % is counted again."""
    count = Count(no="PC-1", posting_date=depot.DAY, location=Location.objects.get(code="OSLO"), tolerance_percent=5)
    made = counts.create_count(count, user_id=None)
    persons = [User.objects.get(username=username).pk for username in usernames]
    count_sheets.make_sheets(count_id=made.pk, person_ids=persons)
    return made


def counted():
    rows = CountLine.objects.order_by("item__no")
    return {row.item.no: (row.quantity_counted, row.counted_by and row.counted_by.username) for row in rows}


def ship_chairs(quantity):
    """Somebody ships chairs while others count."""
    sold = depot.order(DocumentKind.SALES_ORDER, "SO-1", CHAIR=quantity)
    post_document(document_id=sold.pk, posting_date=depot.DAY, handle=True, invoice=False, user_id=None)


def test_a_sheet_is_counted_blind(on_tablet, stock, hand):
    """From a new count to a finished sheet; 77 chairs are written as 12*6+5."""
    lead = on_tablet("lead")
    make_the_count(lead, hand)
    clerk = on_tablet("clerk")
    blind(clerk, hand)
    enter(clerk, hand, "CHAIR", "12*6+5")
    enter(clerk, hand, "DESK", "4000")
    finish(clerk, hand)
    assert counted() == {"CHAIR": (77, "clerk"), "DESK": (4000, "clerk")}


def test_a_difference_is_counted_again_and_posted_by_the_lead(on_tablet, stock, hand):
    """83 chairs less 6 shipped meanwhile are 77; of 4444 desks 4000 are found, then 4440 by somebody else."""
    make_count("clerk")
    ship_chairs(6)
    by = count_sheets.Counter(User.objects.get(username="clerk").pk)
    for row in CountSheetLine.objects.select_related("count_line__item"):
        count_sheets.record(row, quantity=Decimal({"CHAIR": 77, "DESK": 4000}[row.count_line.item.no]), by=by)
    count_sheets.finish(sheet_id=CountSheet.objects.get().pk, by=by)

    lead = on_tablet("lead")
    lead.goto("/counts/PC-1/")
    chairs = lead.get_by_role("row").filter(has_text="CHAIR")
    expect(chairs.get_by_role("textbox", name="Counted")).to_have_value("77")
    for figure in ("83", "−6"):
        expect(chairs).to_contain_text(figure)
    expect(lead.locator("main")).to_contain_text("1 line is to be counted again.")
    depot.looks_right(lead)
    hand.use(lead.get_by_role("link", name="Recount"))
    hand.choose(lead.get_by_label("Who counts again"), "Karl")
    hand.use(lead.get_by_role("button", name="Recount"))
    expect(lead.locator("main")).to_contain_text("Sheet 2 is made for the recount.")

    second = on_tablet("karl")
    second.goto("/counts/PC-1/sheets/2/")
    expect(second.get_by_role("row").filter(has_text="CHAIR")).to_have_count(0)
    assert not any(figure in second.content() for figure in ("4,000", "4000", "4444"))
    enter(second, hand, "DESK", "4440")
    finish(second, hand)
    post_it(lead, hand, "PC-1")


def finish(page, hand):
    hand.use(page.get_by_role("link", name="Finish sheet"))
    hand.use(page.get_by_role("button", name="Finish sheet"))
    expect(page.locator("main")).to_contain_text("is finished.")
    depot.looks_right(page)


def make_the_count(lead, hand):
    """From the list of counts to a sheet for the clerk."""
    lead.goto("/counts/")
    hand.use(lead.get_by_role("link", name="New count"))
    hand.write(lead.get_by_role("combobox", name="Location"), "OSLO")
    hand.write(lead.get_by_role("textbox", name="Tolerance"), "5")
    hand.use(lead.get_by_role("button", name="Save", exact=True))
    hand.use(lead.get_by_role("link", name="Make sheets"))
    hand.use(lead.get_by_role("checkbox", name="Kari Clerk"))
    hand.use(lead.get_by_role("button", name="Make sheets"))
    expect(lead.locator("main")).to_contain_text("1 sheet is made.")
    depot.looks_right(lead)


def blind(page, hand):
    """From Home to the own sheet: nothing that is sent says what the books expect."""
    page.goto("/")
    hand.use(page.get_by_role("link", name="My count sheets"))
    hand.use(page.locator("tbody tr").filter(has_text="clerk").get_by_role("link", name="1", exact=True))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sheet 1 of")
    depot.looks_right(page)
    count = Count.objects.get()
    urls = [page.url, f"/counts/{count.no}/", f"/counts/{count.no}/sheets/1/print/", f"/scan/count/{count.no}/"]
    for url in urls:
        html = page.request.get(url).text()
        assert "CHAIR" in html or url == f"/counts/{count.no}/"
        assert not any(figure in html for figure in ("4444", "4,444", ">83<", "83.0")), url


def enter(page, hand, item_no, text):
    """Write what was counted into a row of a sheet, and leave it."""
    row = page.get_by_role("row").filter(has_text=item_no)
    field = row.get_by_role("textbox", name="Counted")
    hand.write(field, text)
    with page.expect_response(lambda response: "/lines/" in response.url and response.request.method == "POST"):
        field.press("Tab")
        page.keyboard.press("Tab")
    expect(row.get_by_role("alert")).to_have_count(0)


def post_it(lead, hand, no):
    lead.goto(f"/counts/{no}/")
    hand.use(lead.get_by_role("link", name="Post", exact=True))
    hand.use(lead.get_by_role("button", name="Post", exact=True))
    expect(lead.locator("main")).to_contain_text("posted.")
    depot.looks_right(lead)
    assert [int(depot.on_hand(item_no, "OSLO")) for item_no in ("CHAIR", "DESK")] == [77, 4440]
    found = ItemLedgerEntry.objects.filter(document_no=no)
    assert list(found.values_list("entry_type", "item__no", "quantity")) == [("negative_adjmt", "DESK", -4)]
    assert check_books.breaches() == []


def test_two_people_scan_their_parts_of_a_count(on_tablet, stock, hand):
    """Each sees what is his to count. The one who is done first does not stop the other, who counts without network."""
    make_count("clerk", "karl")
    first, second = on_tablet("clerk"), on_tablet("karl")
    for page in (first, second):
        depot.begin(page, hand, "Count")
        hand.use(page.get_by_role("link", name="PC-1"))
        expect(page.get_by_role("heading", name="Counted")).to_be_visible()
        depot.listens(page)
        depot.looks_right(page)
    expect(first.locator(".scan-line")).to_have_count(1)
    expect(first.locator(".scan-line")).to_contain_text("CHAIR")
    expect(second.locator(".scan-line")).to_contain_text("DESK")

    hand.write(first.get_by_role("textbox", name="Quantity of the next scan"), "12*6+5")
    depot.scanned(first, "CHAIR", "77 × CHAIR. Counted: 77.")
    for sign in ("3", "Times", "2"):
        hand.use(first.get_by_role("button", name=sign, exact=True))
    depot.scanned(first, "CHAIR", "6 × CHAIR. Counted: 83.")
    hand.use(first.get_by_role("button", name="Counting is done"))
    expect(first.locator(".scan-done")).to_contain_text("Your part of PC-1 is counted.")

    depot.offline(second, "DESK", "DESK")
    expect(depot.line(second, "DESK")).to_contain_text("2")
    hand.use(second.get_by_role("button", name="Counting is done"))
    expect(second.locator(".scan-done")).to_contain_text("Your part of PC-1 is counted.")
    assert counted() == {"CHAIR": (83, "clerk"), "DESK": (2, "karl")}
    assert Scan.objects.filter(state="applied").count() == 4
    assert set(CountSheetLine.objects.values_list("sheet__status", flat=True)) == {"finished"}
    assert Decimal(0) == sum(ItemLedgerEntry.objects.filter(document_no="PC-1").values_list("quantity", flat=True))
