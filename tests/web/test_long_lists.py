"""Lists that are too long to be counted before they are shown, and the search that does not read all of their rows."""

import pytest

from config.base import filters, listing
from tests import factories
from tests.web.test_inventory_queries import make_items, make_order, post

pytestmark = pytest.mark.django_db
MANY, PER_PAGE = 59, 25


@pytest.fixture
def auditor(client, monkeypatch):
    """Sixty items, more than are counted, and who may see them."""
    monkeypatch.setattr(listing, "COUNTED", 30)
    monkeypatch.setattr(listing, "ADDED_UP", 10)
    factories.company()
    make_items(MANY)  # and the item that they are like
    client.force_login(factories.user("auditor"))
    return client


def page(client, number, **query):
    opened = client.get("/items/", {"per_page": PER_PAGE, "page": number, **query})
    return [item.no for item in opened.context["page_obj"].object_list], opened.context


class TestPages:
    def test_a_long_list_does_not_say_how_long_it_is(self, auditor):
        rows, context = page(auditor, 1)

        assert (rows[0], rows[-1], len(rows)) == ("I00000", "I00024", PER_PAGE)
        assert (context["count"], context["more"]) == (30, True)
        assert context["page_range"] == [1, 2, "…", -1]
        assert (context["page_obj"].start_index(), context["page_obj"].end_index()) == (1, 25)

    def test_pages_go_on_beyond_what_is_counted(self, auditor):
        rows, context = page(auditor, 3)

        assert (rows[0], rows[-1], len(rows)) == ("I00050", "LIKE0", 10)
        assert not context["page_obj"].has_next()
        assert context["page_obj"].previous_page_number() == 2

    def test_the_last_page_is_read_from_the_end(self, auditor):
        last, context = page(auditor, -1)
        first, beginning = page(auditor, -3)

        assert (last[0], last[-1], len(last)) == ("I00035", "LIKE0", PER_PAGE)
        assert (context["page_obj"].has_next(), context["page_obj"].previous_page_number()) == (False, -2)
        assert (first[0], first[-1], len(first)) == ("I00000", "I00009", 10)
        assert not beginning["page_obj"].has_previous()

    def test_a_page_past_the_end_is_the_last_one(self, auditor):
        assert page(auditor, 9)[0] == page(auditor, -1)[0]

    def test_a_list_that_is_counted_is_as_before(self, auditor):
        rows, context = page(auditor, 1, no="I0000*")

        assert (len(rows), context["count"], context["more"]) == (10, 10, False)
        assert context["page_range"] == [1]
        assert [cell["name"] for cell in context["foot"] if cell["value"]]


class TestPartsThatComeLater:
    def test_sums_are_asked_for_by_the_table(self, auditor):
        context = page(auditor, 1)[1]

        assert context["foot"] == []
        sums = auditor.get(context["foot_url"])
        assert b'data-total="on_hand"' in sums.content
        assert b"60" in auditor.get(context["count_url"]).content

    def test_sums_are_those_of_the_filtered_set(self, auditor):
        context = page(auditor, 1, no="I0001*|I0002*")[1]

        assert (context["count"], context["more"], context["foot"]) == (20, False, [])
        assert "no=I0001" in context["foot_url"]


class TestSearch:
    @pytest.fixture
    def posted(self, client):
        books = factories.company(locations=["OSLO"])
        items = make_items(3)
        post(make_order(items, vendor=books.vendor, location=books.locations["OSLO"]))
        client.force_login(factories.user("auditor"))
        return client

    def found(self, client, text):
        rows = client.get("/ledger/items/", {"q": text}).context["page_obj"].object_list
        return sorted(entry.item.no for entry in rows)

    @pytest.mark.parametrize("seldom", [0, 1, 500])
    def test_finds_the_same_however_many_a_word_names(self, posted, monkeypatch, seldom):
        monkeypatch.setattr(filters, "SELDOM", seldom)

        assert self.found(posted, "00001") == ["I00001"]
        assert self.found(posted, "i0000") == ["I00000", "I00001", "I00002"]
        assert self.found(posted, "i0000 nowhere") == []

    def test_a_number_of_a_ledger_is_found_by_its_beginning(self, posted):
        entry = posted.get("/ledger/items/").context["page_obj"].object_list[0]

        assert len(self.found(posted, entry.document_no.lower()[:4])) == 3
        assert self.found(posted, entry.document_no[1:]) == []
