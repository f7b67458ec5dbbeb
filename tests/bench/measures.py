"""All measures by name. A measure takes the size and yields lines to print."""

from collections.abc import Callable, Iterable

from tests.bench import load_demo

MEASURES: dict[str, Callable[[int], Iterable[object]]] = {
    "load_demo": load_demo.measure,
}
