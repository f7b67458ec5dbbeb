"""The scenario format: what a file may say, and what it may not."""

from datetime import date
from decimal import Decimal

import pytest

from tests.scenarios.loading import ScenarioError, load, parse

FILE = """
id: {id}
title: One purchase
source: own figures
tags: [fifo]
items:
  - {{item: CUP, method: fifo, unit_cost: "4.00"}}
steps:
  - purchase: {{ref: P1, date: 2026-01-05, item: CUP, quantity: "10", unit_cost: "4.00"}}
  - expect: {{entry: P1, cost_actual: "40.00"}}
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="one-purchase"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def scenario(*steps, **parts):
    return {"id": "x", "title": "x", "items": [{"item": "CUP", "method": "fifo"}], "steps": list(steps)} | parts


class TestAFile:
    def test_is_read_with_its_decimals_and_dates(self, write):
        found = load(write(FILE.format(id="one-purchase")))

        assert found.id == "one-purchase"
        assert found.items == [{"item": "CUP", "method": "fifo", "unit_cost": Decimal("4.00")}]
        assert [(step.number, step.name) for step in found.steps] == [(1, "purchase"), (2, "expect")]
        assert found.steps[0].body["quantity"] == Decimal("10")
        assert found.steps[0].body["date"] == date(2026, 1, 5)
        assert str(found.steps[1]) == 'step 2: expect: {entry: P1, cost_actual: "40.00"}'

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            (FILE.format(id="another"), "not the name of the file"),
            (FILE.format(id="one-purchase") + "remark: x\n", "unknown: remark"),
            (FILE.format(id="one-purchase").replace('quantity: "10"', "quantity: 10"), "must be a decimal in quotes"),
            (FILE.format(id="one-purchase").replace("title: One purchase", ""), "missing: title"),
            (FILE.format(id="one-purchase") + "id: one-purchase\n", "given twice: id"),
            ("- a list", "is a mapping"),
            ("{", "while parsing"),
        ],
    )
    def test_that_is_no_scenario_is_refused(self, write, text, complaint):
        with pytest.raises(ScenarioError, match=complaint):
            load(write(text))


class TestAScenario:
    @pytest.mark.parametrize(
        ("steps", "complaint"),
        [
            ([{"buy": {}}], "unknown step 'buy'"),
            ([{"sale": {}, "ship": {}}], "one name"),
            ([{"sale": None}], "must be a mapping"),
            ([{"sale": {"unit_cost": "1"}}], "unknown: unit_cost"),
            ([{"set": {"setup": {"average_period": "day"}}}], "unknown: average_period"),
            ([{"expect": {"stock": "CUP"}}], "no known check"),
            ([{"expect": {"entry": "P1"}}], "asserts nothing"),
            ([{"expect": {"entry": "P1", "cost": "1"}}], "unknown: cost"),
            ([{"expect": {"gl": "cogs", "balance": 1.5}}], "must be a decimal in quotes"),
        ],
    )
    def test_with_a_step_out_of_the_format_is_refused(self, steps, complaint):
        with pytest.raises(ScenarioError, match=complaint):
            parse(scenario(*steps))

    def test_may_filter_the_matrix_by_item(self):
        found = parse(scenario({"expect": {"matrix": "inventory", "item": "CUP", "difference": "0.00"}}))

        assert found.steps[0].body["difference"] == Decimal("0.00")

    def test_may_say_true_where_another_step_has_a_decimal(self):
        capacity = {"order": "PO5", "date": date(2026, 2, 3), "amount": "100.00", "subcontracted": True}

        found = parse(scenario({"capacity": capacity}))

        assert found.steps[0].body["subcontracted"] is True
