"""A boot that is to be learned, and what came of it; and the directory where both lie meanwhile."""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.evidence.values import from_json, to_json
from harness.plan.boot_text import BOOT_SUFFIX, BootText
from harness.plan.boot_words import read_press, read_typed
from harness.site import LaidKind

_TASKS = "tasks.json"
_SUFFIX = ".learned.json"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One boot: which machine, and the rows that somebody chooses in its menus, in their order."""

    machine: str = ""
    """Its name in `[machines]`; "" for one that nobody has named."""
    path: str
    """The id of its boot path."""
    choices: tuple[str, ...] = ()
    name: str
    """Of the `.boot` file, without its ending."""
    goes_through: bool = False
    """Whether somebody first goes through the menu of the last of them, to find what is no item."""
    is_asked_for: bool = False
    """Whether it is to be held that no loader comes: a person asks, or the servers' rules say so.

    Else a boot without one is of a machine that the site is not made for.
    """

    def choosing(self, row: str, *, taken: Collection[str] = ()) -> "Task":
        """Give the same boot with this choice next: a menu's row, a prompt's key, a label to type.

        Its file is named by the rows, in words and hyphens; what spells the same is numbered.
        """
        press, label = read_press(row), read_typed(row)
        name = f"{self.name}--{_spelt(label or row if press is None else f'key {press[0]}')}"
        names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
        free = next(each for each in names if each not in taken)
        return replace(self, choices=(*self.choices, row), name=free, goes_through=False)

    @property
    def file_name(self) -> str:
        """The name of its `.boot` file."""
        return f"{self.name}{BOOT_SUFFIX}"


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What came of a task."""

    task: Task
    text: str = ""
    """Of the `.boot` file; "" when there is nothing that a machine could be held to."""
    why: str = ""
    """Why there is none."""
    laid: Mapping[str, LaidKind] = field(default_factory=dict)
    """What the harness had to lay in the site, so that the machine got that far."""
    selectable: tuple[tuple[str, ...], ...] = ()
    """Of each menu the rows that can be selected; none of one that nobody has gone through."""
    beside: tuple[str, ...] = ()
    """What looks wrong, though the machine went on."""

    @property
    def boot(self) -> BootText:
        """The text, read; without any statement when there is none."""
        return BootText.parse(self.text, path=Path(self.task.file_name))


@dataclass(frozen=True)
class Staging:
    """Where tasks are handed out, and their results come in: a file each, whoever writes it."""

    dir: Path

    def hand_out(self, tasks: Sequence[Task]) -> None:
        """Write what is to be learned next."""
        (self.dir / _TASKS).write_text(json.dumps([to_json(task) for task in tasks]))

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is to be learned next."""
        return tuple(from_json(Task, each) for each in json.loads((self.dir / _TASKS).read_text()))

    def take_in(self, learned: Learned) -> None:
        """Write what came of a task."""
        place = self.dir / f"{learned.task.name}{_SUFFIX}"
        place.write_text(json.dumps(to_json(learned)))

    @property
    def results(self) -> tuple[Learned, ...]:
        """All that has come in, by name."""
        found = sorted(self.dir.glob(f"*{_SUFFIX}"))
        return tuple(from_json(Learned, json.loads(path.read_text())) for path in found)


def _spelt(row: str) -> str:
    with suppress(UnicodeError):  # a BIOS's console shows each byte as a character of its own
        row = row.encode("cp437").decode()
    plain = unicodedata.normalize("NFKD", row).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "row"
