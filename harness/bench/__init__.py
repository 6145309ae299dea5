"""What the harness costs, beside bare commands and the bars that it must keep.

`harness bench` measures three things: a lab going up and down (`lab`), one boot
by the harness against the same boot by a shell script (`boot`), and how busy
the scenarios keep the cores (`run`). Nothing here decides whether a scenario is
green, and no test asserts a time.
"""
