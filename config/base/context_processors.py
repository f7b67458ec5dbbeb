"""What ``base.html`` needs on every page. Everything that costs a query is lazy."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.base.models import Company, Notification
from config.base.preferences import request_preference


def page(request: HttpRequest) -> dict[str, Any]:
    """The company, the user's preference, and how many notifications wait."""
    return {
        "company": SimpleLazyObject(Company.current),
        "preference": request_preference(request),
        "unread_count": SimpleLazyObject(lambda: _unread_count(request)),
    }


def _unread_count(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    return Notification.objects.filter(user=user, read_at__isnull=True).count()
