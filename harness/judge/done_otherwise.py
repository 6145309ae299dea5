"""What a machine showed and did otherwise than when its boot was approved: menus, files, words.

One fault has many consequences: of what was done, the first that differs is the cause.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from harness.judge.boot import Boot
from harness.judge.commands import commands_of, matters_of, whose, written_as
from harness.judge.failed_fetch import failed_fetches
from harness.judge.http_failure import answered_by
from harness.judge.loop import loops
from harness.judge.misnamed import unfetchable
from harness.judge.name_lookup import named_by, unresolved
from harness.judge.outright import signatures
from harness.judge.own_fault import own_faults
from harness.judge.ports import refusals, unheard
from harness.judge.program_fault import program_faults
from harness.judge.standstill import asked_key, ended_by_command, ran_out, reached_exit
from harness.judge.told_otherwise import told_otherwise
from harness.judge.unanswered import unanswered
from harness.judge.where import (
    bracketed,
    command_line,
    line_done,
    lines_done,
    where_done,
    where_line,
    where_row,
    where_word,
)
from harness.judge.where_filled import lines_filled, place_filled
from harness.model import LOCAL_DISK
from harness.plan.boot_difference import Change
from harness.plan.boot_names import Names
from harness.plan.boot_text import Statement, menu_of
from harness.plan.boot_words import NO_TITLE, AskedFile, MenuWords, read_boots
from harness.site.files import text_of
from harness.site.places import joined, places
from harness.step import IP_NAME
from harness.witness.shown import BY_DISK, BY_PAYLOAD

_MILLISECONDS = 1000
_FEW = 3

_QUOTED = re.compile(r"[`'\"]([^`'\"\s]+)['\"]|^(\S+)(?=: command not found)|\b(0x[0-9a-f]+)\b")
"""What a complaint has of a script's own words."""
_LINE = re.compile(r":\d+$")
_SHOWN = re.compile(r"\"([^\"]*)\"")
"""What a statement has of the words on the screen."""
_TOLD = ("machine", "answer", "router", "name", "warns")
"""What is not done but told."""


def done_otherwise(boot: Boot) -> Iterator[str]:
    """Say what the menu shows, what was fetched, booted and handed over, and how it ended."""
    done = [each for each in boot.changes if each.subject not in _TOLD]
    both = {n: found for n, each in enumerate(done) if (found := _menus_of(each)) is not None}
    menus = [cause for old, new in both.values() for cause in _menu_causes(boot, old, new)]
    yield from menus
    steps = [e for n, e in enumerate(done) if e.subject != "words" and n not in both]
    for change in done:
        same = all(each.subject != "boots" for each in steps)
        if same and change.subject == "words" and change.approved and change.seen:
            yield from _word_causes(boot, change.approved.text, change.seen.text)
    if not (menus or _is_explained(boot)):
        yield from _first_step(boot, steps) if steps else _lookups(boot)


def _menus_of(change: Change) -> tuple[MenuWords, MenuWords] | None:
    """Give the menu, or the prompt with its labels, that came up otherwise: approved and seen."""
    old, new = (each and menu_of(each) for each in (change.approved, change.seen))
    return (old, new) if old and new else None


def _lookups(boot: Boot) -> Iterator[str]:
    """Say which name is looked up besides, where all else is as it was approved."""
    for change in boot.changes:
        if change.seen is not None and change.seen.subject == "name" and change.approved is None:
            name = change.seen.text.partition(" is ")[0]
            yield f"{name} is looked up, which is not approved{named_by(boot, name)}"


def _is_explained(boot: Boot) -> bool:
    """Whether the steps went another way for what a server said, or did not."""
    reasons = (
        *(own_faults, told_otherwise, refusals, unanswered, failed_fetches, reached_exit),
        *(asked_key, ended_by_command, loops, program_faults, unfetchable, unresolved),
        *(signatures, ran_out),
        *((unheard,) if boot.complaint is not None else ()),
    )
    return any(cause for find in reasons for cause in find(boot))


def _menu_causes(boot: Boot, old: MenuWords, new: MenuWords) -> Iterator[str]:
    what = "prompt" if new.is_typed else "menu"
    if another := _another_menu(boot, old.title, new.title):
        yield another
        return
    if old.title != new.title:
        where = _where_titled(boot, new.title) or where_done(boot, "title", (new.title,))
        yield f"the menu is called '{new.title}', approved '{old.title}'{bracketed(where)}"
    yield from _row_causes(boot, old.rows, new.rows, new.title, what)
    selected, was_selected = _selected(new), _selected(old)
    if selected != was_selected and was_selected in new.rows:
        where = _where_selected(boot, new.title, selected)
        yield f"the {what} has selected '{selected}', approved '{was_selected}'{bracketed(where)}"
    if old.counts_down_s != new.counts_down_s:
        where = _where_counted(boot, new)
        now, before = _counting(new.counts_down_s), _counting(old.counts_down_s)
        yield f"the {what} {now}, approved: it {before}{bracketed(where)}"


def _another_menu(boot: Boot, old: str, new: str) -> str:
    """Say that the script still has the menu that was approved, and went to another one."""
    shown, meant = (line_done(boot, "title", (title,)) if title else None for title in (new, old))
    if shown is None or meant is None or shown == meant:
        return ""
    lines = [f"{meant.path}:{each}" for each in whose(boot, meant.path).leads_to(boot.site, meant)]
    leads = " and ".join(lines) if 0 < len(lines) <= _FEW else "what leads to it"
    still = f"the approved one, '{old}', is still there ({meant}): look at {leads}"
    return f"another menu is shown, '{new}' ({shown}); {still}"


def _where_titled(boot: Boot, title: str) -> str:
    """Give the one line that says this title and no longer one; "" where none does, or several."""
    commands = "|".join(map(re.escape, commands_of(boot, "title")))
    says = rf"^\s*(?:{commands})\s+[\"']?{re.escape(title)}[\"']?\s*$"
    scripts = dict.fromkeys(boot.scripts.values())
    found = [*map(str, places(boot.site, scripts, says))] if commands and title else []
    return found[0] if len(found) == 1 else ""


def _selected(menu: MenuWords) -> str:
    return menu.rows[menu.selected] if 0 <= menu.selected < len(menu.rows) else ""


def _where_selected(boot: Boot, title: str, row: str) -> str:
    """Give the line that selects a row; of several, the one that says a word of the row's own line.

    That is a key, a label or an id, as the loader has them.
    """
    where = where_done(boot, "default", near=(title,))
    line = line_done(boot, "row", written_as(boot, row))
    if line is None or where.rpartition(", ")[2] not in boot.scripts.values():
        return where
    commands = "|".join(map(re.escape, commands_of(boot, "default")))
    stripped = (word.strip("\"'{};") for word in line.text.split()[1:])
    words = "|".join(map(re.escape, filter(None, stripped)))
    says = rf"^\s*(?:{commands})[\s=\"']*(?:{words})[\"']?\s*$"
    found = [*places(boot.site, dict.fromkeys(boot.scripts.values()), says)]
    return f"{where.partition(', ')[0]}, {found[0]}" if len(found) == 1 else where


def _where_counted(boot: Boot, menu: MenuWords) -> str:
    near = (menu.title,)
    if menu.counts_down_s is None:
        # A line that still has a time-out is another menu's.
        where = where_done(boot, "no count-down", near=near)
        return where or where_done(boot, "count-down", near=near)
    values = (str(menu.counts_down_s * _MILLISECONDS), str(menu.counts_down_s))
    return where_done(boot, "count-down", values, near=near)


def _counting(seconds: int | None) -> str:
    return "does not count down" if seconds is None else f"counts down {seconds} s"


def _row_causes(
    boot: Boot, old: tuple[str, ...], new: tuple[str, ...], title: str, what: str
) -> Iterator[str]:
    """Say how the rows differ; other menus of the script may have the same rows."""
    if old == new:
        return

    gone = [row for row in old if row not in new]
    come = [row for row in new if row not in old]
    renamed = len(gone) == len(come) and len(old) == len(new)
    for was, row in zip(gone, come, strict=False) if renamed else ():
        where = bracketed(where_row(boot, title, row) or where_row(boot, title, was))
        yield f"the {what} has '{row}' in the place of '{was}'{where}"
    for row in () if renamed else gone:
        yield f"the {what} lacks '{row}'{_where_lost(boot, title, row, old, new)}"
    for row in () if renamed else come:
        where = bracketed(where_row(boot, title, row))
        yield f"the {what} has '{row}', which is not approved{where}"
    if not (gone or come):
        moved = [row for row, was in zip(new, old, strict=False) if row != was]
        rows = " and ".join(f"'{row}'" for row in moved[:2])
        are = "are swapped" if len(moved) == 2 else "and others stand in another order"
        yield f"the {what}'s rows {rows} {are}{bracketed(where_row(boot, title, moved[0]))}"


def _where_lost(
    boot: Boot, title: str, row: str, old: tuple[str, ...], new: tuple[str, ...]
) -> str:
    """Say where the script still has a row that is not shown; else behind which line it stood."""
    where = where_row(boot, title, row)
    above = [each for each in old[: old.index(row)] if each in new]
    if where and (_LINE.search(where) or not above):
        return bracketed(where)
    if not above:
        return bracketed(where_done(boot, "title", (title,)))
    return f" behind '{above[-1]}'{bracketed(where_row(boot, title, above[-1]))}"


def _word_causes(boot: Boot, old: str, new: str) -> Iterator[str]:
    was, now = old.split(), new.split()
    gone, come = [w for w in was if w not in now], [w for w in now if w not in was]
    kernels = [each.file for each in (boot.told.kernels if boot.told else ())]
    files = [*kernels, *map(_name, kernels)]
    if gone:
        # Where none came in its place, it stood beside its neighbours.
        at = was.index(gone[0])
        where = where_word(boot, [*come, *was[at + 1 : at + 2], *was[max(0, at - 1) : at]], files)
        got = f", and has {' '.join(come)}" if come else ""
        yield f"the kernel's command line lacks {' '.join(gone)}{got}{bracketed(where)}"
    elif come:
        where = where_word(boot, come, files)
        yield (
            f"the kernel's command line has {' '.join(come)}, which is not approved"
            f"{bracketed(where)}"
        )
    else:
        where = where_done(boot, "kernel", files)
        yield f"the kernel's command line has its words in another order{bracketed(where)}"


def _first_step(boot: Boot, steps: list[Change]) -> Iterator[str]:
    """Say what the first change is, and what stands in its place."""
    if not steps:
        return
    first = next((each for each in steps if _is_step(each)), steps[0])
    # How it was left to the firmware decides whether its disk is booted.
    booted = [each for each in steps if each.subject == "boots"]
    texts = [said.text for each in booted for said in (each.approved, each.seen) if said]
    if texts == [LOCAL_DISK]:
        first = next((each for each in steps if each.subject == "ends" and each.seen), first)
    old, new = first.approved, first.seen
    if new is None:
        new = next((each.seen for each in steps[1:] if each.approved is None), None)
    elif old is None:
        old = next((each.approved for each in steps[1:] if each.seen is None), None)
    if old is not None and new is not None and old.subject == new.subject:
        yield from _other_step(boot, old, new)
    elif first.approved is not None and new is not None and new.subject == "menu":
        yield f"not approved: {_new_menu(new)}{bracketed(_where_menu(boot, new))}"
    elif first.approved is not None:
        # A line with another file of that name is not where this one is lacking.
        asked = first.approved.asked_file
        has_line = asked is not None and line_done(boot, "file", (asked.fetch.file,)) is not None
        where = _where_asked(boot, first.approved) if has_line else ""
        where = where or _behind(boot, first.approved) or _where_lost_step(boot, first.approved)
        yield f"it did not go on as approved: {_told(first.approved)}{where}"
    elif first.seen is not None:
        where = _where_timed_out(boot, first.seen) or _where_asked(boot, first.seen)
        yield f"not approved: {_told(first.seen)}{where or _where_said(boot, first.seen)}"


def _behind(boot: Boot, missing: Statement) -> str:
    """Say which line fetched the file before, where no line names what should come next."""
    names = Names.of(boot.site.machine_of(boot.mac))
    lost = missing.asked_file
    is_start = missing.subject == "boots"  # of what has come, at the end of its own lines or below
    if not is_start and (lost is None or lines_filled(boot, names.filled(lost.fetch.file))):
        return ""
    approved = list(boot.learned.statements if boot.learned else ())
    before = approved[: approved.index(missing)] if missing in approved else []
    asked = next((each.asked_file for each in reversed(before) if each.asked_file), None)
    if asked is None:
        return ""
    file = names.filled(asked.fetch.file)
    line = line_done(boot, "file", (file, _name(file))) or place_filled(boot, file)
    if line is None:
        return ""
    if lost is not None and (comment := _in_a_comment(boot, names.filled(lost.fetch.file))):
        return f" ({comment} has it in a comment)"
    last = max(each.line for each in joined(boot.site, line))
    ended = replace(line, last=last)
    place = whose(boot, ended.path).goes_on(boot.site, ended) if is_start else ended
    return f" (behind {place})"


def _where_lost_step(boot: Boot, missing: Statement) -> str:
    """Give the line of a script's that decides whether there is such a step, where one does."""
    said = f" {missing.text}" if missing.subject == "says" else ""
    return bracketed(where_done(boot, f"{missing.subject}{said}"))


def _in_a_comment(boot: Boot, file: str) -> str:
    """Give the one line of a script that names a file, and is commented out."""
    pattern = re.compile(rf"^\s*#(?!!).*\b{re.escape(_name(file))}\b")
    found = [
        f"{path}:{number}"
        for path in dict.fromkeys(boot.scripts.values())
        for number, line in enumerate(text_of(boot.site, path).splitlines(), start=1)
        if pattern.search(line)
    ]
    return found[0] if len(found) == 1 else ""


def _new_menu(statement: Statement) -> str:
    """Say that a menu is shown in which a machine stays, and how long."""
    menu = MenuWords.read(statement.text)
    called = f"with '{_selected(menu)}'" if menu.title == NO_TITLE else f"'{menu.title}'"
    waits = "waits for a key" if menu.counts_down_s is None else _counting(menu.counts_down_s)
    return f"a menu {called} is shown, and {waits}"


def _where_menu(boot: Boot, statement: Statement) -> str:
    """Give the line by which a menu counts down, in the file that has the row it shows; or that."""
    menu = MenuWords.read(statement.text)
    row = where_row(boot, menu.title, _selected(menu))
    path = row.rpartition(", ")[2].rpartition(":")[0]
    for name in commands_of(boot, "count-down") if path else ():
        found = [*places(boot.site, [path], rf"^\s*{name.replace(' ', '.*')}\b")]
        if len(found) == 1:
            return f"{name}, {found[0]}"
    return row


def _is_step(change: Change) -> bool:
    """Whether a machine can have failed to take it: not a key that nobody presses, nor an error."""
    gone = change.approved if change.seen is None else None
    is_key = change.approved is not None and change.approved.subject == "keys"
    return not is_key and (gone is None or gone.subject != "says")


def _other_step(boot: Boot, old: Statement, new: Statement) -> Iterator[str]:
    was, now = old.asked_file, new.asked_file
    if was is not None and now is not None:
        where = _where_asked(boot, new) or _where_asked(boot, old)
        answer = answered_by(boot, Names.of(boot.site.machine_of(boot.mac)).filled(now.fetch.file))
        yield _other_file(was, now, old.subject, where, answer)
    elif old.subject == "boots":
        kernel, initrds = read_boots(new.text)
        where = where_done(boot, "kernel", (kernel, *initrds))
        yield f"{new.text} was booted, approved {old.text}{bracketed(where)}"
    else:
        by_script = not new.text.startswith((BY_PAYLOAD, BY_DISK))
        told = _told(new) if by_script else _told(old)
        matters = (each for each in matters_of(boot) if told.startswith(each))
        matter = max(matters, key=len, default="")
        where = command_line(boot, matter) or lines_done(boot, matter, _SHOWN.findall(told))
        yield f"{_told(new)}{bracketed(where)}; approved: {old.text}"


def _other_file(was: AskedFile, now: AskedFile, who: str, where: str, answer: str) -> str:
    """Say how a file was asked for otherwise; what else came of the same is the server's doing."""
    if was.fetch.file != now.fetch.file:
        return f"{who} {now}, approved {was.fetch.file}{where}"
    if was.fetch != now.fetch:
        over = f"{was.fetch.protocol.value.upper()}, {IP_NAME[was.fetch.family]}"
        return f"{who} {now}, approved over {over}"
    if was.server != now.server:
        return f"{who} {now}, approved from {was.server}{where}"
    return f"{who} {now}; approved: {was.ending or 'it comes'}{answer}"


def _where_timed_out(boot: Boot, statement: Statement) -> str:
    """Give the line by which a count-down ends in another row than the one that is selected."""
    told = () if boot.learned is None or boot.learned.choices else boot.learned.statements
    menu = next(filter(None, (menu_of(each) for each in reversed(told))), None)
    asked = statement.asked_file
    line = line_done(boot, "file", (asked.fetch.file, _name(asked.fetch.file))) if asked else None
    if menu is None or line is None or not (row := _selected(menu)):
        return ""
    own = whose(boot, line.path).lines_of_row(boot.site, line.path, row)
    return "" if not own or line.line in own else bracketed(where_done(boot, "timed out"))


def _where_asked(boot: Boot, statement: Statement) -> str:
    """Give the command of a script by which a loader asked for a file; "" of other askers."""
    asked = statement.asked_file
    if asked is None or statement.subject != boot.loader.called:
        return ""
    return bracketed(where_done(boot, "file", (asked.fetch.file, _name(asked.fetch.file))))


def _where_said(boot: Boot, statement: Statement) -> str:
    """Give the one line of a script that has a word which a complaint quotes."""
    quoted = _QUOTED.findall(statement.text) if statement.subject == "says" else []
    words = [next(filter(None, each)) for each in quoted]
    where = where_line(boot, words)
    return bracketed(where or where_done(boot, f"{statement.subject} {statement.text}"))


def _name(file: str) -> str:
    return PurePosixPath(file).name


def _told(statement: Statement) -> str:
    return f"{statement.subject} {statement.text.partition(chr(10))[0]}"
