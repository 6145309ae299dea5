"""Which address family machines take when one is broken, and how long they take to.

`make families` boots each kind of machine with each trouble of `trouble`, and writes the table of
docs/families.md. It judges nobody: with one family broken, nothing is right or wrong.
"""
