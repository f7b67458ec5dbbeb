"""The parts that pages are made of, as plain data: views build them, templates show them.

Parts that carry a ``permission`` are left out on the server for a user without it (``allowed``): what a role may not
see is never sent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from django.db import models
from django.urls import reverse
from django.utils.text import capfirst

from config.base import fields as own_fields

Text = Any  # str or a lazy translation; Django's own type hints treat both as one.


JOB_TONES = {
    "queued": "neutral",
    "running": "info",
    "stopping": "warn",
    "stalled": "danger",
    "done": "ok",
    "done_with_warnings": "warn",
    "failed": "danger",
    "cancelled": "neutral",
}


class _Guarded(Protocol):
    @property
    def permission(self) -> str: ...


Guarded = TypeVar("Guarded", bound=_Guarded)


def allowed(parts: Iterable[Guarded], user: Any) -> list[Guarded]:
    """The parts that the user may see."""
    return [part for part in parts if not part.permission or user.has_perm(part.permission)]


@dataclass(frozen=True, slots=True)
class Action:
    """A button or link. ``url`` is a path, or a URL name without arguments; ``disabled`` is the reason why not now.

    ``post=True`` sends a POST at once (for steps that need no question). Single use: ``shortcut`` as in ``"Alt+N"``.
    """

    label: Text
    url: str = ""
    primary: bool = False
    danger: bool = False
    permission: str = ""
    disabled: Text = ""
    post: bool = False
    shortcut: str = ""
    icon: str = ""

    @property
    def href(self) -> str:
        """The address."""
        return self.url if not self.url or self.url[0] in "/?#" else reverse(self.url)


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in words; ``tone`` is neutral, info, ok, warn or danger; ``state`` the stable word for programs."""

    label: Text
    tone: str = "neutral"
    state: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value of a card."""

    label: Text
    value: Any
    kind: str = "text"
    url: str = ""
    permission: str = ""
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure; its ``url`` is the list of the entries that make it up."""

    label: Text
    value: Any
    kind: str = "amount"
    url: str = ""
    permission: str = ""
    tone: str = ""
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a card that can be folded."""

    key: str
    title: Text
    fields: Sequence[Field]
    open: bool = True
    permission: str = ""
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """A tab of a card: an ordinary list URL with its filter, loaded when the tab is opened."""

    key: str
    title: Text
    url: str
    count: int | None = None
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A box at the right of a card: a fragment that some app serves at a URL."""

    title: Text
    url: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """A tile of the home page: a count or amount that links to the list it counts."""

    label: Text
    count: int | Decimal
    url: str
    tone: str = "neutral"
    hint: Text = ""
    kind: str = "integer"
    group: Text = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Work that the user begins with one tap: a big button of the home page."""

    label: Text
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that the search found."""

    label: Text
    url: str
    kind: Text = ""
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did: the message, where to go on, and what to undo it with."""

    message: Text = ""
    url: str = ""
    level: str = "success"
    undo_url: str = ""


@dataclass(frozen=True, slots=True)
class CellNote:
    """Small words under a value or box of a grid; ``tone`` "danger" makes them stand out."""

    text: Text
    tone: str = ""


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of a grid or preview: a form field, or with ``figure`` an attribute that is only shown.

    ``note`` says in small words what belongs to the value of a line; None: nothing.
    """

    name: str
    label: Text = ""
    kind: str = "text"
    figure: bool = False
    width: str = ""
    url: Callable[[Any], str] | None = None
    permission: str = ""
    note: Callable[[Any], CellNote | None] | None = None


@dataclass(frozen=True, slots=True)
class PreviewTable:
    """What a posting would write to one table; rows are objects or dicts with the columns' names."""

    title: Text
    columns: Sequence[GridColumn]
    rows: Sequence[Any]
    totals: Sequence[str] = ()
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The answer to "Preview posting"."""

    tables: Sequence[PreviewTable]
    notes: Sequence[Text] = ()
    title: Text = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a matrix; ``panel`` is the key of the panel that explains it, ``url`` a link instead of one."""

    value: Decimal | None = None
    kind: str = "amount"
    panel: str = ""
    url: str = ""
    text: Text = ""
    tone: str = ""
    permission: str = ""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A row of a matrix: column key -> cell. A column that does not apply is missing."""

    key: str
    label: Text
    cells: Mapping[str, Cell]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A table of figures with row and column headers; ``columns`` are (key, label) pairs."""

    columns: Sequence[tuple[str, Text]]
    rows: Sequence[MatrixRow]
    foot: Sequence[MatrixRow] = ()
    caption: Text = ""
    calculated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A line of a panel: its own amount, and its effect on the clicked figure where the two differ."""

    label: Text
    amount: Decimal | None = None
    effect: Decimal | None = None
    url: str = ""
    hint: Text = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class PanelGroup:
    """Lines of a panel under a heading."""

    title: Text
    rows: Sequence[PanelRow]
    total: Decimal | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The drawer that explains a figure: what is summed, its total (equal to the cell), the parts that add up to it."""

    title: Text
    total: Decimal
    sentence: Text = ""
    groups: Sequence[PanelGroup] = ()
    path: Sequence[tuple[Text, str]] = ()
    list_url: str = ""
    actions: Sequence[Action] = ()
    kind: str = "amount"

    @property
    def has_effects(self) -> bool:
        """Whether any line shows an effect beside its amount."""
        return any(row.effect is not None for group in self.groups for row in group.rows)


FIELD_KINDS: tuple[tuple[type[Any], str], ...] = (
    (own_fields.AmountField, "amount"),
    (own_fields.UnitCostField, "unit_cost"),
    (own_fields.QuantityField, "quantity"),
    (models.DecimalField, "quantity"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.BooleanField, "yesno"),
    (models.IntegerField, "integer"),
)


def kind_of(model_field: object) -> str:
    """How a value of this model field is shown."""
    return next((kind for cls, kind in FIELD_KINDS if isinstance(model_field, cls)), "text")


def fields_of(record: models.Model, *names: str, permission: str = "") -> list[Field]:
    """Labelled values of a record by field name; kind and label come from the model field.

    A foreign key links to the record it points to, where that has a ``get_absolute_url``: select it beforehand.
    """
    return [_field_of(record, name, permission) for name in names]


def _field_of(record: models.Model, name: str, permission: str) -> Field:
    model_field = record._meta.get_field(name)
    value, url = getattr(record, name), ""
    if model_field.is_relation:
        url = value.get_absolute_url() if hasattr(value, "get_absolute_url") else ""
    elif getattr(model_field, "choices", None):
        value = getattr(record, f"get_{name}_display")()
    label = capfirst(getattr(model_field, "verbose_name", name))
    return Field(label, value, kind_of(model_field), url=url, permission=permission)


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter with the link that removes it."""

    label: Text
    value: Text
    remove_url: str
    error: Text = ""


@dataclass(frozen=True, slots=True)
class ViewTab:
    """A saved view as a tab of a list."""

    label: Text
    url: str
    current: bool = False
    pk: int | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class MenuPage:
    """A page of the menu, as declared in ``config/navigation.py``. One permission is enough; none: everybody."""

    label: Text
    url_name: str
    permissions: tuple[str, ...] = ()
    icon: str = ""
    also: Text = ""
    in_menu: bool = True
    shortcut: str = ""


@dataclass(frozen=True, slots=True)
class MenuArea:
    """An area of the menu with its pages."""

    key: str
    label: Text
    icon: str
    pages: tuple[MenuPage, ...] = field(default_factory=tuple)
