"""Vocabularies of the reconciliation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cause(models.TextChoices):
    """Why the general ledger and the value entries differ. The causes of a difference add up to it."""

    EXPECTED_COST_SETUP = "expected_cost_setup", _("Expected cost setup")
    NOT_POSTED = "not_posted", _("Post cost to G/L")
    DIRECT_POSTING = "direct_posting", _("Direct posting")
    UNEXPLAINED = "unexplained", _("Unexplained")
