"""Whether faults that are known are judged rightly, and named by what is said first: `make blame`.

Each is made in a copy of a site of its own, which is then checked and booted as any site is; or
a scenario brings it about.
"""
