"""Sign-in is needed everywhere; a fragment request of somebody signed out moves the whole page to the sign-in."""

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django_htmx.http import HttpResponseClientRedirect


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
