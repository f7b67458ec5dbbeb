"""The URL patterns of lists and grids."""

from typing import Any

from django.urls import URLPattern, path, register_converter

from config.base.exports import FORMATS


class ExportFormat:
    """``csv``, ``xlsx`` or ``json`` at the end of a path."""

    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(ExportFormat, "export_format")


def list_paths(route: str, view: type[Any], *, name: str, **initkwargs: Any) -> list[URLPattern]:
    """The list at ``route`` (which ends with a slash), and its files beside it: ``items/`` and ``items.csv``."""
    handler = view.as_view(**initkwargs)
    stem = route.rstrip("/")
    return [
        path(route, handler, name=name),
        path(f"{stem}.<export_format:export_format>", handler, name=f"{name}_export"),
    ]


def grid_paths(route: str, view: type[Any], *, name: str) -> list[URLPattern]:
    """The lines of a document: all and new at ``route``, one line below it, its deletion below that."""
    handler = view.as_view()
    return [
        path(route, handler, name=name),
        path(f"{route}<int:line_pk>/", handler, name=f"{name}_line"),
        path(f"{route}<int:line_pk>/delete/", handler, {"delete": True}, name=f"{name}_delete"),
    ]
