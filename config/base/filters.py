"""Filters of lists. A filter's name is its parameter in the URL; list, drill-down, export and totals share them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial, reduce
from operator import and_, or_
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.base.expressions import Expression, exact_value, read_day, read_expression, read_number, read_text
from config.base.parsing import NotReadable
from config.base.preferences import today_of

__all__ = [
    "ChoiceFilter",
    "DateFilter",
    "FilterSet",
    "NumberFilter",
    "TextFilter",
    "YesNoFilter",
    "exact_value",
]

SEARCH_NAME = "q"


class ExpressionField(forms.CharField):
    """A filter box: reads the little language of ``config.base.expressions``."""

    def __init__(self, *, read: Any, **kwargs: Any) -> None:
        self.read = read
        super().__init__(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> Expression | None:
        """Return the expression, or None for an empty box."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)  # type: ignore[no-any-return]
        except NotReadable as error:
            raise ValidationError(str(error)) from error


class ExpressionFilter(django_filters.Filter):
    """The base of text, number and date filters; ``field_name`` is the ORM path, by default the filter's name."""

    placeholder: ClassVar[Any] = ""
    exact: str = "exact"

    def __init__(self, field_name: str | None = None, *, label: Any = None, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, label=label, **kwargs)

    def read(self, text: str) -> Expression:
        """Read the box. Raises NotReadable."""
        raise NotImplementedError

    @property
    def field(self) -> forms.Field:
        """The form field, which knows how to read for this filter."""
        if not hasattr(self, "_field"):
            self._field = ExpressionField(read=self.read, label=self.label)
            self._field.widget.attrs["placeholder"] = self.placeholder
        return self._field

    def filter(self, qs: QuerySet[Any], value: Expression | None) -> QuerySet[Any]:
        """Apply the expression."""
        return qs.filter(value.q(self.field_name, exact=self.exact)) if value else qs


class TextFilter(ExpressionFilter):
    """Words: ``CHAIR``, ``CH*``, ``A|B``, ``<>X``, ``A..C``, ``''``. ``lookup="icontains"`` for texts of many words."""

    placeholder = _("A|B, BIK*, <>X")

    def __init__(self, field_name: str | None = None, *, lookup: str = "exact", **kwargs: Any) -> None:
        super().__init__(field_name, **kwargs)
        self.exact = lookup

    def read(self, text: str) -> Expression:
        """Read words with wildcards."""
        return read_expression(text, read_text, wildcards=True)


class NumberFilter(ExpressionFilter):
    """Numbers: ``10``, ``>=10``, ``1..10``, ``<>0``."""

    placeholder = _("10, >=10, 1..10")

    def read(self, text: str) -> Expression:
        """Read numbers with a dot."""
        return read_expression(text, read_number)


class DateFilter(ExpressionFilter):
    """Dates: ``2026-01-31``, ``..t``, ``-30d..t``, ``2026-03``, ``p3``, ``cm``. Moments: path ``created_at__date``."""

    placeholder = _("2026-01-31, ..t, -30d..t")

    def read(self, text: str) -> Expression:
        """Read dates relative to the request's today."""
        request = getattr(self.parent, "request", None)
        today: date = today_of(request) if request is not None else timezone.localdate()
        return read_expression(text, partial(read_day, today=today))


class _PipedSelect(forms.CheckboxSelectMultiple):
    """Several choices: repeated parameters, or one with ``a|b``."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Split at the pipe."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return [part for value in values for part in value.split("|") if part]


class ChoiceFilter(django_filters.MultipleChoiceFilter):
    """One or several values of a list of choices."""

    def __init__(self, field_name: str | None = None, *, choices: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, choices=choices, label=label, widget=_PipedSelect, **kwargs)
        self.always_filter = False

    def filter(self, qs: QuerySet[Any], value: Sequence[str]) -> QuerySet[Any]:
        """Keep rows with any of the values, without joins that multiply rows."""
        return qs.filter(**{f"{self.field_name}__in": list(value)}) if value else qs


YES_NO = (("yes", _("Yes")), ("no", _("No")))
_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0"}


class _YesNoField(forms.ChoiceField):
    def clean(self, value: Any) -> bool | None:
        text = str(value or "").lower()
        if text and text not in _YES | _NO:
            raise ValidationError(_("Write yes or no."))
        return None if not text else text in _YES


class YesNoFilter(django_filters.Filter):
    """Yes, no, or both. For other conditions give ``method=``."""

    def __init__(self, field_name: str | None = None, *, label: Any = None, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, label=label, **kwargs)

    @property
    def field(self) -> forms.Field:
        """A select with an empty choice."""
        if not hasattr(self, "_field"):
            self._field = _YesNoField(required=False, label=self.label, choices=[("", _("All")), *YES_NO])
        return self._field

    def filter(self, qs: QuerySet[Any], value: bool | None) -> QuerySet[Any]:
        """Apply it."""
        return qs if value is None else qs.filter(**{self.field_name: value})


class SearchFilter(django_filters.CharFilter):
    """The quick search: words in any order, ``"exact phrase"``, over the filter set's ``search_fields``."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Every word must be found in one of the fields."""
        paths = getattr(self.parent, "search_fields", ())
        return qs.filter(search_q(qs.model, value, paths)) if value and paths else qs


SELDOM = 500
"""So many records that a word names are looked up by their keys; of more the rows are read until a page is full."""


def search_q(model: type[Model], text: str, paths: Iterable[str]) -> Q:
    """The condition that every word (or quoted phrase) of the text is found in one of the fields.

    A field that begins with ``^`` is searched from its start, as the index of a ledger finds it. What stands in other
    tables is found there first: by then the database knows that a word is seldom, and takes the keys.
    """
    words = [phrase or word for phrase, word in re.findall(r'"([^"]+)"|(\S+)', text)]
    return reduce(and_, (_word_q(model, word, list(paths)) for word in words), Q())


def _word_q(model: type[Model], word: str, paths: Sequence[str]) -> Q:
    by_relation: dict[str, list[str]] = {}
    for path in paths:
        relation, _dots, column = path.removeprefix("^").rpartition("__")
        by_relation.setdefault(relation, []).append(("^" if path.startswith("^") else "") + column)
    return reduce(or_, (_relation_q(model, word, relation, names) for relation, names in by_relation.items()))


def _relation_q(model: type[Model], word: str, relation: str, columns: Sequence[str]) -> Q:
    if not relation:
        return reduce(or_, (_column_q(column, word) for column in columns))
    for name in relation.split("__"):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    there = reduce(or_, (_column_q(column, word) for column in columns))
    keys = list(model._default_manager.filter(there).order_by().values_list("pk", flat=True)[: SELDOM + 1])
    if len(keys) <= SELDOM:
        return Q(**{f"{relation}__in": keys})
    return reduce(or_, (_column_q(column, word, relation + "__") for column in columns))


def _column_q(column: str, word: str, prefix: str = "") -> Q:
    if not column.startswith("^"):
        return Q(**{f"{prefix}{column}__icontains": word})
    path = prefix + column.removeprefix("^")
    # Numbers are written in capitals; an index knows no others.
    return Q(**{f"{path}__startswith": word}) | Q(**{f"{path}__startswith": word.upper()})


class FilterSet(django_filters.FilterSet):
    """Declared filters of one model, with the quick search where ``search_fields`` names its fields."""

    search_fields: ClassVar[Sequence[str]] = ()

    def __init__(self, *args: Any, hidden: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = set(hidden)
        for name in [name for name, item in self.filters.items() if name in hidden or item.field_name in hidden]:
            del self.filters[name]
        if self.search_fields and SEARCH_NAME not in self.filters:
            search = SearchFilter(field_name=SEARCH_NAME, label=_("Search"))
            search.model, search.parent = self.queryset.model, self
            self.filters[SEARCH_NAME] = search

    @property
    def fields_shown(self) -> list[forms.BoundField]:
        """The fields of the filter panel, without the quick search."""
        return [field for field in self.form if field.name != SEARCH_NAME]
