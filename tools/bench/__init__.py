"""What the harness costs, beside bare commands and the bars that it must keep.

`make bench` measures four things: a lab going up and down (`lab`), one boot
by the harness against the same boot by a shell script (`boot`), how busy the
scenarios keep the cores (`run`), and, only if asked for by name because it takes
minutes, what labs cost side by side (`scale`). Nothing here decides whether a scenario is
green, and no test asserts a time.
"""
