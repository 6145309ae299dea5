"""After which step nothing more came, and what is wrong with a script that was the last."""

import re
from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.judge.commands import commands_of, whose
from harness.judge.loop import loops
from harness.judge.outright import signatures
from harness.judge.where import command_line
from harness.judge.where_filled import place_filled
from harness.site.files import text_of
from harness.site.places import places
from harness.step import Ask

_NO_COMMAND = re.compile(r"(?P<command>\S+): command not found")
_GIVEN_BACK = ("given back to the firmware", "No more network devices")
"""How a boot ends, or what iPXE says, when its script has ended."""
_GIVES_BACK = re.compile(r"\((?:uefi-gave-up|bios-nothing|bds-nothing|ipxe-no-boot), ")
"""What a wait has ended by, likewise."""
_PROMPT = r"^\s*prompt\b(?:\s+(?:-[kt]|--key|--timeout)(?:\s+|=)\S+)*\s*"
_GIVEN_BACK_ENDS = "ends given back"
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def unstarted(boot: Boot) -> Iterator[str]:
    """Say that firmware has fetched its first program, and that nothing shows that it runs."""
    nbp = [step for step in boot.taken if step.arrived and step.file == boot.nbp_file]
    asked = any(isinstance(step.what, Ask) and step.what.ipxe for step in boot.taken)
    is_told = any(signatures(boot))
    if nbp and boot.loader.user_class and not (asked or boot.is_up or is_told):
        yield (
            f"the NBP {boot.nbp_file} arrived (frame {nbp[-1].last.frame}), but nothing asked DHCP "
            f"as {boot.loader.user_class}: the firmware did not start it, or it is not "
            f"{boot.loader.called}"
        )


def standstill(boot: Boot) -> Iterator[str]:
    """Say which step was the last that went well, of a boot that has not come up."""
    steps = [step for step in boot.taken if step.arrived]
    if steps and not (boot.is_up or any(unstarted(boot)) or boot.changes):
        yield f"the last that went well was {steps[-1]} (frame {steps[-1].last.frame})"


def script_faults(boot: Boot) -> Iterator[str]:
    """Say why a script that arrived was the last that did."""
    taken = [step for step in boot.taken if step.arrived and step.file is not None]
    if not taken or (name := taken[-1].file or "") not in boot.scripts:
        return
    yield from whose(boot, boot.scripts[name]).script_faults(boot.site, boot.scripts[name])
    own = [path for path in boot.scripts.values() if whose(boot, path) == boot.loader]
    yield from boot.loader.lost_gotos(boot.site, own)


def reached_exit(boot: Boot) -> Iterator[str]:
    """Say which `exit` ended a script that was the last to come, and that has not gone wrong."""
    taken = [step for step in boot.taken if step.arrived and step.file is not None]
    if boot.is_up or not taken or (taken[-1].file or "") not in boot.scripts:
        return
    if not _was_given_back(boot):
        return
    path = boot.scripts[taken[-1].file or ""]
    goal = _first_noted(boot, path)
    lines = [n for n in whose(boot, path).exits(boot.site, path) if goal is None or n < goal]
    commands = text_of(boot.site, path).splitlines()
    if not _has_menu(boot):  # nobody has left one
        lines = [n for n in lines if not commands[n - 1].lstrip().startswith("choose")] or lines
    if lines:
        command = commands[lines[0] - 1].strip()
        found = " or ".join(f"{path}:{line}" for line in lines)
        yield f"{found}: the script reached its `exit`: {command}"


def ran_out(boot: Boot) -> Iterator[str]:
    """Say behind which line a script was at its end, where nothing else says why nothing boots.

    One that another has chained returns to that, unless it took its place.
    """
    taken = [step for step in boot.taken if step.arrived and step.file is not None]
    is_scripts = bool(taken) and (taken[-1].file or "") in boot.scripts
    if boot.is_up or boot.told is None or not is_scripts or not _was_given_back(boot):
        return
    approved = [each.text for each in (boot.learned.statements if boot.learned else ())]
    reasons = (reached_exit, script_faults, unguarded, unknown_commands, loops)
    if any(each.startswith(_GIVEN_BACK) for each in approved) or any(
        True for find in reasons for _ in find(boot)
    ):
        return
    last = taken[-1].file or ""
    by = place_filled(boot, last)
    chained = text_of(boot.site, by.path).splitlines()[by.line - 1] if by is not None else ""
    ending = last if "--replace" in chained else next(iter(boot.scripts))
    path = boot.scripts[ending]
    if not whose(boot, path).runs_scripts:
        return
    lines = [*places(boot.site, [path], r"\S")]
    if lines:
        yield f"{lines[-1]}: the script ends here, and nothing was booted: {lines[-1].text}"


def asked_key(boot: Boot) -> Iterator[str]:
    """Say which line of a script waits for a key, where the console has stopped at its words."""
    lines = [each.text.strip() for each in boot.console.lines if each.text.strip()]
    approved = boot.learned.of("prompt") if boot.learned is not None else ()
    if boot.is_up or not lines or any(lines[-1] in each.text for each in approved):
        return
    for each in places(boot.site, boot.scripts.values(), _PROMPT):
        words = re.sub(_PROMPT, "", each.text).partition("||")[0].partition("&&")[0].strip()
        if words and lines[-1].endswith(words):
            yield f"{each} waits for a key that nobody presses: {each.text}"
            return


def ended_by_command(boot: Boot) -> Iterator[str]:
    """Say by which command of a script a machine was reset, switched off or left to an operator."""
    taken = [step for step in boot.taken if step.arrived and step.file is not None]
    is_scripts = bool(taken) and (taken[-1].file or "") in boot.scripts
    if boot.is_up or boot.told is None or not is_scripts:
        return
    approved = {each.text for each in (boot.learned.of("ends") if boot.learned else ())}
    for ends in (each for each in boot.told.of("ends") if each.text not in approved):
        matter = f"ends {ends.text}"
        if not matter.startswith(_GIVEN_BACK_ENDS) and (where := command_line(boot, matter)):
            yield f"{where}: the script came to its `{commands_of(boot, matter)[0]}`"


def _has_menu(boot: Boot) -> bool:
    return "menu" in boot.marks or (boot.told is not None and any(boot.told.of("menu")))


def _was_given_back(boot: Boot) -> bool:
    if boot.told is not None:
        return any(each.text.startswith(_GIVEN_BACK) for each in boot.told.statements)
    return boot.complaint is not None and bool(_GIVES_BACK.search(boot.complaint.what))


def _first_noted(boot: Boot, path: str) -> int | None:
    """Give the first line of a script that the approved boot is known to have come to.

    Of a boot that is planned, the menu's, where that has not come.
    """
    if boot.is_planned:
        menus = [] if "menu" in boot.marks else _menus(boot, path)
        return min(menus, default=None)
    notes = " ".join(each.note for each in (boot.learned.statements if boot.learned else ()))
    found = re.findall(rf"(?<!\S){re.escape(path)}:(\d+)", notes)
    return min(map(int, found), default=None)


def _menus(boot: Boot, path: str) -> list[int]:
    commands = "|".join(map(re.escape, commands_of(boot, "title")))
    found = places(boot.site, [path], rf"^\s*(?:{commands})\s") if commands else ()
    return [each.line for each in found]


def unguarded(boot: Boot) -> Iterator[str]:
    """Say which line ends a script, when all that failed is a file that need not be there."""
    if boot.is_up or not boot.changes or boot.told is None or boot.learned is None:
        return
    if any(loops(boot)):
        return
    *_, last = (None, *(each for each in boot.told.statements if each.asked_file))
    approved = {each.key for each in boot.learned.statements}
    if last is None or not (last.asked_file and last.asked_file.ending) or last.key not in approved:
        return
    found = [
        (path, number, command)
        for path in boot.scripts.values()
        for number, command in whose(boot, path).unguarded(boot.site, path)
    ]
    file = last.asked_file.fetch.file
    if len(found) > 1:
        found = [each for each in found if _may_name(boot.site.read(each[0]), each[1], file)]
    for path, number, command in found if len(found) == 1 else ():
        yield (
            f"{path}:{number}: the script ends when {command} fails, for no || is behind it; that "
            f"{file} is not found has been approved"
        )


def unknown_commands(boot: Boot) -> Iterator[str]:
    """Say which line ends a script, when all that failed is a command that need not be there."""
    if boot.is_up or not boot.changes or boot.told is None or boot.learned is None:
        return
    said = [_NO_COMMAND.fullmatch(each.text) for each in boot.told.statements]
    approved = {each.text for each in boot.learned.statements}
    *_, last = (None, *(each for each in said if each is not None))
    if last is None or last[0] not in approved:
        return
    command = re.escape(last["command"])
    for each in places(boot.site, boot.scripts.values(), rf"^\s*{command}\b(?!.*\|\|)"):
        yield (
            f"{each}: the script ends when {last['command']} fails, for no || is behind it; that "
            "there is no such command has been approved"
        )


def _may_name(script: str, line: int, file: str) -> bool:
    """Whether a word of a script's line may mean a file, whatever its variables hold."""
    words = script.splitlines()[line - 1].split()
    names = (re.sub(r"^\w+://[^/]*/", "", word).lstrip("/") for word in words)
    literals = (_VARIABLE.split(name) for name in names)
    patterns = (".*".join(map(re.escape, each)) for each in literals if any(each))
    return any(re.fullmatch(f"(?:.*/)?{each}", file) for each in patterns)


def default_faults(boot: Boot) -> Iterator[str]:
    """Say which default of a menu that arrived is none of its items."""
    paths = [*dict.fromkeys(boot.scripts.values())]
    for path in paths:
        others = [each for each in paths if each != path]
        yield from whose(boot, path).default_faults(boot.site, path, others)
