"""Which boots a site's machines are to show next: each untouched, then every row of every menu."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from harness.guest.menus.any_menu import MORE
from harness.host import tools
from harness.learn.served_machines import serves_strangers, turned_away, with_stranger
from harness.learn.task import Learned, Task
from harness.machines import BOOT_PATHS, BootPath, NetworkStack
from harness.model import Role
from harness.plan.boot_words import EMPTY_ROW, MenuWords, read_press
from harness.plan.expected_path import family_of, servers_lack
from harness.site import Site
from harness.site.known_machine import KnownMachine

_Items: TypeAlias = Mapping[tuple[str, str, tuple[str, ...]], tuple[str, ...]]
DEEPEST = 5
"""How many menus one behind the other are gone through."""


def untouched(site: Site) -> list[Task]:
    """Give the boots at which nobody touches a key, of all machines that the site may know."""
    possible = [path for path in BOOT_PATHS.values() if not any(lacks(path, site))]
    # Where only known machines are served, those that have a name stand for them.
    strangers = possible if serves_strangers(site) or not site.machines else []
    tasks = [Task(path=path.id, name=path.id) for path in strangers]
    for known in with_stranger(site).machines.values():
        paths = _ways(known, site, possible)
        for path in paths:
            name = known.name if len(paths) == 1 else f"{known.name}-{path}"
            away = family_of(path, site) in turned_away(site, known.mac)
            asked = away or known.kind == path.id
            tasks.append(Task(machine=known.name, path=path.id, name=name, is_asked_for=asked))
    return tasks


def _ways(known: KnownMachine, site: Site, possible: Collection[BootPath]) -> list[BootPath]:
    """Give the paths by which a machine is tried: one of each family that turns it away."""
    away = turned_away(site, known.mac)
    paths = [path for path in known.paths if path in possible]
    first = {family_of(path, site): path for path in reversed(paths)}
    turned = [path for path in paths if family_of(path, site) in away]
    return [path for path in paths if path not in turned or path in first.values()]


def left_out(site: Site) -> Mapping[str, str]:
    """Give the boot paths that no machine of the site can take here, and why."""
    reasons = {id: next(lacks(path, site), "") for id, path in BOOT_PATHS.items()}
    return {id: why for id, why in reasons.items() if why}


def lacks(path: BootPath, site: Site) -> Iterator[str]:
    """Give what this boot path needs and is not there, of the boot server or of this host.

    iPXE in a card's ROM takes its script from whatever server its URL names.
    """
    needs_no_file = path.stack is NetworkStack.IPXE_ROM
    beside = () if needs_no_file else (Role[path.protocol.name],)
    yield from servers_lack(path, site, beside=beside)
    emulator = tools.TOOLS[path.machine.board.emulator]
    if tools.find(emulator) is None:
        yield f"{emulator.name} is not installed: {tools.cure([emulator])}"


def following(results: Sequence[Learned], *, rows: Collection[str] | None = None) -> list[Task]:
    """Give the rows that nobody has chosen yet, and the prompts at which nobody pressed a key.

    A menu that several machines of a kind show is gone through by the first of them. Of all
    menus only `rows` are chosen, if there are such.
    """
    tried = {(each.task.machine, each.task.path, each.task.choices) for each in results}
    names = {each.task.name for each in results}
    items = _found_items(results)
    owners: dict[tuple[str, str, tuple[str, ...]], Task] = {}
    tasks: list[Task] = []
    # Who touched fewer keys came to a menu first.
    for each in sorted(results, key=lambda result: len(result.task.choices)):
        kind = each.task.machine or BOOT_PATHS[each.task.path].machine.id
        found: list[Task] = []
        for press in _unpressed(each) if rows is None else ():
            if owners.setdefault((kind, press, ()), each.task) is each.task:
                found.append(each.task.choosing(press, taken=names))
        for menu in _reached(each):
            if owners.setdefault((kind, menu.title, menu.rows), each.task) is each.task:
                found += _choosing(each.task, menu, items=items, rows=rows, taken=names)
        new = [task for task in found if (task.machine, task.path, task.choices) not in tried]
        names |= {task.name for task in new}
        tasks += new
    return tasks


def _choosing(
    task: Task,
    menu: MenuWords,
    *,
    items: _Items,
    rows: Collection[str] | None,
    taken: Collection[str],
) -> Iterator[Task]:
    """Give the boots in which somebody chooses a row of a menu that this boot came to.

    Which rows are lines between items, and which are beyond the screen, nobody sees: the first
    who chooses goes through it.
    """
    place = (task.machine, task.path, task.choices)
    known = menu.rows if menu.is_typed else items.get(place)
    wanted = list(_rows_to_choose(menu, known))
    is_cut = known is None and MORE in menu.rows
    hidden = sorted({*rows} - {*menu.rows}) if rows and is_cut else []
    if rows is not None:
        wanted = [*(row for row in wanted if row in rows), *hidden[:1]]
    if hidden or (rows is None and known is None and len(wanted) > 1):
        # The last row is seldom a line between others.
        found = task.choosing(wanted[0 if hidden else -1], taken=taken)
        yield replace(found, goes_through=True)
        return
    named = set(taken)
    for row in wanted:
        found = task.choosing(menu.choice(row), taken=named)
        named.add(found.name)
        yield found


def _found_items(results: Iterable[Learned]) -> _Items:
    """Give the rows that can be selected, by who came to the menu and by which choices."""
    return {
        (each.task.machine, each.task.path, _up_to_menu(each.task.choices, number)): rows
        for each in results
        for number, rows in enumerate(each.selectable)
        if rows
    }


def _up_to_menu(choices: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Give the choices before a menu, by its number: keys at prompts are none of a menu's."""
    of_menus = [at for at, each in enumerate(choices) if read_press(each) is None]
    return choices[: of_menus[number]] if number < len(of_menus) else choices


def rows_of(results: Iterable[Learned]) -> frozenset[str]:
    """Give the rows of all menus that have come up."""
    menus = (menu for each in results for menu in each.boot.menus)
    return frozenset(row for menu in menus for row in menu.rows)


def _reached(learned: Learned) -> Iterator[MenuWords]:
    """Give the menu that came up behind the last choice, and prompts that led there untouched."""
    choices = learned.task.choices
    if len(choices) < DEEPEST:
        for before, menu in learned.boot.menus_left:
            if before == len(choices):
                yield menu
                if not menu.is_typed:
                    return


def _unpressed(learned: Learned) -> Iterator[str]:
    """Give what pressing a key would be, at each prompt that came behind the last choice."""
    choices = len(learned.task.choices)
    if choices < DEEPEST:
        yield from (press for before, press in learned.boot.prompts_left if before == choices)


def _rows_to_choose(menu: MenuWords, items: Sequence[str] | None) -> Iterator[str]:
    """Give the rows that may boot something: not what a count-down chooses by itself.

    Of a menu whose items nobody knows, all on the screen with a word in them.
    """
    default = menu.rows[menu.selected] if menu.counts_down_s is not None else None
    words = (row for row in menu.rows if any(map(str.isalnum, row)))
    for row in dict.fromkeys(words if items is None else items):
        if row not in (default, EMPTY_ROW, ""):
            yield row
