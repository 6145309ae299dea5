"""`harness enter`: become a command, or a shell, in a running lab."""

import os
from collections.abc import Sequence
from typing import NoReturn

from harness import process
from harness.host import tools
from harness.lab.namespace import entered, environment
from harness.lab.running import find_lab, further_pid, running_labs

SHELL = ("bash", "--noprofile", "--norc")
"""The account's own start files are the host's business, and may not be readable inside."""
_PROMPT = r"[lab \h] \w \$ "


def enter(wanted: str, command: Sequence[str], *, host: str = "") -> NoReturn:
    """Run a command in the lab that `wanted` means, in the place of this process.

    `host` is one of its site's further hosts; "": its boot server.

    Raises:
        UsageError: no lab, or more than one, is meant.
        PrerequisiteError: `nsenter` is not installed.
    """
    tools.require("nsenter")
    lab = find_lab(wanted, running_labs())
    pid = further_pid(lab, host) if host else lab.pid
    argv = entered(pid, command or SHELL, user_namespace=lab.has_user_namespace)
    shown = {name: os.environ[name] for name in ("TERM", "COLORTERM") if name in os.environ}
    process.replace(argv, env=environment({**shown, "PS1": _PROMPT}))
