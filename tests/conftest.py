"""Fixtures and options for all tests."""

from pathlib import Path

SCENARIOS = Path(__file__).parent / "scenarios" / "cases"


def pytest_addoption(parser):
    parser.addoption(
        "--scenario-dir",
        metavar="DIR",
        type=Path,
        default=SCENARIOS,
        help="run the costing scenarios (*.yaml) below this folder; default: tests/scenarios/cases",
    )
