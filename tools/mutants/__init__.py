"""Whether an operator's one-line mistakes are seen, and named: `make mutants`.

Each is made in a copy of a site of its own, which is then checked and booted as any site is.
"""
