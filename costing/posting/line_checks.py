"""Checks of document lines before they are posted: all faulty lines are named at once."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from config.base.amounts import from_e5, to_e5
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from costing.posting.document_plan import DocumentPlan, LinePlan
from inventory.models import DocumentLine
from inventory.stock import ItemFacts


class NothingToPost(DomainError):
    code = ErrorCode.INVALID_INPUT


def check_lines(plan: DocumentPlan, facts: dict[int, ItemFacts], *, location_mandatory: bool) -> None:
    """Refuse a document that has nothing to post, or a line that cannot be posted as it stands.

    Raises: NothingToPost; DomainError with one problem for each faulty line.
    """
    if not plan.lines and not plan.charge_lines:
        raise NothingToPost(
            _("%(no)s has nothing to post. Enter the quantities to receive, ship or invoice on its lines.")
            % {"no": plan.document.no}
        )
    problems = [problem for each in plan.lines for problem in _line_problems(plan, each, facts)]
    if location_mandatory:
        problems += [
            _problem(plan, each.line, ErrorCode.INVALID_INPUT, _("Line %(line)s has no location. Choose one."))
            for each in plan.lines
            if each.line.location_id is None and each.handle_e5
        ]
    raise_problems(problems)


def _line_problems(plan: DocumentPlan, each: LinePlan, facts: dict[int, ItemFacts]) -> Iterator[Problem]:
    line = each.line
    assert line.item_id is not None
    item = facts[line.item_id]
    words = {"item": item.no, "line": line.line_no, "no": plan.document.no}
    partly_blocked = plan.side.sign * (1 if plan.side.is_purchase else -1) > 0 and (
        item.purchasing_blocked if plan.side.is_purchase else item.sales_blocked
    )
    if item.blocked or partly_blocked:
        message = _("Item %(item)s on line %(line)s of %(no)s is blocked. Unblock it on its card, or remove the line.")
        yield _problem(plan, line, ErrorCode.BLOCKED_ITEM, message % words, item)
    if each.handle_e5 < 0 or each.invoice_e5 < 0:
        message = _("A quantity of item %(item)s on line %(line)s of %(no)s is negative. Use a return instead.")
        yield _problem(plan, line, ErrorCode.INVALID_INPUT, message % words, item)
    outstanding_e5 = to_e5(line.quantity - line.quantity_handled)
    if each.handle_e5 > outstanding_e5:
        message = _("%(wanted)s of item %(item)s on line %(line)s of %(no)s, but only %(left)s is outstanding.")
        numbers = {"wanted": _text(each.handle_e5), "left": _text(outstanding_e5)}
        yield _problem(plan, line, ErrorCode.QUANTITY_EXCEEDS_SOURCE, message % (words | numbers), item)
    available_e5 = sum(abs(entry.not_invoiced_e5) for entry in each.earlier)
    if each.invoice_earlier_e5 > available_e5:
        message = _(
            "%(wanted)s of item %(item)s to invoice on line %(line)s of %(no)s, but only %(left)s is moved and not "
            "invoiced. Receive or ship first, or invoice less."
        )
        numbers = {"wanted": _text(each.invoice_e5), "left": _text(available_e5 + each.invoice_now_e5)}
        yield _problem(plan, line, ErrorCode.QUANTITY_EXCEEDS_SOURCE, message % (words | numbers), item)


def _problem(
    plan: DocumentPlan, line: DocumentLine, code: ErrorCode, message: str, item: ItemFacts | None = None
) -> Problem:
    if "%(line)s" in message:
        message = message % {"line": line.line_no}
    return Problem(
        message=message,
        code=code,
        document_no=plan.document.no,
        line_no=line.line_no,
        item_no=item.no if item else "",
    )


def _text(quantity_e5: int) -> str:
    return f"{from_e5(quantity_e5).normalize():f}"
