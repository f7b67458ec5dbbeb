"""History, notes and files of the records that ``config.base.record_kinds`` knows, at one address for all of them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from config.base import changelog, record_kinds
from config.base.record_kinds import RecordKind
from config.base.views.access import AccessMixin, missing
from config.base.views.records import RecordFilesView, RecordFileView, RecordHistoryView


class _RecordPage(AccessMixin):
    """A page about a record that the address names by its model's label and its key."""

    permission_required = ()

    @cached_property
    def record_kind(self) -> RecordKind:
        kind = record_kinds.kinds().get(self.kwargs["label"])
        if kind is None:
            raise Http404
        return kind

    def check_access(self, request: HttpRequest) -> None:
        """Raise PermissionDenied where none of the kind's rights is there."""
        super().check_access(request)
        if not record_kinds.sees(self.record_kind, request.user):
            raise PermissionDenied(missing(self.record_kind.view))

    @cached_property
    def record(self) -> Model:
        kind = self.record_kind
        model = record_kinds.model_of(self.kwargs["label"])
        try:
            found = kind.visible(model, self.request.user).filter(**{kind.key: self.kwargs["key"]}).first()
        except (ValueError, ValidationError, OverflowError) as error:
            raise Http404 from error
        if found is None:
            raise Http404
        return found  # type: ignore[no-any-return]

    def get_record(self) -> Model:
        """The record of the link; raises Http404."""
        return self.record

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        """The card."""
        return [(changelog.record_no(self.record), self.record_kind.url(self.record))]

    def get_subtitle(self) -> str:
        """What the record is, and what it is called."""
        return f"{capfirst(str(self.record._meta.verbose_name))} {self.record}"


class RecordHistoryPage(_RecordPage, RecordHistoryView):
    """Who changed what of a record."""


class RecordFilesPage(_RecordPage, RecordFilesView):
    """Notes and files of a record."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Know who may add."""
        super().setup(request, *args, **kwargs)
        kind = record_kinds.kinds().get(kwargs["label"])
        self.edit_permission = kind.edit if kind else ""

    def get_file_url(self, pk: int) -> str:
        """Where a file is handed out."""
        return reverse("base:record_file", args=[self.kwargs["label"], self.kwargs["key"], pk])

    def get_done_url(self) -> str:
        """The tab of the card where it has one, else this page."""
        url = self.record_kind.url(self.record)
        return self.request.path if url.endswith("/edit/") or not url else f"{url}?tab=files"


class RecordFilePage(_RecordPage, RecordFileView):
    """Hands out a file of a record."""
