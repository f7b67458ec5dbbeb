"""Reports over the value entries. Each ends on lines that tie it to the reconciliation matrix.

`layout` says what a report is made of; the other modules compute one report or a few of the same kind; `catalogue`
names them all.
"""
