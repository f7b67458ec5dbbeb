"""The application worksheet: what it shows, who may take entries apart, and how a session ends."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base.errors import DomainError
from costing import application_worksheet
from costing.posting.journals import post_item_journal
from inventory.enums import JournalLineKind
from inventory.models import ApplicationWorksheet, ItemApplicationEntry, ItemJournalLine, ItemLedgerEntry
from tests import factories
from tests.web.costing_books import DAY, post, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def books():
    """5 chairs at 5.00 (receipt), 5 at 6.00 (dearer); 2 of the first sold."""
    books = factories.company(locations=["OSLO"])
    books.chair = factories.item("CHAIR")
    place = {"location": books.locations["OSLO"]}
    post(factories.purchase_order(books.chair, quantity="5", unit_cost="5.00", **place))
    post(factories.purchase_order(books.chair, quantity="5", unit_cost="6.00", **place), on=DAY + timedelta(1))
    post(factories.sales_order(books.chair, quantity="2", unit_price="9.00", **place), on=DAY + timedelta(2))
    books.receipt, books.dearer, books.sale = ItemLedgerEntry.objects.order_by("pk")
    books.link = ItemApplicationEntry.objects.get(outbound_item_entry=books.sale)
    return books


def unapply(books, username="accountant"):
    application_worksheet.unapply(application_id=books.link.pk, user_id=factories.user(username).pk)


def post_step(client, name, *args):
    return client.post(reverse(f"costing:{name}", args=args), {"_request_key": f"{name}-{args}"})


def errors(page):
    return list(page.context["form"].non_field_errors())


class TestPages:
    def test_list_the_entries_with_what_they_are_applied_to(self, client, books):
        sign_in(client)

        page = client.get(reverse("costing:worksheet", args=["CHAIR"]))

        rows = {row.record.pk: row.record.applied_to for row in page.context["table"].rows}
        assert rows == {
            books.receipt.pk: str(books.sale.pk),
            books.dearer.pk: None,
            books.sale.pk: str(books.receipt.pk),
        }
        assert b"data-session" not in page.content

    def test_an_entry_shows_both_sides_and_the_steps(self, client, books):
        sign_in(client)

        applied = client.get(reverse("costing:worksheet_applied", args=[books.receipt.pk]))
        partners = client.get(reverse("costing:worksheet_partners", args=[books.sale.pk]))

        assert reverse("costing:worksheet_unapply", args=[books.link.pk]) in applied.content.decode()
        assert "Nothing fits" in partners.content.decode()

    def test_an_open_entry_is_offered_what_has_something_left(self, client, books):
        unapply(books)
        sign_in(client)

        partners = client.get(reverse("costing:worksheet_partners", args=[books.sale.pk]))

        assert [row.record.pk for row in partners.context["table"].rows] == [books.receipt.pk, books.dearer.pk]
        assert reverse("costing:worksheet_apply", args=[books.sale.pk, books.dearer.pk]) in partners.content.decode()

    def test_the_banner_names_who_has_the_item(self, client, books):
        unapply(books, "controller")
        sign_in(client)

        page = client.get(reverse("costing:worksheet", args=["CHAIR"]))
        items = client.get(f"{reverse('costing:worksheet_items')}?unapplied=yes")

        assert b'data-session="controller"' in page.content
        assert [str(action.label) for action in page.context["actions"]] == ["Close worksheet", "Undo applications"]
        assert [row.record.no for row in items.context["table"].rows] == ["CHAIR"]

    def test_costs_are_left_out_for_those_who_may_not_see_them(self, client, books):
        user = factories.user("accountant")
        group = user.groups.get()
        group.permissions.remove(group.permissions.get(codename="cost_view"))
        client.force_login(user)

        page = client.get(reverse("costing:worksheet", args=["CHAIR"]))

        assert "cost" not in page.context["table"].columns.names()

    @pytest.mark.parametrize("username", ["clerk", "purchaser", "auditor"])
    def test_others_are_refused(self, client, books, username):
        sign_in(client, username)

        assert client.get(reverse("costing:worksheet", args=["CHAIR"])).status_code == 403
        assert post_step(client, "worksheet_unapply", books.link.pk).status_code == 403

    def test_more_entries_take_no_more_queries(self, client, books):
        sign_in(client)
        url = reverse("costing:worksheet", args=["CHAIR"])
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get(url)
        for _number in range(5):
            post(factories.sales_order(books.chair, quantity="1", location=books.locations["OSLO"]), on=DAY)

        with CaptureQueriesContext(connection) as many:
            client.get(url)

        assert len(many) == len(few)


class TestSteps:
    def test_take_entries_apart_and_apply_them_to_others(self, client, books):
        sign_in(client)

        assert client.get(reverse("costing:worksheet_unapply", args=[books.link.pk])).status_code == 200
        unapplied = post_step(client, "worksheet_unapply", books.link.pk)
        applied = post_step(client, "worksheet_apply", books.sale.pk, books.dearer.pk)
        closed = post_step(client, "worksheet_close", "CHAIR")

        assert [page.status_code for page in (unapplied, applied, closed)] == [302, 302, 302]
        books.dearer.refresh_from_db()
        books.sale.refresh_from_db()
        assert (books.dearer.remaining_quantity, books.sale.applies_to_entry_id) == (3, books.dearer.pk)
        assert not ApplicationWorksheet.objects.exists()

    def test_undo_brings_back_the_very_links(self, client, books):
        sign_in(client)
        before = list(ItemApplicationEntry.objects.active().order_by("pk").values_list("pk", flat=True))
        post_step(client, "worksheet_unapply", books.link.pk)
        post_step(client, "worksheet_apply", books.sale.pk, books.dearer.pk)

        post_step(client, "worksheet_undo", "CHAIR")

        assert list(ItemApplicationEntry.objects.active().order_by("pk").values_list("pk", flat=True)) == before
        books.sale.refresh_from_db()
        books.dearer.refresh_from_db()
        assert (books.sale.open, books.sale.applies_to_entry_id, books.dearer.remaining_quantity) == (False, None, 5)

    def test_a_refusal_is_said_on_the_page(self, client, books):
        sign_in(client)

        page = post_step(client, "worksheet_apply", books.sale.pk, books.dearer.pk)

        assert page.status_code == 422
        assert f"Entry {books.sale.pk} of CHAIR has nothing left to apply. Unapply it first." in errors(page)[0]
        assert "already_applied" in errors(page)[0]
        assert not ApplicationWorksheet.objects.exists()

    def test_another_user_may_not_go_on_but_may_close(self, client, books):
        unapply(books, "controller")
        sign_in(client)

        refused = post_step(client, "worksheet_apply", books.sale.pk, books.dearer.pk)
        closed = post_step(client, "worksheet_close", "CHAIR")

        assert "unapplied by controller" in errors(refused)[0]
        assert closed.status_code == 302
        assert [str(message) for message in get_messages(closed.wsgi_request)] == ["The worksheet of CHAIR is closed."]

    def test_nobody_posts_the_item_meanwhile(self, books):
        unapply(books, "controller")
        order = factories.purchase_order(books.chair, quantity="1", unit_cost="5.00", location=books.locations["OSLO"])

        with pytest.raises(DomainError, match="unapplied by controller") as refused:
            post(order)

        assert refused.value.code == "busy"

    def test_what_may_not_stay_open_cannot_be_closed(self, client, books):
        """What is left for the sale is its own return, which has its cost from it."""
        sign_in(client)
        stool = factories.item("STOOL", prevent_negative_inventory="prevented")
        oslo = {"location": books.locations["OSLO"]}
        post(factories.purchase_order(stool, quantity="5", unit_cost="5.00", **oslo))
        post(factories.sales_order(stool, quantity="5", **oslo))
        receipt, sale = ItemLedgerEntry.objects.filter(item=stool).order_by("pk")
        bring_back(sale)
        post(factories.sales_order(stool, quantity="5", **oslo))
        again = ItemLedgerEntry.objects.latest("pk")
        for link in ItemApplicationEntry.objects.active().filter(item_ledger_entry__in=[sale, again]):
            post_step(client, "worksheet_unapply", link.pk)
        assert post_step(client, "worksheet_apply", again.pk, receipt.pk).status_code == 302

        page = post_step(client, "worksheet_close", "STOOL")

        assert f"Entry {sale.pk} of STOOL would lose 5" in errors(page)[0]
        assert ApplicationWorksheet.objects.exists()


def bring_back(sold):
    line = ItemJournalLine(
        line_no=1,
        kind=JournalLineKind.POSITIVE,
        posting_date=DAY,
        item=sold.item,
        location=sold.location,
        quantity=Decimal(5),
        applies_from_entry=sold,
    )
    post_item_journal(lines=[line], user_id=None)
