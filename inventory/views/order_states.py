"""Closing an order short, and reopening it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import Form
from config.base.pages import Done, Text
from inventory import document_states
from inventory.views.order_changes import OrderActionView


class ReasonForm(Form):
    """Why it is done; kept in the change log."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class OrderCloseView(OrderActionView):
    """Ends an order of which the rest will not come, or not be sent."""

    verb = gettext_lazy("Close short")
    form_class = ReasonForm
    danger = True
    question = gettext_lazy(
        "What is outstanding is waited for no more. What is posted stays. The order can be reopened."
    )

    def get_title(self) -> Text:
        return _("Close %(no)s short") % {"no": self.record.no}

    def perform(self, form: Any) -> Done:
        document_states.close_short(self.record.pk, user=self.request.user, reason=form.cleaned_data["reason"])
        return Done(_("%(no)s is closed short.") % {"no": self.record.no})


class OrderReopenView(OrderActionView):
    """Takes the closing back."""

    verb = gettext_lazy("Reopen")
    form_class = ReasonForm
    question = gettext_lazy("What is outstanding is waited for again.")

    def get_title(self) -> Text:
        return _("Reopen %(no)s") % {"no": self.record.no}

    def perform(self, form: Any) -> Done:
        document_states.reopen(self.record.pk, user=self.request.user, reason=form.cleaned_data["reason"])
        return Done(_("%(no)s is open again.") % {"no": self.record.no})
