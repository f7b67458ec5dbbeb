"""Tables of lists: django-tables2 columns that write figures, dates and states as ``ux.md`` wants them.

Each column class knows two forms of its value: ``render`` for people, ``value`` for exports, exact in every region.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import django_tables2
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_tables2.utils import A

from config.base import fields as own_fields
from config.base.formatting import date_html, number_html


@django_tables2.columns.library.register
class Column(django_tables2.Column):
    """Text. ``kind`` tells the template and the exports how to treat the column."""

    kind: ClassVar[str] = "text"

    def value(self, **kwargs: Any) -> Any:
        """The value for exports: dates stay dates, records become their names."""
        value = kwargs["value"]
        return value if isinstance(value, (str, int, Decimal, date, datetime)) else str(value)

    @classmethod
    def from_field(cls, field: Any, **kwargs: Any) -> "Column | None":
        """Take fields that no other column class takes."""
        return cls(**kwargs) if cls is Column else None


class LinkColumn(Column):
    """Text that links: ``LinkColumn("inventory:item_detail", args=["no"])``; ``args`` are accessors of the record."""

    def __init__(self, viewname: str, *, args: Sequence[str] = ("pk",), **kwargs: Any) -> None:
        super().__init__(linkify=(viewname, [A(name) for name in args]), **kwargs)


class NumberColumn(Column):
    """A figure, right-aligned; ``linkify`` gives the entries behind it."""

    field_class: ClassVar[type[models.Field[Any, Any]] | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial_sort_descending", True)
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> Any:
        """Write the figure in the user's region; a text stays one."""
        return number_html(value, self.kind) if isinstance(value, (Decimal, int)) else value

    @classmethod
    def from_field(cls, field: Any, **kwargs: Any) -> Column | None:
        """Take the field class that the column is for."""
        return cls(**kwargs) if cls.field_class and isinstance(field, cls.field_class) else None


class IntegerColumn(NumberColumn):
    """A whole number with grouped thousands. Not for entry numbers: those are a ``Column``."""

    kind = "integer"


class PercentColumn(NumberColumn):
    """A percentage, two decimals."""

    kind = "percent"


@django_tables2.columns.library.register
class AmountColumn(NumberColumn):
    """Money, two decimals."""

    kind = "amount"
    field_class = own_fields.AmountField


@django_tables2.columns.library.register
class UnitCostColumn(NumberColumn):
    """A cost per unit, two to five decimals."""

    kind = "unit_cost"
    field_class = own_fields.UnitCostField


@django_tables2.columns.library.register
class QuantityColumn(NumberColumn):
    """A quantity, up to five decimals."""

    kind = "quantity"
    field_class = own_fields.QuantityField


@django_tables2.columns.library.register
class DateColumn(Column):
    """A date in the user's region."""

    kind = "date"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial_sort_descending", True)
        super().__init__(*args, **kwargs)

    def render(self, value: date) -> Any:
        """Write it as ``<time>``."""
        return date_html(value)

    @classmethod
    def from_field(cls, field: Any, **kwargs: Any) -> Column | None:
        """Take date fields."""
        return cls(**kwargs) if cls is DateColumn and type(field) is models.DateField else None


@django_tables2.columns.library.register
class DateTimeColumn(DateColumn):
    """A moment, to the minute, in the company's time zone."""

    kind = "datetime"

    @classmethod
    def from_field(cls, field: Any, **kwargs: Any) -> Column | None:
        """Take moments."""
        return cls(**kwargs) if isinstance(field, models.DateTimeField) else None


@django_tables2.columns.library.register
class YesNoColumn(Column):
    """Yes or no in words."""

    kind = "yesno"
    empty_values: ClassVar[tuple[Any, ...]] = (None,)

    def render(self, value: Any) -> Any:
        """Write yes in the text colour, no muted."""
        return _("Yes") if value else format_html('<span class="muted">{}</span>', _("No"))

    def value(self, **kwargs: Any) -> Any:
        """A boolean for exports."""
        return bool(kwargs["value"])

    @classmethod
    def from_field(cls, field: Any, **kwargs: Any) -> Column | None:
        """Take boolean fields."""
        return cls(**kwargs) if isinstance(field, models.BooleanField) else None


class StateColumn(Column):
    """A state as a badge. ``tones``: stored value -> neutral, info, ok, warn, danger."""

    kind = "state"

    def __init__(self, *args: Any, tones: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        self.tones = dict(tones or {})
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any, bound_column: Any) -> Any:
        """Write the words of the choice; the stored value goes to ``data-state``."""
        raw = A(bound_column.accessor).resolve(record, safe=True)
        tone = self.tones.get(str(raw), "neutral")
        return format_html('<span class="badge badge-{}" data-state="{}">{}</span>', tone, raw, value)


class Table(django_tables2.Table):
    """The table of a list. ``Meta.fields`` names all columns in order."""

    hidden_columns: ClassVar[Sequence[str]] = ()
    """Columns that exist but are off until the user chooses them."""

    main_columns: ClassVar[Sequence[str]] = ()
    """The first line of a row on a small screen; the first column where nothing is said."""

    row_url: ClassVar[Callable[[Any], str] | None] = None
    """Where a click on the row goes; without it, where the row's first link goes."""

    class Meta:
        default = ""
        row_attrs: ClassVar[dict[str, Any]] = {"data-entry": lambda record: getattr(record, "pk", None)}

    def __init__(self, data: Any, **kwargs: Any) -> None:
        # A subclass with a Meta of its own need not repeat ours.
        kwargs.setdefault("default", "")
        kwargs.setdefault("row_attrs", {**Table.Meta.row_attrs, **self._meta.row_attrs})
        super().__init__(data, **kwargs)
        first = next(iter(self.columns.columns), "")
        self.main_names = set(self.main_columns or (first,))

    def get_column_class_names(self, classes_set: set[str], bound_column: Any) -> set[str]:
        """The classes of a cell: its kind (figures align right), and whether it leads on small screens."""
        names = set(classes_set) | {f"kind-{getattr(bound_column.column, 'kind', 'text')}"}
        if bound_column.name in self.main_names:
            names.add("main")
        return names


class CellWriter:
    """Writes the cells of one column. What django-tables2 works out for every cell is worked out once: half the time.

    The rules are its own: a choice shows its words, a missing value the default, ``render`` and ``linkify`` get the
    arguments that they name.
    """

    def __init__(self, column: Any, table: Table, model: type[models.Model]) -> None:
        self.column, self.table = column, table
        self.accessor = A(column.accessor)
        self.display = _display_method(self.accessor, model)
        self.empty = column.column.empty_values
        self.default = column.default
        self.render = _caller(column.render)
        self.url = _caller(column.link.url) if column.link and callable(column.link.url) else None

    def __call__(self, row: Any) -> Any:
        """The cell of a row, as HTML where it is safe."""
        value = self._value(row.record)
        if value in self.empty:
            return self.default
        arguments = {
            "value": value,
            "record": row.record,
            "column": self.column.column,
            "bound_column": self.column,
            "bound_row": row,
            "table": self.table,
        }
        content = self.render(arguments)
        if self.column.link is None:
            return content
        url = self.url(arguments) if self.url else self.column.link.compose_url(**arguments)
        return content if url is None else format_html('<a href="{}">{}</a>', url, content)

    def _value(self, record: Any) -> Any:
        if self.display:
            owner, _field = self.accessor.penultimate(record)
            return getattr(owner, self.display)() if owner is not None else None
        try:
            return self.accessor.resolve(record)
        except (ValueError, AttributeError):
            # A link on the way is missing, as for the variant of an entry without one.
            return None


def _display_method(accessor: Any, model: type[models.Model]) -> str:
    """``get_type_display`` where the accessor ends at a field with choices."""
    try:
        field = accessor.get_field(model)
    except FieldDoesNotExist:
        return ""
    return f"get_{field.name}_display" if getattr(field, "choices", None) else ""


def _caller(function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Any]:
    """The function, called with those of the arguments that it names."""
    parameters = inspect.signature(function).parameters
    if any(item.kind is item.VAR_KEYWORD for item in parameters.values()):
        return lambda arguments: function(**arguments)
    names = [name for name in parameters if name in ("value", "record", "column", "bound_column", "bound_row", "table")]
    return lambda arguments: function(**{name: arguments[name] for name in names})
