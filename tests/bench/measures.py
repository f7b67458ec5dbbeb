"""All measures by name. A measure takes the size and yields lines to print."""

from collections.abc import Callable, Iterable

from tests.bench import adjust, load_demo, posting

MEASURES: dict[str, Callable[[int], Iterable[object]]] = {
    "posting_1": posting.one,
    "posting_4": posting.four,
    "posting_100_lines": posting.hundred_lines,
    "adjust_full": adjust.full,
    "adjust_nothing": adjust.nothing,
    "adjust_incremental": adjust.incremental,
    "load_demo": load_demo.measure,
}
