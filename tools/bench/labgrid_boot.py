"""One boot by labgrid's QEMU driver: a script for the interpreter that has labgrid.

    labgrid_boot.py CONFIGURATION WORDS

CONFIGURATION is labgrid's own file; the boot is at its end when the console shows WORDS. Says on
standard output, as JSON, what it took: wall seconds to there, and until QEMU had ended; CPU
seconds of QEMU and of this process, which has imported labgrid by then.
"""

import json
import re
import resource
import sys
import time

from labgrid import Environment

_TIMEOUT_S = 300


def main(configuration: str, words: str) -> None:
    """Boot once."""
    target = Environment(configuration).get_target("main")
    driver = target.get_driver("QEMUDriver", activate=False)
    began_s, spent_s = time.monotonic(), _spent_s()
    target.activate(driver)
    driver.on()
    driver.expect(re.escape(words), timeout=_TIMEOUT_S)
    choice_s = time.monotonic() - began_s
    driver.off()
    took = {"choice_s": choice_s, "wall_s": time.monotonic() - began_s}
    sys.stdout.write(json.dumps({**took, "cpu_s": _spent_s() - spent_s}))


def _spent_s() -> float:
    """Give the CPU seconds of this process, and of those that it has waited for."""
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + reaped.ru_utime + reaped.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
