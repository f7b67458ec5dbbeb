"""Runs one scenario from an empty company to its last check."""

from __future__ import annotations

from django.db import connection

from config.base.errors import DomainError
from costing.check_books import breaches
from tests.scenarios import ledgers, worksheet
from tests.scenarios.checks import check
from tests.scenarios.loading import Scenario, Step
from tests.scenarios.steps import STEPS
from tests.scenarios.world import World, set_up


def run(scenario: Scenario) -> None:
    """Post the steps in order, make the checks, and prove the books at the end."""
    world = set_up(scenario)
    for step in scenario.steps:
        try:
            worksheet.close_before(world, step.name)
            perform(world, step)
            connection.check_constraints()
        except Exception as error:
            error.add_note(f"{scenario.id}, {step}")
            raise
    check_books()


def perform(world: World, step: Step) -> None:
    """Do one step. One that must be refused is refused with its code, and leaves the books as they were."""
    if step.name == "expect":
        check(world, step.body)
        return
    expected = step.body.get("expect_error")
    if expected is None:
        STEPS[step.name](world, step.body)
        return
    before = ledgers.fingerprint()
    try:
        STEPS[step.name](world, step.body)
    except DomainError as error:
        assert error.code == expected, f"refused with {error.code}, expected {expected}: {error}"
    else:
        raise AssertionError(f"was not refused, expected {expected}")
    touched = ledgers.changed(before, ledgers.fingerprint())
    assert not touched, f"refused, but these tables changed: {', '.join(touched)}"


def check_books() -> None:
    """Prove every invariant of the books."""
    found = breaches()
    assert not found, "the books are broken:\n" + "\n".join(map(str, found))
