"""Who is killed while he makes a lab's namespaces leaves nothing, at whatever step it was."""

import os
import secrets
import select
import sys
from pathlib import Path

import pytest

from harness import process
from harness.deadline import Deadline
from tests.leftovers.killing import GONE_TIMEOUT_S, ROOT
from tests.leftovers.look import Look

pytestmark = [pytest.mark.leftovers, pytest.mark.usefixtures("labs")]

MAKERS = """
import os, random, signal, sys, time
from harness.lab.namespace import Namespace

rng = random.Random(int(sys.argv[1]))
for _ in range(150):
    maker = os.fork()
    if maker == 0:
        Namespace(name=sys.argv[2]).__enter__()
        signal.pause()
    time.sleep(rng.uniform(0, 0.03))
    os.kill(maker, signal.SIGKILL)
    os.waitpid(maker, 0)
"""


def test_killed_while_it_is_made(tmp_path: Path, seed: int) -> None:
    word = f"making-{secrets.token_hex(6)}"
    look = Look(word, tmp_path, tmp_path)
    process.run(
        [sys.executable, "-c", MAKERS, str(seed), word],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout_s=120,
    )
    deadline = Deadline(GONE_TIMEOUT_S, "the end of everything")
    while (left := look.left()) and not deadline.expired:
        select.select((), (), (), 0.02)
    assert left == [], f"with --seed={seed}"
