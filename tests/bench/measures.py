"""All measures by name. A measure takes the size and yields lines to print."""

from collections.abc import Callable, Iterable

from tests.bench import adjust, close, general_ledger, load_demo, pages, posting, reconciliation

MEASURES: dict[str, Callable[[int], Iterable[object]]] = {
    "posting_1": posting.one,
    "posting_4": posting.four,
    "posting_100_lines": posting.hundred_lines,
    "adjust_full": adjust.full,
    "adjust_nothing": adjust.nothing,
    "adjust_incremental": adjust.incremental,
    "gl_per_entry": general_ledger.per_entry,
    "gl_grouped": general_ledger.grouped,
    "matrix_all": reconciliation.matrix_all,
    "matrix_month": reconciliation.matrix_month,
    "close_first": close.first,
    "close_next": close.following,
    "close_reverse": close.reverse,
    "explain_all": reconciliation.explain_all,
    "matrix_page": reconciliation.matrix_page,
    "load_demo": load_demo.measure,
    "pages": pages.measure,
}
