"""The generic pages. ``docs/adding-a-list.md`` tells how to use them."""

from config.base.views.actions import ActionView
from config.base.views.cards import CardView, DocumentView
from config.base.views.edit import CreateView, UpdateView
from config.base.views.grid import LineGridView
from config.base.views.lists import ListView
from config.base.views.matrix import MatrixView
from config.base.views.page import PageMixin, PageView
from config.base.views.paths import grid_paths, list_paths

__all__ = [
    "ActionView",
    "CardView",
    "CreateView",
    "DocumentView",
    "LineGridView",
    "ListView",
    "MatrixView",
    "PageMixin",
    "PageView",
    "UpdateView",
    "grid_paths",
    "list_paths",
]
