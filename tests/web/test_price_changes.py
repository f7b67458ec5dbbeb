"""Many prices at once: changed by percent, imported, and too large for their columns."""

from datetime import date
from decimal import Decimal

import pytest

from config.base.errors import DomainError
from config.base.models import ChangeLog
from inventory import price_changes
from inventory.models import (
    DocumentLine,
    ItemUnitOfMeasure,
    PriceListLine,
)
from tests import factories
from tests.web.price_shop import line_of, listed, make_price_list, order, price_world, priced


@pytest.fixture
def world(shop):
    return price_world(shop)


@pytest.fixture
def price_list(world):
    return make_price_list(world)


class TestChangeByPercent:
    def send(self, client, **data):
        return client.post(
            "/sales-prices/change/", {"all": "1", "query": "", "_request_key": "k", "reason": "", **data}
        )

    def test_changes_the_prices_rounded_to_the_step_and_logs_each(self, client, world, sign_in):
        sign_in("purchaser")
        raised = listed("19.99", "5", item=world.desk)
        listed(None, "5", item=world.desk)

        assert self.send(client, percent="5", step="0.05").status_code == 302

        raised.refresh_from_db()
        assert raised.unit_amount == 21
        log = ChangeLog.objects.get(model_label="inventory.pricelistline")
        assert log.changes["unit_amount"] == ["19.99", "21"]

    def test_from_a_date_on_lets_new_lines_take_over(self, client, world, sign_in):
        sign_in("purchaser")
        listed("100", item=world.desk)
        listed("50", item=world.desk, starting_date=date(2026, 7, 1))
        listed("10", item=world.desk, ending_date=date(2026, 6, 14))

        assert self.send(client, percent="-10", step="0.01", starting_on="2026-06-15").status_code == 302

        rows = PriceListLine.objects.order_by("pk").values_list("unit_amount", "starting_date", "ending_date")
        assert list(rows) == [
            (100, None, date(2026, 6, 14)),
            (45, date(2026, 7, 1), None),
            (10, None, date(2026, 6, 14)),
            (90, date(2026, 6, 15), None),
        ]

    def test_shows_what_would_change_first(self, client, world, sign_in):
        sign_in("purchaser")
        listed("100", item=world.desk)

        answer = self.send(client, percent="3", step="0.01", _preview="1")

        assert "1 price changes." in answer.content.decode()
        assert PriceListLine.objects.get().unit_amount == 100


class TestImport:
    HEAD = "Side\tItem no.\tItem category\tCustomer\tUnit of measure\tMinimum quantity\tUnit price\tLine discount %\n"
    ORDERS = (
        "Document no.\tCustomer\tOrder date\tItem no.\tQuantity\tUnit price\tLine discount %\tLine discount amount\n"
    )

    def bring(self, client, kind, text, **extra):
        return client.post(f"/import/{kind}/", {"text": text, "_request_key": f"{kind}{text}{extra}", **extra})

    def test_of_price_lists_makes_lines_and_gives_those_that_are_there_new_figures(self, client, world, sign_in):
        sign_in("purchaser")
        there = listed("90", item=world.desk, minimum_quantity="10")
        rows = "sales\tDESK\t\t\t\t10\t88\t\nsales\tDESK\t\tBIGSHOP\tBOX\t2\t900\t\nsales\t\tTABLES\t\t\t\t\t5\n"

        shown = self.bring(client, "price-list", self.HEAD + rows, _preview="1")
        assert (shown.status_code, PriceListLine.objects.count()) == (200, 1)
        assert self.bring(client, "price-list", self.HEAD + rows).status_code == 302

        there.refresh_from_db()
        assert there.unit_amount == 88
        assert PriceListLine.objects.count() == 3
        assert (
            PriceListLine.objects.filter(customer=world.big, unit_of_measure=world.box, unit_amount=900).count()
            == PriceListLine.objects.filter(category=world.tables, line_discount_percent=5).count()
            == 1
        )
        log = ChangeLog.objects.filter(model_label="inventory.pricelistline").values_list("action", flat=True)
        assert sorted(log) == ["add", "add", "change"]

    def test_of_what_was_taken_out_changes_nothing(self, client, world, price_list, sign_in):
        sign_in("purchaser")
        listed("55.5", "2", side="purchase", item=world.desk, vendor=world.shop.vendor, blocked=True)
        file = b"".join(client.get("/exports/price-list.csv").streaming_content).decode("utf-8-sig")
        before = list(PriceListLine.objects.order_by("pk").values())

        assert self.bring(client, "price-list", file).status_code == 302

        after = list(PriceListLine.objects.order_by("pk").values())
        assert [row | {"updated_at": None} for row in after] == [row | {"updated_at": None} for row in before]
        assert not ChangeLog.objects.filter(model_label="inventory.pricelistline").exists()

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("sales\tDESK\tTABLES\t\t\t\t5\t", "for an item or for a category"),
            ("sales\t\tTABLES\t\t\t\t5\t", "A category has discounts only"),
            ("sales\tDESK\t\t\t\t\t\t", "Enter a price, a discount, or both"),
            ("sales\tDESK\t\t\t\t\t\t101", "at most 100 percent"),
            ("purchase\tDESK\t\tBIGSHOP\t\t\t5\t", "Customers have sales prices"),
            ("sales\tCHAIR\t\t\tBOX\t\t5\t", "CHAIR has no unit BOX"),
            ("sales\tDESK\t\t\t\t\t5\t\nsales\tDESK\t\t\t\t0\t6\t", "stands in line 3 already"),
            ("rent\tDESK\t\t\t\t\t5\t", "is not one of"),
        ],
    )
    def test_of_price_lists_refuses_all_for_one_faulty_row(self, client, world, sign_in, row, words):
        sign_in("purchaser")

        answer = self.bring(client, "price-list", f"{self.HEAD}sales\tDESK\t\t\t\t7\t5\t\n{row}\n")

        assert answer.status_code == 422
        assert words in " ".join(answer.content.decode().split())
        assert not PriceListLine.objects.exists()

    def test_of_orders_takes_what_is_blank_from_the_price_lists(self, client, world, price_list, sign_in):
        sign_in("purchaser")
        rows = (
            "X-1\tBIGSHOP\t2026-03-10\tDESK\t3\t\t\t\n"
            "X-1\tBIGSHOP\t2026-03-10\tDESK\t3\t97\t\t\n"
            "X-1\tBIGSHOP\t2026-03-10\tDESK\t3\t97\t10\t\n"
            "X-1\tBIGSHOP\t2026-03-10\tDESK\t3\t97\t\t0\n"
            "X-1\tBIGSHOP\t2026-03-10\tCHAIR\t3\t\t\t2\n"
        )

        answer = self.bring(client, "sales", self.ORDERS + rows)
        assert answer.status_code == 302, answer.content.decode()

        lines = DocumentLine.objects.filter(document__no="X-1").order_by("line_no")
        assert [priced(line) for line in lines] == [
            ("95", "14.25", "Price list: BIGSHOP; Price list: TABLES"),
            ("97", "14.55", "Entered; Price list: TABLES"),
            ("97", "29.10", "Entered; Entered"),
            ("97", "0.00", "Entered"),
            ("45", "2.00", "Item card; Entered"),
        ]
        assert lines[4].line_discount_percent == Decimal("1.48148")

    def test_of_orders_refuses_a_price_that_nobody_knows_and_two_discounts(self, client, world, sign_in):
        sign_in("purchaser")
        factories.item("LAMP")
        rows = "X-1\tBIGSHOP\t2026-03-10\tLAMP\t3\t\t\t\nX-2\tBIGSHOP\t2026-03-10\tDESK\t3\t\t5\t5\n"

        answer = self.bring(client, "sales", self.ORDERS + rows)

        words = " ".join(answer.content.decode().split())
        assert "neither the price lists nor the item card have one" in words
        assert "the percentage or the amount, not both" in words
        assert not DocumentLine.objects.filter(document__no__startswith="X-").exists()


class TestTooLarge:
    """What no column can hold is refused in words; a discount over the whole line has no percentage."""

    HUGE = Decimal("9999999999999")

    def test_figures_of_a_line_are_refused(self, world):
        sale = order(world)
        listed(self.HUGE, item=world.desk, unit_of_measure=world.box)
        ItemUnitOfMeasure.objects.update(quantity_per=Decimal("0.00001"))

        with pytest.raises(DomainError, match="too large"):
            line_of(sale, world.desk, "2", unit_amount=self.HUGE, line_discount_percent=Decimal(100))
        with pytest.raises(DomainError, match="too large"):
            line_of(sale, world.desk, "2")
        assert not sale.lines.exists()

    def test_prices_raised_are_refused(self, world):
        listed(self.HUGE, item=world.desk)

        with pytest.raises(DomainError, match="too large"):
            price_changes.apply_changes(
                PriceListLine.objects.all(), price_changes.Wanted(Decimal(1), Decimal("0.01")), user=None
            )
        assert PriceListLine.objects.get().unit_amount == self.HUGE

    def test_a_discount_over_the_line_keeps_its_amount(self, world):
        line = line_of(order(world), world.desk, "1", unit_amount=Decimal("0.00001"), line_discount_amount=self.HUGE)

        assert (line.line_discount_amount, line.line_discount_percent) == (self.HUGE, None)
