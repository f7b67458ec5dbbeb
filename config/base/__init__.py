"""What every app shares: amounts, fields, errors, locks, transactions, jobs. It knows no app."""
