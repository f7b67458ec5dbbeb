"""A form or scan applied once, however often it arrives.

    with requests.once(key, user) as request:
        result = posting.post_receipt(...)
        request.finish({"url": url})

The key is committed before the work starts. Sent again, the request is refused with what the first one gave; after a
refusal of the work the key is free again. A crash in between leaves the key taken: at most once, never twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.models import RequestKey

KEY_LENGTH = 64


class AlreadySent(DomainError):
    """The same form or scan arrived before. ``result`` is what it gave, empty while it still runs."""

    code = ErrorCode.ALREADY_SENT

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(_("This was sent before and is applied once. Look at the result of the first time."))
        self.result = result


class Request:
    """The request at hand."""

    def __init__(self, key: str) -> None:
        self._key = key

    def finish(self, result: dict[str, Any]) -> None:
        """Keep what the work gave, for whoever sends the same request again."""
        RequestKey.objects.filter(key=self._key).update(result=result, finished_at=Now())


@contextmanager
def once(key: str, user: AbstractBaseUser | AnonymousUser) -> Iterator[Request]:
    """Apply the body once for a key and user. Not for use inside a transaction.

    Raises: AlreadySent. The user counts too: a key is no way to read somebody else's result.
    """
    own_key = _own_key(key, user)
    if not _take(own_key, user):
        row = RequestKey.objects.filter(key=own_key).first()
        raise AlreadySent(row.result if row else {})
    try:
        yield Request(own_key)
    except DomainError:
        # Nothing was written: the user corrects the form and sends it again. After any other error we cannot know.
        RequestKey.objects.filter(key=own_key).delete()
        raise


def _own_key(key: str, user: AbstractBaseUser | AnonymousUser) -> str:
    """The key as it is stored; one that no page of ours made, of any length and signs, by its hash."""
    own_key = f"{user.pk}:{key}"
    if len(own_key) <= KEY_LENGTH and own_key.isprintable():
        return own_key
    return sha256(own_key.encode("utf-8", "surrogatepass")).hexdigest()


def _take(key: str, user: AbstractBaseUser | AnonymousUser) -> bool:
    """Commit the key; say whether it was free. Of two at the same moment one waits and gets False."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_requestkey (key, user_id, result) VALUES (%s, %s, '{}')"
            " ON CONFLICT (key) DO NOTHING RETURNING id",
            [key, user.pk],
        )
        return cursor.fetchone() is not None
