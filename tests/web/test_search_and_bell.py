"""The search finds what a user may see, and nothing else; the bell tells whom something is for."""

import pytest

from config.base.expressions import read_expression, read_number, read_text
from config.base.models import Notification, UserPreference
from inventory import count_sheets
from inventory.models import ResponsibilityCentre, UserScope
from ledger.models import GLAccount
from tests import factories
from tests.web.one_of_each import one_of_each

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(shop, settings, tmp_path, no_broker):
    settings.MEDIA_ROOT = tmp_path
    return one_of_each(shop)


def found(client, username, text):
    client.force_login(factories.user(username))
    hits = client.get("/search/", {"q": text}).context["hits"]
    return {(str(hit.kind), hit.label) for hit in hits}


class TestSearch:
    @pytest.mark.parametrize(
        ("username", "find", "kind"),
        [
            ("clerk", lambda world: world.chair.no, "Item"),
            ("purchaser", lambda world: world.vendor.no, "Vendor"),
            ("purchaser", lambda world: world.customer.no, "Customer"),
            ("purchaser", lambda world: world.purchase.no, "Purchase order"),
            ("purchaser", lambda world: world.sale.no, "Sales order"),
            ("clerk", lambda world: world.transfer.no, "Transfer order"),
            ("clerk", lambda world: world.count.no, "Count"),
            ("clerk", lambda world: world.posted("purchase_receipt").no, "Purchase receipt"),
            ("lead", lambda world: "OSLO", "Location"),
            ("accountant", lambda world: world.rent.no, "G/L account"),
        ],
    )
    def test_finds_a_record_of_every_kind(self, client, world, username, find, kind):
        assert (kind.casefold(), find(world)) in {
            (shown.casefold(), label) for shown, label in found(client, username, find(world))
        }

    def test_finds_pages_by_their_name(self, client, world):
        assert ("Page", "Reconciliation") in found(client, "accountant", "reconciliation")
        assert ("Page", "Reconciliation") not in found(client, "clerk", "reconciliation")

    def test_shows_nobody_what_is_not_his(self, client, world):
        assert found(client, "clerk", GLAccount.objects.first().no) == set()
        assert not any(kind == "Location" for kind, _label in found(client, "purchaser", "OSLO"))
        assert found(client, "admin", world.chair.no) == set()

    def test_leaves_out_orders_of_other_responsibility_centres(self, client, world):
        south = ResponsibilityCentre.objects.create(code="SOUTH", name="South")
        scope = UserScope.objects.create(user=factories.user("purchaser"))
        scope.responsibility_centres.add(south)
        world.sale.responsibility_centre = world.centre
        world.sale.save()

        assert not any(label == world.sale.no for _kind, label in found(client, "purchaser", world.sale.no))
        world.sale.responsibility_centre = south
        world.sale.save()
        assert any(label == world.sale.no for _kind, label in found(client, "purchaser", world.sale.no))


class TestBell:
    def test_tells_whoever_is_to_count(self, world):
        sheet = world.sheet
        row = Notification.objects.get(user=sheet.person)

        assert row.url == f"/counts/{world.count.no}/sheets/{sheet.no}/"
        assert (row.model_label, row.record_no, row.level) == ("inventory.count", world.count.no, "info")

    def test_tells_of_a_recount_in_the_language_of_the_person(self, world):
        clerk = factories.user("clerk")
        UserPreference.objects.create(user=clerk, language="nb")
        type(world.count).objects.filter(pk=world.count.pk).update(tolerance_percent=0)
        count_sheets.delete(sheet_id=world.sheet.pk)
        lead = factories.user("lead")
        world.count.lines.update(quantity_counted=99, counted_by=lead)

        sheet = count_sheets.make_recount(count_id=world.count.pk, person_id=clerk.pk)

        row = Notification.objects.get(user=clerk)
        assert row.level == "warn"
        assert row.url.endswith(f"/sheets/{sheet.no}/")


def test_a_blank_number_is_asked_for_without_a_text_lookup():
    assert "regex" not in str(read_expression("<>", read_number).q("transaction_id"))
    assert "regex" in str(read_expression("<>", read_text, wildcards=True).q("code"))
