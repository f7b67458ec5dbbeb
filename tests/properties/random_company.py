"""A company whose people do everything that the scenario format knows, at random; what is refused is refused."""

import random
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from config.base.errors import DomainError
from inventory.models import InventorySetup
from tests.scenarios.loading import ScenarioError, Step, parse
from tests.scenarios.runner import perform
from tests.scenarios.world import set_up

FIRST = date(2026, 1, 1)
METHODS = ("fifo", "lifo", "average", "standard")
OFTEN = ("purchase", "receive", "sale", "ship", "invoice")
SELDOM = (
    "sales_return",
    "purchase_return",
    "charge",
    "credit",
    "undo",
    "positive",
    "negative",
    "count",
    "transfer",
    "transfer_back",
    "transfer_back",
    "transfer_ship",
    "transfer_receive",
    "assemble",
    "consume",
    "output",
    "capacity",
    "finish",
    "revalue_entry",
    "revalue_item",
    "set_standard_cost",
    "rework",
    "adjust_cost",
    "post_to_gl",
)


KINDS = {"revalue_entry": "revalue", "revalue_item": "revalue", "rework": "unapply", "transfer_back": "transfer"}


class RandomCompany:
    """Parts of every method, a kit and a product made of them; refs of what was posted so far by kind."""

    def __init__(self, seed, *, without=()):
        self.random, self.number, self.refs = random.Random(seed), 0, {}
        self.done, self.refused = [], []
        self.steps = [*OFTEN * 2, *(name for name in SELDOM if name not in without)]
        self.world = set_up(parse(self._company()))
        InventorySetup.objects.update(prevent_negative_inventory=self.random.random() < 0.3)

    def _company(self):
        parts = [
            {"item": method.upper(), "method": method, "unit_cost": "7", "standard_cost": "9.50", **self._overhead()}
            for method in METHODS
        ]
        bom = [{"item": "FIFO", "quantity_per": "2"}, {"item": "AVERAGE", "quantity_per": "1"}]
        made = [
            {"item": "KIT", "method": self.random.choice(METHODS), "standard_cost": "30", "bom": bom},
            {"item": "PRODUCT", "method": self.random.choice(METHODS), "standard_cost": "40", "overhead_rate": "1"},
        ]
        return {
            "id": "random",
            "title": "random",
            "locations": ["EAST", "WEST"],
            "setup": {
                "automatic_cost_posting": self.random.random() < 0.5,
                "expected_cost_posting": self.random.random() < 0.5,
                "average_cost_period": self.random.choice(["day", "week", "month"]),
                "average_cost_calculation": self.random.choice(["item", "item_location_variant"]),
                "automatic_cost_adjustment": self.random.choice(["never", "never", "always"]),
            },
            "items": parts + made,
            "steps": [],
        }

    def _overhead(self):
        return {"overhead_rate": "0.5", "indirect_cost_percent": "3"} if self.random.random() < 0.3 else {}

    def work(self, steps):
        """Do so many steps; each is done whole or leaves nothing."""
        for _step in range(steps):
            name = self.random.choice(self.steps)
            body = getattr(self, f"_{name}")()
            if body is None:
                continue
            self._perform(KINDS.get(name, name), body)

    def _perform(self, name, body):
        self.number += 1
        step = Step(self.number, name, body)
        try:
            perform(self.world, step)
            connection.check_constraints()
        except DomainError as error:
            self.refused.append((step, error.code))
        except ScenarioError:
            return
        except Exception as error:
            error.add_note("\n".join(map(str, [*self.done, step])))
            raise
        else:
            self.done.append(step)
            if body.get("ref"):
                self.refs.setdefault(name, []).append(body["ref"])

    def finish(self):
        """Adjust everything."""
        self._perform("adjust_cost", {})
        assert self.done[-1].name == "adjust_cost", self.refused[-1]

    # What is wanted of a step; None where there is nothing to do it to.

    def _line(self, item=None, **fields):
        return {
            "ref": f"R{self.number + 1}",
            "date": self._day(),
            "item": item or self._item(),
            "location": self.random.choice(["EAST", "EAST", "WEST"]),
            "quantity": Decimal(self.random.choice([1, 2, 3, 5, 7])),
            **fields,
        }

    def _item(self):
        return self.random.choice([*(method.upper() for method in METHODS), "KIT", "PRODUCT"])

    def _day(self):
        return FIRST + timedelta(self.random.randrange(60))

    def _cost(self):
        return Decimal(self.random.randrange(100_000, 1_500_000)) / 100_000

    def _amount(self):
        return Decimal(self.random.randrange(50, 2_000)) / 100

    def _some(self, *kinds):
        refs = [ref for kind in kinds for ref in self.refs.get(kind, [])]
        return self.random.choice(refs) if refs else None

    def _purchase(self):
        return self._line(unit_cost=self._cost(), quantity=Decimal(self.random.choice([3, 7, 11])))

    def _receive(self):
        return self._purchase()

    def _sale(self):
        return self._line(unit_price=Decimal(20), **self._maybe_applied("applies_to", "purchase", "receive"))

    def _ship(self):
        return self._sale()

    def _maybe_applied(self, key, *kinds):
        ref = self._some(*kinds) if self.random.random() < 0.2 else None
        return {key: ref} if ref and len(self.world.entries.get(ref, ())) == 1 else {}

    def _invoice(self):
        of = self._some("receive", "ship")
        if of is None:
            return None
        price = {"unit_cost": self._cost()} if of in self.refs.get("receive", []) else {}
        quantity = Decimal(self.random.choice([1, 2, 3, 7]))
        return {"ref": f"R{self.number + 1}", "of": of, "date": self._day(), "quantity": quantity, **price}

    def _back(self, key, *kinds):
        """A return of (part of) a line that was posted, or one that names none."""
        ref = self._some(*kinds)
        if ref is None or len(self.world.entries.get(ref, ())) != 1:
            return None
        original = next(step.body for step in self.done if step.body.get("ref") == ref)
        named = {key: ref} if self.random.random() < 0.7 else {}
        quantity = Decimal(self.random.randint(1, int(original["quantity"])))
        place = {"item": original["item"], "location": original["location"]}
        return self._line(**{**place, **named, "quantity": quantity, "unit_cost": self._cost()})

    def _sales_return(self):
        return self._back("applies_from", "sale", "ship")

    def _purchase_return(self):
        return self._back("applies_to", "purchase", "receive")

    def _charge(self):
        refs = {self._some("purchase", "receive", "sale", "sales_return") for _each in range(2)} - {None}
        split = self.random.choice(["quantity", "amount", "equally"])
        return {"date": self._day(), "to": sorted(refs), "amount": self._amount(), "split": split} if refs else None

    def _credit(self):
        of = self._some("purchase")
        return {"of": of, "date": self._day(), "amount": Decimal("1.23")} if of else None

    def _undo(self):
        of = self._some("receive", "ship", "assemble")
        return {"of": of, "date": self._day()} if of else None

    def _positive(self):
        return self._line(unit_cost=self._cost())

    def _negative(self):
        return self._line()

    def _count(self):
        line = self._line(counted=Decimal(self.random.randrange(12)))
        del line["quantity"]
        return line

    def _transfer(self):
        line = self._line(self.random.choice([self._item(), "AVERAGE"]), ref_to=f"T{self.number + 1}")
        there = {"EAST": "WEST", "WEST": "EAST"}
        return line | {"from": line.pop("location")} | {"to": there[self.random.choice(["EAST", "WEST"])]}

    def _transfer_back(self):
        """Part of what was sent comes back some days later: within a period it goes round."""
        sent = self._some("transfer")
        if sent is None:
            return None
        body = next(step.body for step in self.done if step.body.get("ref") == sent)
        refs = {"ref": f"R{self.number + 1}", "ref_to": f"T{self.number + 1}"}
        quantity = Decimal(self.random.randint(1, int(body["quantity"])))
        day = body["date"] + timedelta(self.random.randrange(8))
        return {**body, **refs, "from": body["to"], "to": body["from"], "date": day, "quantity": quantity}

    def _transfer_ship(self):
        return self._transfer() | {"in_transit": "ROAD"}

    def _transfer_receive(self):
        of = self._some("transfer_ship")
        ref = f"R{self.number + 1}"
        return {"ref": ref, "ref_to": f"T{ref}", "of": of, "date": self._day()} if of else None

    def _assemble(self):
        return self._line(item="KIT", resource_cost=self._amount(), quantity=Decimal(self.random.randint(1, 2)))

    def _order(self):
        return f"PO{self.random.randint(1, 3)}"

    def _consume(self):
        return self._line(item=self.random.choice(["FIFO", "AVERAGE", "STANDARD", "KIT"]), order=self._order())

    def _output(self):
        return self._line(item="PRODUCT", order=self._order())

    def _capacity(self):
        body = {"date": self._day(), "order": self._order(), "item": "PRODUCT", "amount": self._amount()}
        return body | {"overhead_amount": Decimal("0.77")}

    def _finish(self):
        return {"date": self._day(), "order": self._order()}

    def _revalue_entry(self):
        of = self._some("purchase", "positive")
        return {"of": of, "date": self._day(), "new_unit_cost": self._cost()} if of else None

    def _revalue_item(self):
        return {"item": self._item(), "date": self._day(), "new_unit_cost": self._cost()}

    def _set_standard_cost(self):
        return {"item": "STANDARD", "date": self._day(), "standard_cost": self._cost()}

    def _rework(self):
        of = self._some("sale", "ship", "purchase")
        return {"of": of} if of else None

    def _adjust_cost(self):
        return {}

    def _post_to_gl(self):
        return {}
