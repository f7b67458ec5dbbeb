"""Files of people and of other systems, read into the books through the same use cases that the pages call.

    result = import_file("purchases", path, ImportOptions())

Every row is checked before anything is written. A row that is refused is named by line, column and reason, and takes
its whole document with it; other documents are written, each in its own transactions.
"""

from config.base.sheets import RowProblem, SourceRow, SourceTable, UnreadableFile, read_file
from costing.imports.kinds import KINDS, Kind
from costing.imports.results import ImportOptions, ImportResult
from costing.imports.running import import_file, import_rows

__all__ = [
    "KINDS",
    "ImportOptions",
    "ImportResult",
    "Kind",
    "RowProblem",
    "SourceRow",
    "SourceTable",
    "UnreadableFile",
    "import_file",
    "import_rows",
    "read_file",
]
