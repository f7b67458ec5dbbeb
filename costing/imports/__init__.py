"""Files of people and of other systems, read into the books through the same use cases that the pages call.

    result = import_file("purchases", path, ImportOptions())

Every row is checked before anything is written. A row that is refused is named by line, column and reason, and takes
its whole document with it; other documents are written, each in its own transactions. `import_whole` writes all of a
file or nothing, and can rehearse it: that is what the pages do.
"""

from config.base.sheets import RowProblem, SourceRow, SourceTable, UnreadableFile, read_file
from costing.imports.kinds import KINDS, Kind
from costing.imports.results import ImportOptions, ImportResult
from costing.imports.running import Refused, import_file, import_rows, import_whole

__all__ = [
    "KINDS",
    "ImportOptions",
    "ImportResult",
    "Kind",
    "Refused",
    "RowProblem",
    "SourceRow",
    "SourceTable",
    "UnreadableFile",
    "import_file",
    "import_rows",
    "import_whole",
    "read_file",
]
