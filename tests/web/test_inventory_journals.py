"""Journals, transfer orders and counts: lines edited in place, previewed, posted; and master data."""

from decimal import Decimal

from config.base.models import ChangeLog
from inventory.models import (
    Count,
    CountLine,
    Customer,
    Item,
    ItemCategory,
    ItemJournalLine,
    ItemLedgerEntry,
    Location,
    TransferOrder,
)
from tests import factories

FRAGMENT = {"HTTP_HX_REQUEST": "true"}
ADJUSTMENT = "/journals/adjustment/"
MOVES = "/journals/reclassification/"


def on_hand(item_no, location):
    entries = ItemLedgerEntry.objects.filter(item__no=item_no, location__code=location)
    return sum(entry.quantity for entry in entries)


class TestAdjustmentJournal:
    def add(self, client, **fields):
        row = {"posting_date": "2026-03-03", "kind": "negative_adjmt", "item": "CHAIR", "location": "OSLO"}
        return client.post(f"{ADJUSTMENT}lines/", {**row, "quantity": "2", **fields}, **FRAGMENT)

    def test_a_line_is_added_previewed_and_posted(self, client, shop, sign_in):
        sign_in("lead")
        assert self.add(client).status_code == 200

        preview = client.post(f"{ADJUSTMENT}post/", {"_preview": "1"})
        posted = client.post(f"{ADJUSTMENT}post/", {"_request_key": "a"})

        assert [len(table["rows"]) for table in preview.context["preview_tables"]] == [1]
        assert (posted.status_code, posted.url) == (302, ADJUSTMENT)
        assert (on_hand("CHAIR", "OSLO"), ItemJournalLine.objects.count()) == (4, 0)

    def test_everybody_has_a_journal_of_his_own(self, client, shop, sign_in):
        sign_in("lead")
        self.add(client)
        line = ItemJournalLine.objects.get()
        other = factories.user("controller")
        other.groups.set(factories.user("lead").groups.all())
        client.force_login(other)

        answer = client.post(f"{ADJUSTMENT}lines/{line.pk}/delete/", {}, **FRAGMENT)
        posted = client.post(f"{ADJUSTMENT}post/", {"_request_key": "b"})

        assert (answer.status_code, posted.status_code) == (404, 422)
        assert ItemJournalLine.objects.count() == 1

    def test_the_unit_cost_is_for_those_who_see_cost(self, client, shop, sign_in):
        sign_in("lead")
        self.add(client, kind="positive_adjmt", unit_cost="99")

        page = client.get(ADJUSTMENT).content.decode()

        assert ItemJournalLine.objects.get().unit_cost is None
        assert "unit_cost" not in page

    def test_a_faulty_line_is_refused(self, client, shop, sign_in):
        sign_in("lead")
        factories.item("DESK", blocked=True)

        answer = self.add(client, item="DESK", quantity="0")

        assert answer.status_code == 422
        assert "Item DESK is blocked" in answer.content.decode()
        assert "quantity must be more than 0" in answer.content.decode()

    def test_an_empty_journal_says_why_it_cannot_be_posted(self, client, shop, sign_in):
        sign_in("lead")

        assert "The journal has no lines." in client.get(ADJUSTMENT).content.decode()
        assert client.post(f"{ADJUSTMENT}post/", {"_request_key": "a"}).status_code == 422


class TestReclassificationJournal:
    def test_goods_move_with_their_cost(self, client, shop, sign_in):
        sign_in("lead")
        row = {"posting_date": "2026-03-03", "item": "CHAIR", "location": "OSLO", "new_location": "BERGEN"}
        client.post(f"{MOVES}lines/", {**row, "quantity": "3"}, **FRAGMENT)

        client.post(f"{MOVES}post/", {"_request_key": "a"})

        assert (on_hand("CHAIR", "OSLO"), on_hand("CHAIR", "BERGEN")) == (3, 3)

    def test_the_same_place_twice_is_refused(self, client, shop, sign_in):
        sign_in("lead")
        row = {"posting_date": "2026-03-03", "item": "CHAIR", "location": "OSLO", "new_location": "OSLO"}

        answer = client.post(f"{MOVES}lines/", {**row, "quantity": "3"}, **FRAGMENT)

        assert answer.status_code == 422
        assert "are the same" in answer.content.decode()


class TestTransferOrder:
    def test_it_is_made_filled_and_posted(self, client, shop, sign_in):
        sign_in("lead")
        fields = {"from_location": "OSLO", "to_location": "BERGEN", "order_date": "2026-03-03"}
        made = client.post("/transfers/new/", fields)
        line = client.post(f"{made.url}lines/", {"item": "CHAIR", "quantity": "4"}, **FRAGMENT)

        posted = client.post(f"{made.url}post/", {"posting_date": "2026-03-03", "_request_key": "a"})

        assert (made.status_code, line.status_code, posted.status_code) == (302, 200, 302)
        assert (on_hand("CHAIR", "OSLO"), on_hand("CHAIR", "BERGEN")) == (2, 4)
        assert TransferOrder.objects.get(no="TO-00002").status == "completed"

    def test_more_than_there_is_cannot_be_moved(self, client, shop, sign_in):
        sign_in("lead")
        shop.transfer.lines.update(quantity=Decimal(7))
        url = f"/transfers/{shop.transfer.no}/post/"

        answer = client.post(url, {"posting_date": "2026-03-03", "_request_key": "a"})

        assert answer.status_code == 422
        assert "of CHAIR is missing" in answer.content.decode()
        assert on_hand("CHAIR", "BERGEN") == 0

    def test_two_equal_locations_are_refused(self, client, shop, sign_in):
        sign_in("lead")
        fields = {"from_location": "OSLO", "to_location": "OSLO", "order_date": "2026-03-03"}

        answer = client.post("/transfers/new/", fields)

        assert answer.status_code == 422

    def test_a_clerk_posts_but_does_not_change(self, client, shop, sign_in):
        sign_in("clerk")
        lines = f"/transfers/{shop.transfer.no}/lines/"

        added = client.post(lines, {"item": "CHAIR", "quantity": "1"}, **FRAGMENT)
        posted = client.post(
            f"/transfers/{shop.transfer.no}/post/", {"posting_date": "2026-03-03", "_request_key": "a"}
        )

        assert (added.status_code, posted.status_code) == (403, 302)


class TestCount:
    def test_it_is_calculated_from_the_books(self, client, shop, sign_in):
        sign_in("lead")

        made = client.post("/counts/new/", {"posting_date": "2026-03-03", "location": "OSLO"})

        line = Count.objects.get(no="CNT-00002").lines.get()
        assert made.status_code == 302
        assert (line.item.no, line.location.code, line.quantity_calculated) == ("CHAIR", "OSLO", 6)

    def test_a_clerk_counts_blind_and_the_lead_posts_the_difference(self, client, shop, sign_in):
        line = shop.count.lines.get()
        url = f"/counts/{shop.count.no}/"
        sign_in("clerk")
        page = client.get(url).content.decode()
        client.post(f"{url}lines/{line.pk}/", {"quantity_counted": "=2*2+1"}, **FRAGMENT)
        sign_in("lead")

        client.post(f"{url}post/", {"_request_key": "a"})

        line.refresh_from_db()
        shop.count.refresh_from_db()
        assert "By the books" not in page
        assert (line.quantity_counted, line.counted_by.username) == (5, "clerk")
        assert (on_hand("CHAIR", "OSLO"), shop.count.status) == (5, "posted")

    def test_a_clerk_cannot_post(self, client, shop, sign_in):
        sign_in("clerk")

        assert client.post(f"/counts/{shop.count.no}/post/", {"_request_key": "a"}).status_code == 403

    def test_what_the_books_do_not_know_can_be_added_once(self, client, shop, sign_in):
        factories.item("DESK")
        sign_in("clerk")
        row = {"item": "DESK", "location": "OSLO", "quantity_counted": "1"}

        first = client.post(f"/counts/{shop.count.no}/lines/", row, **FRAGMENT)
        second = client.post(f"/counts/{shop.count.no}/lines/", row, **FRAGMENT)

        assert (first.status_code, second.status_code) == (200, 422)
        assert CountLine.objects.filter(item__no="DESK").count() == 1


class TestMasterData:
    ITEM = {
        "no": "DESK",
        "description": "Ålesund desk",
        "type": "inventory",
        "prevent_negative_inventory": "default",
        "unit_price": "120",
    }

    def fields(self, shop, **changes):
        chair = shop.chair
        keys = ("item_model_group", "inventory_posting_group", "gen_prod_posting_group", "base_unit_of_measure")
        return {**self.ITEM, **{name: getattr(chair, f"{name}_id") for name in keys}, **changes}

    def test_a_purchaser_makes_an_item_and_the_change_log_knows(self, client, shop, sign_in):
        sign_in("purchaser")

        answer = client.post("/items/new/", self.fields(shop))

        desk = Item.objects.get(no="DESK")
        assert (answer.status_code, answer.url) == (302, "/items/DESK/")
        assert (desk.unit_price, desk.sort_key, desk.unit_cost) == (120, "zzzclesund desk", 0)
        assert ChangeLog.objects.get(record_no="DESK").user.username == "purchaser"

    def test_a_blank_number_comes_from_the_series(self, client, shop, sign_in):
        sign_in("purchaser")

        answer = client.post("/items/new/", self.fields(shop, no=""))

        assert answer.url == "/items/ITEM-00001/"

    def test_cost_fields_do_not_exist_for_a_purchaser(self, client, shop, sign_in):
        sign_in("purchaser")

        page = client.get("/items/new/").content.decode()
        client.post("/items/new/", self.fields(shop, unit_cost="99", standard_cost="99"))

        assert "standard_cost" not in page
        assert Item.objects.get(no="DESK").standard_cost == 0

    def test_a_new_item_proposes_what_the_latest_one_has(self, client, shop, sign_in):
        sign_in("purchaser")

        form = client.get("/items/new/").context["form"]

        assert form.initial["gen_prod_posting_group"] == shop.chair.gen_prod_posting_group_id

    def test_the_method_cannot_change_once_entries_exist(self, client, shop, sign_in):
        average = factories.item_model_group(method="average")
        sign_in("purchaser")
        version = client.get("/items/CHAIR/edit/").context["lock_value"]
        changes = {"description": "Chair", "item_model_group": average.pk, "_version": version, "no": "CHAIR"}

        answer = client.post("/items/CHAIR/edit/", self.fields(shop, **changes))

        assert answer.status_code == 422
        assert "CHAIR has 3 entries with the present choice" in answer.content.decode()

    def test_a_number_with_a_slash_is_refused(self, client, shop, sign_in):
        sign_in("purchaser")

        assert client.post("/items/new/", self.fields(shop, no="A/B")).status_code == 422
        assert client.post("/items/new/", self.fields(shop, no="new")).status_code == 422

    def test_a_category_is_no_parent_of_itself(self, client, shop, sign_in):
        top = ItemCategory.objects.create(code="TOP")
        below = ItemCategory.objects.create(code="BELOW", parent=top)
        sign_in("purchaser")

        answer = client.post("/categories/TOP/edit/", {"code": "TOP", "name": "", "parent": below.pk})

        assert answer.status_code == 422

    def test_partners_and_locations_are_made_by_those_who_may(self, client, shop, sign_in):
        group = shop.customer.gen_bus_posting_group_id
        sign_in("purchaser")
        client.post("/customers/new/", {"no": "C2", "name": "Østby", "gen_bus_posting_group": group})
        sign_in("admin")
        client.post("/locations/new/", {"code": "ROAD", "name": "On the road", "in_transit": "on"})

        assert Customer.objects.get(no="C2").sort_key == "zzzbstby"
        assert Location.objects.get(code="ROAD").in_transit


class TestHeadOfAPage:
    def test_a_saved_line_lets_the_page_ask_for_its_figures_and_actions(self, client, shop, sign_in):
        sign_in("lead")
        row = {"posting_date": "2026-03-03", "kind": "negative_adjmt", "item": "CHAIR", "location": "OSLO"}
        saved = client.post(f"{ADJUSTMENT}lines/", {**row, "quantity": "2"}, **FRAGMENT)

        head = client.get(ADJUSTMENT, HTTP_HX_TARGET="page-head-refresh", **FRAGMENT).content.decode()

        assert saved.headers["HX-Trigger"] == "lines-changed"
        assert 'id="page-actions" hx-swap-oob="true"' in head
        assert "The journal has no lines." not in head
        assert "<html" not in head
