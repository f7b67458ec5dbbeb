"""Every inventory page opens for those who may, and for nobody else."""

import pytest
from django.urls import reverse

from inventory.models import ItemLedgerEntry, PostedDocument

pytestmark = pytest.mark.django_db
LISTS = (
    ("item_list", "clerk"),
    ("availability", "clerk"),
    ("itemcategory_list", "clerk"),
    ("itemattribute_list", "clerk"),
    ("itemtemplate_list", "clerk"),
    ("variant_list", "clerk"),
    ("barcode_list", "clerk"),
    ("itemreference_list", "clerk"),
    ("stockkeepingunit_list", "auditor"),
    ("catalogueitem_list", "purchaser"),
    ("unitofmeasure_list", "clerk"),
    ("itemcharge_list", "accountant"),
    ("location_list", "lead"),
    ("vendor_list", "clerk"),
    ("customer_list", "clerk"),
    ("purchase_list", "clerk"),
    ("sale_list", "clerk"),
    ("orderline_list", "clerk"),
    ("postedline_list", "clerk"),
    ("purchasereceipt_list", "clerk"),
    ("purchaseinvoice_list", "accountant"),
    ("salesshipment_list", "clerk"),
    ("salesinvoice_list", "accountant"),
    ("directtransfer_list", "clerk"),
    ("transfer_list", "clerk"),
    ("count_list", "clerk"),
    ("itemledgerentry_list", "clerk"),
    ("itemapplicationentry_list", "clerk"),
)


def walk(client, url):
    """Open a list as page and as files, show and sort by every column, use every filter."""
    page = client.get(url)
    assert page.status_code == 200, url
    for kind in ("csv", "xlsx", "json"):
        assert client.get(f"{url.rstrip('/')}.{kind}").status_code == 200, kind
    view = page.context["view"]
    for column in view.columns:
        assert client.get(url, {"columns": column, "sort": f"-{column}"}).status_code == 200, column
    for name, declared in view.filterset.filters.items():
        choices = getattr(declared.field, "choices", None)
        value = next((key for key, _label in choices if key), "") if choices else "1"
        answer = client.get(url, {name: value})
        assert (answer.status_code, answer.context["ignored"]) == (200, []), name


@pytest.mark.parametrize(("name", "username"), LISTS)
def test_a_list_opens_sorts_filters_and_exports(client, shop, sign_in, name, username):
    sign_in(username)

    walk(client, reverse(f"inventory:{name}"))


class TestCards:
    def cards(self, shop):
        entry = ItemLedgerEntry.objects.order_by("pk").first()
        posted = {document.type: document.no for document in PostedDocument.objects.all()}
        return {
            "item_detail": "CHAIR",
            "item_availability": "CHAIR",
            "item_entries": "CHAIR",
            "item_stock_fragment": "CHAIR",
            "location_detail": "OSLO",
            "vendor_detail": "V1",
            "customer_detail": "C1",
            "purchase_detail": shop.purchase.no,
            "sale_detail": shop.sale.no,
            "transfer_detail": shop.transfer.no,
            "count_detail": shop.count.no,
            "itemledgerentry_detail": entry.pk,
            "purchasereceipt_detail": posted["purchase_receipt"],
            "purchaseinvoice_detail": posted["purchase_invoice"],
            "salesshipment_detail": posted["sales_shipment"],
            "salesinvoice_detail": posted["sales_invoice"],
        }

    def test_every_card_opens_for_an_auditor_with_its_tabs_and_facts(self, client, shop, sign_in):
        sign_in("auditor")

        for name, key in self.cards(shop).items():
            page = client.get(reverse(f"inventory:{name}", args=[key]))
            assert page.status_code == 200, name
            for related in page.context.get("related", ()):
                assert client.get(related.url).status_code == 200, related.url
            for fact in page.context.get("facts", ()):
                assert client.get(fact.url).status_code == 200, fact.url
            for figure in page.context.get("figures", ()):
                if figure.url:
                    answer = client.get(figure.url)
                    assert (answer.status_code, answer.context.get("ignored", [])) == (200, []), figure.url

    def test_an_unknown_number_is_not_found(self, client, shop, sign_in):
        sign_in("auditor")

        assert client.get(reverse("inventory:item_detail", args=["NONE"])).status_code == 404

    def test_a_purchase_number_is_no_sales_order(self, client, shop, sign_in):
        sign_in("auditor")

        assert client.get(reverse("inventory:sale_detail", args=[shop.purchase.no])).status_code == 404


class TestDrillDown:
    """The list behind a figure totals exactly the figure."""

    def test_on_hand_is_the_total_of_the_entries_behind_it(self, client, shop, sign_in):
        sign_in("clerk")
        figures = {str(figure.label): figure for figure in client.get("/items/CHAIR/").context["figures"]}

        entries = client.get(figures["On hand"].url)

        assert figures["On hand"].value == entries.context["view"].totals_found.sums["quantity"] == 6

    def test_received_and_invoiced_are_the_totals_of_the_posted_lines(self, client, shop, sign_in):
        sign_in("clerk")
        page = client.get(reverse("inventory:purchase_detail", args=[shop.purchase.no]))
        figures = {str(figure.label): figure for figure in page.context["figures"]}

        for label, value in (("Received", 10), ("Invoiced", 6)):
            total = client.get(figures[label].url).context["view"].totals_found.sums["quantity"]
            assert figures[label].value == total == value, label

    def test_what_is_on_order_is_the_total_of_the_outstanding_lines(self, client, shop, sign_in):
        sign_in("clerk")
        figures = {str(figure.label): figure for figure in client.get("/items/CHAIR/").context["figures"]}

        total = client.get(figures["On sales orders"].url).context["view"].totals_found.sums["outstanding"]

        assert figures["On sales orders"].value == total == 1
        assert figures["Available"].value == 5


class TestAccess:
    def test_a_guest_is_sent_to_the_sign_in_page(self, client, shop):
        assert client.get("/items/").status_code == 302

    @pytest.mark.parametrize(
        ("username", "path"),
        [
            ("clerk", "/items/new/"),
            ("clerk", "/purchases/new/"),
            ("clerk", "/journals/adjustment/"),
            ("purchaser", "/locations/"),
            ("admin", "/purchases/"),
            ("accountant", "/vendors/new/"),
            ("purchaser", "/journals/adjustment/"),
            ("auditor", "/counts/new/"),
        ],
    )
    def test_what_a_role_may_not_open_is_refused(self, client, shop, sign_in, username, path):
        sign_in(username)

        assert client.get(path).status_code == 403
