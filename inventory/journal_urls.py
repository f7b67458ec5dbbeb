"""The addresses of the journals: of each journal, and the same of each of its batches."""

from typing import Any

from django.urls import URLPattern, path

from config.base.views import grid_paths
from inventory.views import journal_batches, journals


def _pages(route: str, name: str, views: dict[str, type[Any]]) -> list[URLPattern]:
    return [
        path(route, views["journal"].as_view(), name=f"{name}_journal"),
        *grid_paths(f"{route}lines/", views["lines"], name=f"{name}_lines"),
        *(path(f"{route}{page}/", views[page].as_view(), name=f"{name}_{page}") for page in ("paste", "get", "save")),
    ]


def _journal(stem: str, views: dict[str, type[Any]], new_batch: type[Any], delete_batch: type[Any]) -> list[URLPattern]:
    route = f"journals/{stem}/"
    batch = f"{route}batch/<str:batch>/"
    return [
        *_pages(route, stem, views),
        path(f"{route}new-batch/", new_batch.as_view(), name=f"{stem}_new_batch"),
        *_pages(batch, f"{stem}_batch", views),
        path(f"{batch}delete/", delete_batch.as_view(), name=f"{stem}_batch_delete"),
    ]


journal_patterns: list[URLPattern] = [
    *_journal(
        "adjustment",
        {
            "journal": journals.AdjustmentJournalView,
            "lines": journals.AdjustmentLinesView,
            "paste": journal_batches.PasteAdjustmentsView,
            "get": journal_batches.GetStandardAdjustmentsView,
            "save": journal_batches.SaveStandardAdjustmentsView,
        },
        journal_batches.NewAdjustmentBatchView,
        journal_batches.DeleteAdjustmentBatchView,
    ),
    *_journal(
        "reclassification",
        {
            "journal": journals.ReclassificationJournalView,
            "lines": journals.ReclassificationLinesView,
            "paste": journal_batches.PasteReclassificationsView,
            "get": journal_batches.GetStandardReclassificationsView,
            "save": journal_batches.SaveStandardReclassificationsView,
        },
        journal_batches.NewReclassificationBatchView,
        journal_batches.DeleteReclassificationBatchView,
    ),
]
