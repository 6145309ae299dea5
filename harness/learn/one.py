"""One boot, learned: a machine of the site in a lab of its own, again until it lacks nothing.

A site's copy has no kernels, or gigabytes of them; the harness lays its payload in the place
of each that a machine asks for. Which these are shows when it asks.
"""

from collections.abc import Iterator
from dataclasses import replace

from harness.describe.key_prompts import labels_unasked
from harness.describe.lacking_files import foreseen, unclear, untried, wanted
from harness.describe.site_files import found
from harness.errors import BootError, HarnessError, SiteError
from harness.guest.menus.any_menu import RowError
from harness.judge.boot import Boot
from harness.lab import Lab, LabOptions
from harness.learn.beyond import beyond
from harness.learn.boots import mac_of
from harness.learn.fallback import (
    because,
    fallen_through,
    lacking_commands,
    no_loader,
    payload_complaints,
)
from harness.learn.seen import write_seen
from harness.learn.task import Learned, Task
from harness.machines import BOOT_PATHS
from harness.plan.boot_names import Names
from harness.plan.boot_words import (
    LEARNED_WITH,
    NOBODY,
    keys_words,
    machine_words,
    read_press,
    read_typed,
)
from harness.site import Site
from harness.witness.shown import KeysPressed, MenuShown

ROUNDS = 12
"""So many files may a boot ask for one after the other that the site lacks."""


def learn(site: Site, options: LabOptions, task: Task) -> Learned:
    """Boot a machine as the task says, and tell what it did."""
    laid = dict(found(site))
    for number in range(ROUNDS):
        again = replace(options, evidence_dir=options.evidence_dir / f"round{number + 1}")
        again.evidence_dir.mkdir(parents=True, exist_ok=True)
        try:
            boot = _boot(site.with_laid(laid), again, task)
        except RowError as error:
            # Whoever goes through a menu to find its items has taken a row for one.
            why = "" if error.selectable else str(error)
            rows = [each for each in task.choices if read_press(each) is None]
            others = ((),) * (len(rows) - 1)
            return Learned(task=task, why=why, laid=laid, selectable=(*others, error.selectable))
        except (BootError, SiteError) as error:
            return Learned(task=task, why=str(error), laid=laid)
        new = {path: kind for path, kind in wanted(boot).items() if path not in laid}
        laid = {**foreseen(boot), **laid}
        if not new:
            break
        options.tell(f"lays a payload as {', '.join(sorted(new))}")
        laid.update(new)
    if (text := boot.told) is None:
        raise HarnessError(f"nobody has told what {task.name} did")
    faults = (*fallen_through(text), *lacking_commands(text, site), *payload_complaints(text))
    beside = (*faults, *unclear(boot), *untried(boot), *labels_unasked(boot), *beyond(boot))
    if (why := no_loader(text)) and not task.is_asked_for:
        why = f"{why}{because(boot)}; to hold it to that: --machine {task.name}"
        return Learned(task=task, why=why, laid=laid, beside=beside)
    text = replace(text, head=_head(site, options, task))
    write_seen(options.evidence_dir, task.name, text)
    selectable = tuple(_selectable(boot))
    return Learned(task=task, text=str(text), laid=laid, selectable=selectable, beside=beside)


def _head(site: Site, options: LabOptions, task: Task) -> tuple[str, ...]:
    """Say above a text what it is of, and with what it was learned: nothing that is compared."""
    path = BOOT_PATHS[task.path]
    keys = ", then ".join(map(keys_words, task.choices))
    firmware, who = options.firmware_for(path), machine_words(task.machine, path.id)
    return (
        f"{site.name}: {who}; {f'somebody {keys}' if keys else NOBODY}.",
        f"{LEARNED_WITH} {firmware.title}, payload {options.payload_name}.",
    )


def _boot(site: Site, options: LabOptions, task: Task) -> Boot:
    with Lab(site, options) as lab:
        guest = lab.power_on(BOOT_PATHS[task.path], mac=mac_of(site, task.machine), has_system=True)
        return guest.learn(task.choices, goes_through=task.goes_through)


def _selectable(boot: Boot) -> Iterator[tuple[str, ...]]:
    """Give, menu by menu, the rows that can be selected, as its text calls them; no prompt's."""
    names = Names.of(boot.site.machine_of(boot.mac))
    for each in boot.shown:
        if isinstance(each, MenuShown):
            yield tuple(map(names.named, each.selectable))
        elif isinstance(each, KeysPressed) and read_typed(each.chose) is not None:
            yield ()
