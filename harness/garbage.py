"""How often Python looks for objects that nothing but each other holds: seldom.

What is imported makes many objects, and all of them stay: at the usual pace, of a look at every
700 new ones, these looks are a tenth of what a run computes before its first machine.
"""

import gc

_NEW_OBJECTS = 10_000
"""That many more than were given up."""


def look_seldom() -> None:
    """Look seldom from now on, in all of this process."""
    gc.set_threshold(_NEW_OBJECTS)
