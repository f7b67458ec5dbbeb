"""Every scenario below `--scenario-dir` is one test, named by its id."""

from pathlib import Path

import pytest

from tests.conftest import SCENARIOS
from tests.scenarios import runner
from tests.scenarios.loading import ScenarioError, load

EXPECTED_FAILURES = Path(__file__).parent / "expected_failures.txt"


def expected_failures() -> dict[str, str]:
    """Return the reason for each case that is not to pass yet."""
    lines = [line.strip() for line in EXPECTED_FAILURES.read_text(encoding="utf-8").splitlines()]
    pairs = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return {case.strip(): reason.strip() for case, _colon, reason in pairs}


def pytest_generate_tests(metafunc):
    if "scenario_path" not in metafunc.fixturenames:
        return
    folder = metafunc.config.getoption("--scenario-dir", default=SCENARIOS)
    if not folder.is_dir():
        raise pytest.UsageError(f"--scenario-dir: no such folder: {folder}")
    paths = sorted(folder.rglob("*.yaml"))
    if not paths:
        raise pytest.UsageError(f"--scenario-dir: no *.yaml below {folder}")
    reasons = expected_failures() if folder.resolve() == SCENARIOS.resolve() else {}
    unknown = set(reasons) - {path.stem for path in paths}
    if unknown:
        raise pytest.UsageError(f"{EXPECTED_FAILURES.name} names no case: {', '.join(sorted(unknown))}")
    metafunc.parametrize("scenario_path", [_parameter(path, reasons) for path in paths])


def _parameter(path, reasons):
    reason = reasons.get(path.stem)
    # Strict: a case that passes must leave the list.
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason is not None else []
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.django_db
def test_scenario(scenario_path):
    try:
        scenario = load(scenario_path)
    except ScenarioError as error:
        pytest.fail(str(error), pytrace=False)

    runner.run(scenario)
