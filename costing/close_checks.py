"""The checks before a close, live all month: each with its figures, the list of what it counts, and the cure.

What refuses the close comes first, then what it would leave open, then advice.
Source: inventory-close (before closing: checks).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.pages import Text
from costing import adjustment_status, checks, close_log, close_readiness
from costing.close_status import NextClose
from costing.closing import used_accounts
from costing.models import InventoryAdjmtEntryOrder, ValueEntryToPost
from inventory.models import ItemLedgerEntry
from ledger import checks as ledger_checks

BLOCKS, WARNS, INFORMS = "blocks", "warns", "informs"
NAMED = 3
TONES = {BLOCKS: "danger", WARNS: "warn", INFORMS: "info"}


@dataclass(frozen=True, slots=True)
class Cure:
    """The page that mends it, and who may open it."""

    label: Text
    url: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. `url`: the list of exactly what is counted; `amount` is cost; `oldest` a posting date."""

    key: str
    title: Text
    level: str
    count: int
    url: str = ""
    permission: str = ""
    advice: Text = ""
    owner: Text = ""
    amount: Decimal | None = None
    oldest: date | None = None
    cure: Cure | None = None

    @property
    def tone(self) -> str:
        return TONES[self.level] if self.count else "ok"


def all_checks(status: NextClose, on: date) -> list[Check]:
    """All checks for a close of the day, those that refuse it first."""
    left = close_readiness.unsettled(on)
    return [*_barriers(status, on), *_posting_settled(on), *_left_open(left, on), *_advice(status, on)]


def _here(name: str, on: date, **query: str) -> str:
    return f"{reverse(f'costing:readiness_{name}')}?{urlencode({'on': on.isoformat(), **query})}"


def _barriers(status: NextClose, on: date) -> list[Check]:
    """What refuses a run before it begins."""
    running, last = status.running, checks.last_close_date()
    shut = ledger_checks.refused_dates([on])
    return [
        Check(
            "unfinished_run",
            _("A run is not finished"),
            BLOCKS,
            1 if running else 0,
            reverse("costing:close_detail", args=[running.pk]) if running else "",
            advice=_("Wait for it, or cancel it."),
            owner=_("Accounting"),
        ),
        Check(
            "closed_already",
            _("The date is closed already"),
            BLOCKS,
            1 if last and on <= last and not running else 0,
            reverse("costing:close_list"),
            advice=_("Choose a later date, or reverse the close."),
            owner=_("Accounting"),
        ),
        Check(
            "ledger_shut",
            _("The general ledger does not allow the date"),
            BLOCKS,
            len(shut),
            reverse("ledger:period_list"),
            "base.gl_view",
            advice=shut.get(on, _("A run that updates the general ledger posts on the closing date.")),
            owner=_("Accounting"),
            cure=Cure(_("Accounting periods"), reverse("ledger:period_list"), "base.gl_view"),
        ),
        _accounts(on),
    ]


def _accounts(on: date) -> Check:
    problems = used_accounts.problems(on)
    return Check(
        "accounts",
        _("Accounts that are missing or blocked"),
        BLOCKS,
        len(problems),
        reverse("ledger:glaccount_list"),
        "base.gl_view",
        advice=" ".join(str(problem) for problem in problems[:NAMED])
        or _("A run that updates the general ledger moves the accounts that its issues were posted with."),
        owner=_("Accounting"),
        cure=Cure(_("Chart of accounts"), reverse("ledger:glaccount_list"), "base.gl_view"),
    )


def _posting_settled(on: date) -> list[Check]:
    """Items settled at posting: a close adjusts them first, and is refused while they have open issues."""
    through = f"..{on.isoformat()}"
    issues = close_readiness.open_issues(on).aggregate(count=Count("pk"), oldest=Min("posting_date"))
    points = adjustment_status.entry_points().filter(valuation_date__lte=on)
    found = points.aggregate(count=Count("pk"), oldest=Min("valuation_date"))
    adjust = Cure(_("Adjust cost"), f"{reverse('costing:adjust')}?through={on.isoformat()}", "base.cost_adjust")
    status_list = reverse("costing:adjustment_status")
    return [
        Check(
            "open_issues",
            _("Issues that no receipt covers, of items settled at posting"),
            BLOCKS,
            issues["count"],
            _here("open_issues", on),
            "base.stock_view",
            advice=_("Receive what is missing, or adjust the stock up and down."),
            owner=_("Warehouse"),
            oldest=issues["oldest"],
        ),
        Check(
            "failed_items",
            _("Items whose cost adjustment failed"),
            BLOCKS,
            adjustment_status.failed_items().count(),
            f"{status_list}?failed=yes",
            "base.cost_view",
            advice=_("The list says why. Mend it and adjust again."),
            owner=_("Accounting"),
            cure=adjust,
        ),
        Check(
            "entry_points",
            _("Costs not adjusted, of items settled at posting"),
            INFORMS,
            found["count"],
            f"{reverse('costing:entry_point_list')}?valuation_date={through}",
            "base.cost_view",
            advice=_("The close adjusts them first; adjusting now shortens it."),
            owner=_("Accounting"),
            oldest=found["oldest"],
            cure=adjust,
        ),
        Check(
            "orders_not_adjusted",
            _("Finished orders whose cost is not adjusted"),
            INFORMS,
            adjustment_status.unadjusted_orders().count(),
            f"{reverse('costing:order_state_list')}?is_finished=yes&cost_is_adjusted=no",
            "base.cost_view",
            advice=_("The close costs them first."),
            owner=_("Accounting"),
            cure=adjust,
        ),
    ]


def _left_open(left: Sequence[close_readiness.Unsettled], on: date) -> list[Check]:
    """Issues that the close would leave open, one check for each cause that a log knows of an issue."""
    by_cause: dict[str, list[close_readiness.Unsettled]] = defaultdict(list)
    for each in left:
        by_cause[each.why].append(each)
    days = dict(
        ItemLedgerEntry.objects.filter(pk__in=[each.entry_id for each in left]).values_list("pk", "posting_date")
    )
    return [
        Check(
            cause,
            _("Issues that cannot be settled: %(cause)s") % {"cause": title},
            INFORMS if cause in close_log.NO_ACTION else WARNS,
            len(by_cause[cause]),
            _here("issues", on, why=cause),
            "base.stock_view",
            advice=close_log.ADVICE[cause],
            owner=close_log.OWNERS[cause],
            oldest=min((days[each.entry_id] for each in by_cause[cause]), default=None),
        )
        for cause, title in close_log.CAUSES
        if cause in close_log.CURE_WORDS or cause in close_log.NO_ACTION
    ]


def _advice(status: NextClose, on: date) -> list[Check]:
    """What a close leaves as it is, and somebody should know."""
    waiting = ValueEntryToPost.objects.filter(posting_date__lte=on)
    posted = waiting.aggregate(count=Count("pk"), oldest=Min("posting_date"))
    open_orders = InventoryAdjmtEntryOrder.objects.filter(is_finished=False).count()
    return [
        *_not_final_checks(on),
        Check(
            "orders_not_finished",
            _("Orders not finished"),
            INFORMS,
            open_orders,
            f"{reverse('costing:order_state_list')}?is_finished=no",
            "base.cost_view",
            advice=_("What they made has no final cost until they are finished."),
            owner=_("Production"),
        ),
        Check(
            "negative_stock",
            _("Places with negative stock"),
            WARNS,
            close_readiness.negative_stock().count(),
            _here("negative", on),
            "base.stock_view",
            advice=_("Receive, transfer or adjust what is missing."),
            owner=_("Warehouse"),
            cure=Cure(_("Adjustment journal"), reverse("inventory:adjustment_journal"), "base.adjust_post"),
        ),
        Check(
            "prices",
            _("Receipts priced more than %(percent)s %% off the item card") % {"percent": close_readiness.DEVIATION},
            WARNS,
            close_readiness.prices(on).count(),
            _here("prices", on),
            "base.cost_view",
            advice=_("Correct a wrong price before the close settles it."),
            owner=_("Purchasing"),
            cure=Cure(_("Adjust a receipt"), reverse("costing:close_receipt"), "base.close_run"),
        ),
        Check(
            "not_posted",
            _("Value entries not posted to the general ledger"),
            INFORMS,
            posted["count"],
            f"{reverse('costing:gl_waiting')}?posting_date=..{on.isoformat()}",
            "base.gl_post_inventory",
            advice=_("They keep no period open; the reconciliation shows them as not posted."),
            owner=_("Accounting"),
            oldest=posted["oldest"],
            cure=Cure(
                _("Post to G/L"), f"{reverse('costing:gl_post')}?through={on.isoformat()}", "base.gl_post_inventory"
            ),
        ),
        _period_check(status, on),
    ]


def _not_final_checks(on: date) -> list[Check]:
    words = (
        ("received", _("Receipts without a final cost"), "yes", Q(quantity__gt=0), _("Purchasing")),
        ("shipped", _("Issues not invoiced"), "no", Q(quantity__lt=0), _("Sales")),
    )
    found = []
    for key, title, positive, side, owner in words:
        sums = (
            close_readiness.not_final(on)
            .filter(side)
            .aggregate(count=Count("pk"), amount=Sum("expected"), oldest=Min("posting_date"))
        )
        found.append(
            Check(
                key,
                title,
                INFORMS,
                sums["count"],
                _here("not_final", on, positive=positive),
                "base.stock_view",
                advice=_("They stay open until they are invoiced or finished, and are settled by a later close."),
                owner=owner,
                amount=sums["amount"] or Decimal(0),
                oldest=sums["oldest"],
            )
        )
    return found


def _period_check(status: NextClose, on: date) -> Check:
    missing = status.period is None or status.period.ending_date != on
    return Check(
        "no_period",
        _("No inventory period ends on the date"),
        INFORMS,
        1 if missing else 0,
        reverse("costing:period_list"),
        "base.period_close",
        advice=_("The close shuts the date all the same. A period gives it a name and a log."),
        owner=_("Accounting"),
        cure=Cure(_("New period"), reverse("costing:period_create"), "base.period_close"),
    )
