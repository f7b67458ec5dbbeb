"""A standard company: everything that must be set up before the first posting.

    create_standard_company(CompanyOptions(starting_date=date(2026, 1, 1)))

makes what is missing and changes nothing that is there: chart of accounts, posting groups and setups, number series,
units, item model groups, accounting periods, and the costing setup.
"""

from costing.company.standard import CompanyOptions, StandardCompany, complete_posting_setup, create_standard_company

__all__ = ["CompanyOptions", "StandardCompany", "complete_posting_setup", "create_standard_company"]
