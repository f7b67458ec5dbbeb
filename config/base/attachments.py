"""Notes and files on a record of any app, named by model label and number."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.errors import DomainError
from config.base.models import Attachment, Note

MAX_BYTES = 10 * 1024 * 1024
PICTURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
"""Kinds of pictures that are shown on a page, by their first bytes; any other file is only handed out."""


def files_of(record: Model) -> QuerySet[Attachment]:
    """The files of a record, the latest first."""
    return Attachment.objects.filter(**_about(record)).select_related("author").order_by("-pk")


def notes_of(record: Model) -> QuerySet[Note]:
    """The notes on a record itself, the latest first."""
    return Note.objects.filter(**_about(record), figure="").select_related("author").order_by("-pk")


def add_file(record: Model, upload: UploadedFile[Any], *, user: Any) -> Attachment:
    """Keep an uploaded file. Raises: DomainError where it is empty or too big."""
    size = upload.size or 0
    name = PurePath(upload.name or "").name[:200] or _("file")
    if not size:
        raise DomainError(_("%(name)s is empty. Choose another file.") % {"name": name})
    if size > MAX_BYTES:
        raise DomainError(
            _("%(name)s has %(size)s MB; a file may have %(limit)s MB. Make it smaller.")
            % {"name": name, "size": -(-size // 1024**2), "limit": MAX_BYTES // 1024**2}
        )
    return Attachment.objects.create(**_about(record), file=upload, name=name, author=user)


def add_note(record: Model, text: str, *, user: Any) -> Note:
    """Keep a remark. Raises: DomainError where it is blank."""
    if not text.strip():
        raise DomainError(_("The note is blank. Write something, or leave it."))
    return Note.objects.create(**_about(record), text=text.strip(), author=user)


def picture_type(attachment: Attachment) -> str:
    """The media type of a file that is a picture by its first bytes; blank for any other."""
    with attachment.file.open("rb") as stream:
        start = stream.read(16)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for kind, heads in PICTURES.items() if start.startswith(heads)), "")


def _about(record: Model) -> dict[str, str]:
    return {"model_label": record._meta.label_lower, "record_no": changelog.record_no(record)}
