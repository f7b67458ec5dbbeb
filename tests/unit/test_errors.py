import pytest

from config.base.errors import DomainError, ErrorCode, Problem, raise_problems


class BlockedItem(DomainError):
    code = ErrorCode.BLOCKED_ITEM


blocked = Problem("CHAIR is blocked.", ErrorCode.BLOCKED_ITEM, document_no="PO-1", line_no=10_000, item_no="CHAIR")
missing = Problem("No COGS account.", ErrorCode.MISSING_POSTING_SETUP)


class TestDomainError:
    def test_says_its_message(self):
        assert str(DomainError("Too late.")) == "Too late."

    def test_has_the_code_of_its_class(self):
        assert BlockedItem("x").code == "blocked_item"

    def test_takes_another_code(self):
        assert DomainError("x", code=ErrorCode.BUSY).code == ErrorCode.BUSY

    def test_names_every_problem(self):
        error = DomainError("Two lines cannot be posted.", problems=[blocked, missing])

        assert error.messages == ["Two lines cannot be posted.", "CHAIR is blocked.", "No COGS account."]
        assert str(error) == "Two lines cannot be posted.\nCHAIR is blocked.\nNo COGS account."

    def test_takes_the_code_that_all_problems_share(self):
        assert DomainError(problems=[blocked, blocked]).code == ErrorCode.BLOCKED_ITEM

    def test_keeps_its_own_code_when_problems_differ(self):
        assert DomainError(problems=[blocked, missing]).code == ErrorCode.INVALID_INPUT


class TestRaiseProblems:
    def test_lets_a_clean_document_through(self):
        raise_problems([])

    def test_raises_one_error_with_the_first_code(self):
        with pytest.raises(DomainError) as caught:
            raise_problems(iter([missing, blocked]))

        assert caught.value.code == ErrorCode.MISSING_POSTING_SETUP
        assert caught.value.problems == (missing, blocked)
