"""Which boots are to be learned next."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.host import tools
from harness.learn.explore import following, left_out, rows_of, untouched
from harness.learn.task import Learned, Task
from harness.machines import BOOT_PATHS
from harness.plan.boot_text import BootText, Statement
from harness.plan.boot_words import NOBODY, MenuWords, PromptWords, choice_words
from harness.services.registry import load_site
from harness.site.known_machine import KnownMachine

SITE = load_site(Path("fixtures/showmax"))
MENU = MenuWords(
    title="Boot menu",
    rows=("-----", "Live", "Tools ...", "(empty row)", "Tools ..."),
    selected=1,
    counts_down_s=5,
)
DEEPER = MenuWords(title="Tools", rows=("Memory test", "Back"), selected=0)

BEHIND = ("Memory test", "Back")


@pytest.fixture(autouse=True)
def every_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this host emulate whatever there is."""
    monkeypatch.setattr(tools, "find", lambda tool: Path("/usr/bin") / tool.name)


def boot(
    machine: str,
    *menus: MenuWords,
    choices: tuple[str, ...] = (),
    items: tuple[tuple[str, ...], ...] = (),
) -> Learned:
    statements = [Statement(subject="machine", text=machine)]
    for number, menu in enumerate(menus):
        chosen = choices[number : number + 1]
        keys = choice_words(chosen[0]) if chosen else NOBODY
        statements.append(Statement(subject="menu", text=str(menu)))
        statements.append(Statement(subject="keys", text=keys))
    name = "-".join((machine, *choices))
    text = BootText(statements=tuple(statements))
    task = Task(path=machine, choices=choices, name=name)
    return Learned(task=task, text=str(text), selectable=items)


def chosen(*results: Learned) -> list[tuple[str, tuple[str, ...]]]:
    return [(task.path, task.choices) for task in following(results)]


def test_every_machine_that_the_servers_can_answer_is_tried_untouched() -> None:
    assert [task.path for task in untouched(SITE)][:2] == ["x64-tftp-ipv4", "x64-tftp-ipv6"]
    assert all(not task.choices for task in untouched(SITE))
    assert left_out(SITE) == {}


def test_a_path_without_a_server_is_left_out_by_its_reason() -> None:
    only4 = replace(SITE, server=replace(SITE.server, ipv6=None))
    assert left_out(only4)["x64-http-ipv6"] == "the server has no IPv6 address"
    assert "x64-http-ipv6" not in [task.path for task in untouched(only4)]


def test_a_machine_that_this_host_cannot_emulate_is_left_out_with_the_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tools, "find", lambda tool: None if "aarch64" in tool.name else Path("/"))
    why = left_out(SITE)
    assert set(why) == {task.path for task in untouched(SITE)} ^ set(BOOT_PATHS)
    assert {path.partition("-")[0] for path in why} == {"arm64"}
    assert "run tools/install qemu-system-arm" in why["arm64-tftp-ipv4"].replace("sudo ", "")


def test_a_machine_with_a_name_is_tried_by_each_path_that_it_may_take() -> None:
    node = KnownMachine.of("node", kind="bios-ipxe-rom")
    rack = KnownMachine.of("rack", kind="bios")
    known = replace(SITE, machines={"node": node, "rack": rack})
    names = [task.name for task in untouched(known) if task.machine]
    assert names == ["node", "rack-bios-ipxe-rom", "rack-bios-vendor-rom"]


def test_a_machine_that_is_turned_away_comes_once_in_each_family_and_is_held() -> None:
    guarded = load_site(Path("fixtures/sites/guarded"))
    anybody = replace(guarded.machines["stranger"], kind="")
    for machines in ({}, {"stranger": anybody}):
        away = [each for each in untouched(replace(guarded, machines=machines)) if each.machine]
        assert [(task.name, task.path) for task in away] == [("stranger", "x64-tftp-ipv4")]
        assert away[0].is_asked_for


def test_that_no_loader_comes_is_held_of_a_machine_with_one_path() -> None:
    kinds = {"node": "bios-ipxe-rom", "rack": "bios"}
    machines = {name: KnownMachine.of(name, kind=kind) for name, kind in kinds.items()}
    asked = [task.name for task in untouched(replace(SITE, machines=machines)) if task.is_asked_for]
    assert asked == ["node"]


def test_each_row_is_chosen_once_but_the_default_and_lines() -> None:
    assert chosen(boot("x64-tftp-ipv4", MENU)) == [("x64-tftp-ipv4", ("Tools ...",))]


def test_a_default_without_count_down_is_chosen_too() -> None:
    waits = replace(MENU, counts_down_s=None)
    gone_through = boot("x64-tftp-ipv4", waits, items=(("Live", "Tools ..."),))
    assert ("x64-tftp-ipv4", ("Live",)) in chosen(gone_through)


def test_a_menu_is_gone_through_by_the_first_machine_of_each_kind() -> None:
    found = chosen(
        *(boot(path, MENU) for path in ("x64-http-ipv4", "x64-http-ipv6", "bios-ipxe-rom"))
    )
    assert found == [("x64-http-ipv4", ("Tools ...",)), ("bios-ipxe-rom", ("Tools ...",))]


def test_a_menu_behind_a_row_is_gone_through_but_not_the_one_that_came_back() -> None:
    first, second = (
        boot("x64-http-ipv4", MENU),
        boot(
            "x64-http-ipv4",
            MENU,
            DEEPER,
            choices=("Tools ...",),
            items=((), ("Memory test", "Back")),
        ),
    )
    assert chosen(first, second) == [
        ("x64-http-ipv4", ("Tools ...", "Memory test")),
        ("x64-http-ipv4", ("Tools ...", "Back")),
    ]
    back = boot("x64-http-ipv4", MENU, DEEPER, MENU, choices=("Tools ...", "Back"))
    tested = boot("x64-http-ipv4", MENU, DEEPER, choices=("Tools ...", "Memory test"))
    assert chosen(first, second, back, tested) == []


def test_of_all_rows_only_those_that_are_named_are_chosen() -> None:
    first = boot("x64-http-ipv4", replace(MENU, rows=("Live", "Tools ...", "Rescue"), selected=0))
    assert [task.choices for task in following([first], rows=("Rescue",))] == [("Rescue",)]
    assert following([first], rows=()) == []
    assert rows_of([first]) == {"Live", "Tools ...", "Rescue"}


LINES = MenuWords(
    title="Lines",
    rows=("Systems:", "Live", "Rescue", "Other:", "..", "End of the menu"),
    selected=1,
    counts_down_s=5,
)


def test_the_first_who_chooses_goes_through_the_menu() -> None:
    [task] = following([boot("x64-http-ipv4", LINES)])
    assert (task.choices, task.goes_through) == (("End of the menu",), True)


def test_of_a_menu_that_was_gone_through_only_items_are_chosen() -> None:
    untouched_boot = boot("x64-http-ipv4", LINES)
    [task] = following([untouched_boot])
    line = Learned(task=task, selectable=(("Live", "Rescue", ".."),))
    assert chosen(untouched_boot, line) == [
        ("x64-http-ipv4", ("Rescue",)),
        ("x64-http-ipv4", ("..",)),
    ]


def test_rows_that_are_named_are_chosen_at_once() -> None:
    found = following([boot("x64-http-ipv4", LINES)], rows=["Live", "Rescue"])
    assert [(task.choices, task.goes_through) for task in found] == [(("Rescue",), False)]


def test_a_key_is_pressed_once_at_each_prompt_that_a_kind_of_machine_shows() -> None:
    press = PromptWords(text="Press s ...", key="s", waits_ms=3000)
    told = []
    for path in ("x64-http-ipv4", "x64-http-ipv6", "bios-ipxe-rom"):
        each = boot(path)
        text = BootText.parse(each.text, path=Path("a.boot"))
        prompt = Statement(subject="prompt", text=str(press))
        keys = Statement(subject="keys", text=NOBODY)
        asked = replace(text, statements=(*text.statements, prompt, keys))
        told.append(replace(each, text=str(asked)))
    found = following(told)
    assert [(task.name, task.choices) for task in found] == [
        ("x64-http-ipv4--key-s", (press.press,)),
        ("bios-ipxe-rom--key-s", (press.press,)),
    ]
    assert following(told, rows=()) == []


def test_rows_beyond_the_screen_are_chosen_once_they_are_known() -> None:
    long = replace(LINES, rows=("Systems:", "Live", "Rescue", "..."))
    untouched_boot = boot("x64-http-ipv4", long)
    [task] = following([untouched_boot])
    assert (task.choices, task.goes_through) == (("Rescue",), True)
    gone = boot("x64-http-ipv4", LINES, choices=("Rescue",), items=(("Live", "Rescue", "Off"),))
    assert chosen(untouched_boot, gone) == [("x64-http-ipv4", ("Off",))]
    [named] = following([untouched_boot], rows=["Off"])
    assert (named.choices, named.goes_through) == (("Off",), True)


LABELS = MenuWords(
    title="PXELINUX prompt",
    rows=("disk", "rescue", "memory"),
    selected=0,
    counts_down_s=8,
    is_typed=True,
)


def prompting(path: str, *keys: str, menu: MenuWords | None = None) -> Learned:
    """Give a boot that came to a prompt for a label, and to a menu behind it."""
    told = [("prompt", str(LABELS)), ("keys", keys[0] if keys else NOBODY)]
    told += [("menu", str(menu)), ("keys", NOBODY)] if menu else []
    statements = (Statement(subject=subject, text=text) for subject, text in told)
    text = str(BootText(statements=tuple(statements)))
    return Learned(task=Task(path=path, choices=keys, name="-".join((path, *keys))), text=text)


def test_each_label_is_typed_but_the_one_that_a_time_out_starts() -> None:
    found = following([prompting("x64-tftp-ipv4"), prompting("bios-ipxe-rom")])
    assert [(task.name, task.choices, task.goes_through) for task in found] == [
        (f"{path}--{label}", (f'types "{label}"',), False)
        for path in ("x64-tftp-ipv4", "bios-ipxe-rom")
        for label in ("rescue", "memory")
    ]
    assert [task.name for task in following([prompting("bios-ipxe-rom")], rows=["memory"])] == [
        "bios-ipxe-rom--memory"
    ]


def test_a_menu_behind_a_prompt_is_chosen_from_whoever_led_there() -> None:
    by_itself = prompting("bios-ipxe-rom", menu=DEEPER)
    typed = prompting("bios-ipxe-rom", 'types "memory"', menu=DEEPER)
    assert ("bios-ipxe-rom", ("Back",)) in chosen(by_itself)
    assert chosen(typed) == [("bios-ipxe-rom", ('types "memory"', "Back"))]
