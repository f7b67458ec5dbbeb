"""The scan station: what a code means, and what scanning it does to the document at hand."""
