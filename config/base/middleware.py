"""Sign-in is needed everywhere, also for a fragment of a page; addresses that cannot mean anything are refused."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect


class AddressMiddleware:
    """Refuses a NUL in an address (400): no text in PostgreSQL has one, and asking for it is an error there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at path and query string before anybody reads them."""
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's own, but for HTMX: a redirect would put the sign-in form into a corner of the page.

    It stands after the middleware of django-htmx.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        """Send to the sign-in, and back to the page afterwards."""
        htmx = getattr(request, "htmx", None)
        if not htmx:
            return super().handle_no_permission(request, view_func)
        login_url = self.get_login_url(view_func)
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/", login_url).url)
