"""The lines of boot scripts that name files: what each file is for, as far as the line says so.

Owns the grammar of three loaders, as far as that takes: iPXE's scripts, GRUB's and PXELINUX's
configuration. A variable that is set to plain text is filled in; any other may hold anything.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice, product
from pathlib import PurePosixPath

ANY = "\0"
"""Stands in a name for whatever a variable holds."""
PXELINUX_DIR = "pxelinux.cfg/"
"""Where PXELINUX looks for its configuration, beside itself."""
_MOST_VALUES = 16
"""So many spellings of a name are told apart; of more, the variables may hold anything."""
_DEPTH = 8
"""Variables in variables: more is a circle."""


class Use(Enum):
    """What a file is for."""

    KERNEL = "kernel"
    INITRD = "initrd"
    DISK = "disk"
    """An image that a machine boots from as from a disk."""
    SCRIPT = "script"
    """What the loader reads itself, or a program of another kind: nothing is laid there."""
    UNCLEAR = "unclear"
    """A script, a kernel or another program: the line does not say."""


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """A file that a line of a script names."""

    script: str
    """The script's own name, as it was asked for."""
    line: int
    use: Use
    text: str
    """The name as it stands there."""
    names: tuple[str, ...] = ()
    """Its spellings with the variables filled in; `ANY` where they are not known."""
    is_one_of_them: bool = False
    """Whether only one of these is meant, and nobody knows which."""

    @property
    def where(self) -> str:
        """Say where it stands."""
        return f"{self.script}, line {self.line}"


@dataclass(frozen=True, kw_only=True)
class ScriptText:
    """A script, under the name by which it was asked for."""

    name: str
    text: str

    @property
    def lines(self) -> Iterator[tuple[int, str]]:
        """Go through its lines, joined where a backslash ends them, without comments."""
        begun, whole = 0, ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            begun = begun or number
            whole += line.removesuffix("\\")
            if line.endswith("\\"):
                whole += " "
                continue
            if whole.strip() and not whole.lstrip().startswith("#"):
                yield begun, whole
            begun, whole = 0, ""
        if whole.strip():
            yield begun, whole


def named_files(scripts: Sequence[ScriptText]) -> tuple[NamedFile, ...]:
    """Give every file that one of these scripts of one boot names, in their order."""
    ipxe = [each for each in scripts if _is_ipxe(each.text)]
    others = [each for each in scripts if each not in ipxe]
    pxelinux = [each for each in others if _is_pxelinux(each.text)]
    grub = [each for each in others if each not in pxelinux and _GRUB.search(each.text)]
    return (
        *_ipxe_files(ipxe),
        *_grub_files(grub),
        *(file for script in pxelinux for file in _pxelinux_files(script)),
    )


@dataclass(frozen=True, kw_only=True)
class KeyPrompt:
    """A line by which iPXE waits for a key."""

    text: str
    key: str
    """`s`, `Ctrl-B`; "" for any."""
    waits_ms: int
    """How long; 0: for ever."""


def key_prompts(scripts: Iterable[ScriptText]) -> Iterator[KeyPrompt]:
    """Go through the lines of iPXE's scripts that wait for a key (ipxe.org/cmd/prompt)."""
    for script in scripts:
        for _, line in script.lines if _is_ipxe(script.text) else ():
            for words in _ipxe_words(line):
                if words[:1] == ["prompt"]:
                    yield from _key_prompt(words[1:])


def _key_prompt(words: list[str]) -> Iterator[KeyPrompt]:
    told = {"-k": "", "--key": "", "-t": "0", "--timeout": "0"}
    while words and words[0].startswith("-"):
        option, _, value = words.pop(0).partition("=")
        if option in told:
            told[option] = value or (words.pop(0) if words else "")
    key, waits = told["--key"] or told["-k"], max(told["--timeout"], told["-t"], key=len)
    if words:
        waits_ms = int(waits) if waits.isdecimal() else 0
        yield KeyPrompt(text=" ".join(words), key=_key(key), waits_ms=waits_ms)


def _key(text: str) -> str:
    """Give a key as people call it: iPXE takes a letter, or its number."""
    number = int(text, 16) if re.fullmatch(r"0x[0-9a-fA-F]{1,4}", text) else 0
    if 0 < number < ord(" "):
        return f"Ctrl-{chr(number + 0x40)}"
    return chr(number) if ord(" ") < number < 0x7F else text


def is_script(content: bytes) -> bool:
    """Whether a file's beginning looks like a script of one of these loaders."""
    if b"\0" in content:
        return False
    text = content.decode(errors="replace")
    return _is_ipxe(text) or _is_pxelinux(text) or _GRUB.search(text) is not None


def is_ipxe_script(content: bytes) -> bool:
    """Whether a file's beginning is a script of iPXE's."""
    return _is_ipxe(content.decode(errors="replace"))


def _is_ipxe(text: str) -> bool:
    return text.lstrip("\ufeff \t").startswith(("#!ipxe", "#!gpxe"))


# ---------------------------------------------------------------- variables

_Values = Mapping[str, frozenset[str]]


def _spellings(text: str, values: _Values, variable: re.Pattern[str]) -> tuple[str, ...]:
    """Give the ways in which a text may read, one variable after the other filled in."""
    return tuple(islice(_filled(text, values, variable, _DEPTH), _MOST_VALUES))


def _filled(text: str, values: _Values, variable: re.Pattern[str], depth: int) -> Iterator[str]:
    found = variable.search(text)
    if found is None:
        yield text
        return
    name = next(group for group in found.groups() if group is not None)
    known = values.get(name, frozenset())
    options = sorted(known) if known and depth and len(known) <= _MOST_VALUES else [ANY]
    before, behind = text[: found.start()], text[found.end() :]
    insides = (each for option in options for each in _filled(option, values, variable, depth - 1))
    rests = tuple(islice(_filled(behind, values, variable, depth), _MOST_VALUES))
    for inside, rest in product(insides, rests):
        yield before + inside + rest


def _gathered(pairs: Iterator[tuple[str, str | None]]) -> _Values:
    """Put what is set together; what is once set to something unknown may hold anything."""
    values: dict[str, set[str] | None] = {}
    for name, value in pairs:
        known = values.setdefault(name, set())
        if value is None:
            values[name] = None
        elif known is not None:
            known.add(value)
    return {name: frozenset(known) for name, known in values.items() if known}


# ---------------------------------------------------------------- iPXE

_IPXE_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_FETCHED_FIRST = ("kernel", "imgselect", "imgload")
_FETCHED_BESIDE = ("initrd", "module", "imgfetch")
_STARTED = ("chain", "imgexec", "boot")
_GIVEN_ARGUMENTS = "imgargs"
_DISKS = ("sanboot", "sanhook")
_WITH_VALUE = frozenset(
    {"-n", "--name", "-t", "--timeout", "-d", "--drive", "-f", "--filename", "-e", "--extra"}
)
_COMMANDS = (*_FETCHED_FIRST, *_FETCHED_BESIDE, *_STARTED, *_DISKS, _GIVEN_ARGUMENTS)
_SCRIPT_NAME = re.compile(
    r"(?i)\.(?:ipxe|gpxe|php\d?|cgi|cfg|conf|txt|py|sh|aspx?|jsp)(?![a-z0-9])|##"
)
_PROGRAM_SUFFIXES = frozenset({".efi", ".0", ".kpxe", ".kkpxe", ".pxe", ".com", ".c32", ".bin"})
_KERNEL_NAME = re.compile(r"(?i)vmlinu|bzimage|(^|[-_.])(linux|kernel)(?![a-z])|\.lkrn$")


@dataclass(frozen=True)
class _Command:
    """One command of iPXE's that takes an image: its options, the image, and what follows."""

    line: int
    name: str
    called: str
    """What `--name` calls the image; "" for its file's own name."""
    image: str
    arguments: tuple[str, ...]
    block: int
    """Counts the labels before it: what is fetched in one block is booted together."""
    names: tuple[str, ...]
    """The image's spellings."""

    @property
    def path(self) -> str:
        return self.names[0].partition("?")[0]

    @property
    def is_script(self) -> bool:
        """Whether the file's name is a script's."""
        return _SCRIPT_NAME.search(self.names[0]) is not None

    @property
    def image_name(self) -> str:
        return self.called or PurePosixPath(self.path).name


def _ipxe_files(scripts: Sequence[ScriptText]) -> Iterator[NamedFile]:
    values = _gathered(pair for script in scripts for pair in _ipxe_values(script))
    for script in scripts:
        commands = list(_ipxe_commands(script, values))
        for command in commands:
            use = _ipxe_use(command, commands)
            if use is not None:
                yield NamedFile(
                    script=script.name,
                    line=command.line,
                    use=use,
                    text=command.image,
                    names=command.names,
                )


def _ipxe_words(line: str) -> Iterator[list[str]]:
    """Split a line into its commands."""
    words: list[str] = []
    for word in line.split():
        if word in ("||", "&&"):
            yield words
            words = []
        else:
            words.append(word)
    yield words


def _ipxe_values(script: ScriptText) -> Iterator[tuple[str, str | None]]:
    for _, line in script.lines:
        for words in _ipxe_words(line):
            match words:
                case ["set", name, *value]:
                    # `set name:type` says how it is written.
                    yield name.partition(":")[0], " ".join(value)
                case ["clear", name]:
                    yield name.partition(":")[0], ""
                case ["read" | "inc" | "choose" | "prompt" | "param", *_, name]:
                    yield name, None


def _ipxe_commands(script: ScriptText, values: _Values) -> Iterator[_Command]:
    block = 0
    for number, line in script.lines:
        if re.match(r"\s*:\S", line):
            block += 1
        for words in _ipxe_words(line):
            if words and words[0] in _COMMANDS:
                called, rest = _options(words[1:])
                if rest:
                    image, *arguments = rest
                    names = _spellings(image, values, _IPXE_VARIABLE)
                    yield _Command(number, words[0], called, image, tuple(arguments), block, names)


def _options(words: Sequence[str]) -> tuple[str, list[str]]:
    """Take the options off; give what `--name` says, and the rest."""
    called, left = "", list(words)
    while left and left[0].startswith("-") and len(left[0]) > 1:
        option, _, value = left.pop(0).partition("=")
        if option in _WITH_VALUE and not value and left:
            value = left.pop(0)
        if option in ("-n", "--name"):
            called = value
    return called, left


def _ipxe_use(command: _Command, commands: Sequence[_Command]) -> Use | None:
    """Say what a command's image is for; None where it names one that was fetched before."""
    if command.name == _GIVEN_ARGUMENTS:
        return None
    if command.name in _DISKS:
        return Use.DISK
    if command.name in _STARTED:
        fetched = [each for each in commands if each is not command]
        if any(command.image in (each.called, each.image_name) for each in fetched):
            return None
        return _use_of_started(command, commands)
    if command.name in _FETCHED_FIRST:
        return Use.SCRIPT if command.is_script else Use.KERNEL
    if command.name == "imgfetch":
        starts = [each for each in commands if each.name not in _FETCHED_BESIDE]
        if any(each.image == command.image_name for each in starts if each is not command):
            return _use_of_started(command, commands, by_name=True)
        if command.is_script:
            return Use.SCRIPT
    return Use.INITRD


def _use_of_started(
    command: _Command, commands: Sequence[_Command], *, by_name: bool = False
) -> Use:
    """Say whether what is started is a kernel: by its arguments, its initrd or its name."""
    if command.is_script:
        return Use.SCRIPT
    started = [command, *(e for e in commands if by_name and e.image == command.image_name)]
    beside = [e for e in commands if e.block == command.block and e.name in ("initrd", "module")]
    has_arguments = any(argument for each in started for argument in each.arguments)
    name = PurePosixPath(command.path)
    if has_arguments or beside or _KERNEL_NAME.search(name.name):
        return Use.KERNEL
    suffix = "" if ANY in name.suffix else name.suffix.lower()
    return Use.UNCLEAR if suffix in ("", *_PROGRAM_SUFFIXES) else Use.SCRIPT


# ---------------------------------------------------------------- GRUB

_GRUB = re.compile(
    r"(?m)^\s*(?:menuentry|submenu|linux(?:efi|16)?|initrd(?:efi|16)?|configfile|insmod|chainloader"
    r"|set\s+\w+=)"
)
_ONLY_GRUB = re.compile(r"(?m)^\s*(?:menuentry|submenu|configfile|insmod|set\s+\w+=)")
_GRUB_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_GRUB_SET = re.compile(r"^\s*(?:set\s+)?(\w+)=(?:\"([^\"]*)\"|'([^']*)'|(\S*))\s*$")
_GRUB_DEVICE = re.compile(r"^\(+[^)]*\)+")
_GRUB_USES = {
    **dict.fromkeys(("linux", "linux16", "linuxefi", "kernel"), Use.KERNEL),
    **dict.fromkeys(("initrd", "initrd16", "initrdefi"), Use.INITRD),
    **dict.fromkeys(("multiboot", "multiboot2", "module", "module2"), Use.UNCLEAR),
    **dict.fromkeys(("xen_hypervisor", "xen_module", "chainloader"), Use.UNCLEAR),
    **dict.fromkeys(("configfile", "source", "normal", "extract_entries_configfile"), Use.SCRIPT),
}


def _grub_files(scripts: Sequence[ScriptText]) -> Iterator[NamedFile]:
    values = _gathered(
        (found[1], next((each for each in found.groups()[1:] if each is not None), ""))
        for script in scripts
        for _, line in script.lines
        if (found := _GRUB_SET.match(line))
    )
    for script in scripts:
        for number, line in script.lines:
            for part in re.split(r"[;{}](?!\w+\})", line):
                words = [word.strip("\"'") for word in part.split()]
                use = _GRUB_USES.get(words[0]) if words else None
                if use is None:
                    continue
                named = [word for word in words[1:] if not word.startswith("--")]
                for text in named if use is Use.INITRD else named[:1]:
                    spelt = _spellings(text, values, _GRUB_VARIABLE)
                    names = tuple(_GRUB_DEVICE.sub("", each) for each in spelt)
                    yield NamedFile(
                        script=script.name, line=number, use=use, text=text, names=names
                    )


# ---------------------------------------------------------------- PXELINUX

_PXELINUX = re.compile(r"(?im)^\s*(?:label|default|kernel|linux|append|ui|prompt|include)\s+\S")

_NO_KERNEL = frozenset({".c32", ".cbt", ".0", ".bin", ".bs", ".bss", ".com", ".img"})
"""What PXELINUX takes `KERNEL` for by its ending, other than Linux."""


def _is_pxelinux(text: str) -> bool:
    """GRUB has words in common with it, and some of its own."""
    return _PXELINUX.search(text) is not None and _ONLY_GRUB.search(text) is None


def _pxelinux_files(script: ScriptText) -> Iterator[NamedFile]:
    for number, line in script.lines:
        keyword, _, rest = line.strip().partition(" ")
        words = rest.split()
        found: list[tuple[Use, str]] = []
        match keyword.lower(), words:
            case "linux", [kernel, *_]:
                found = [(Use.KERNEL, kernel)]
            case "kernel", [kernel, *_]:
                other = PurePosixPath(kernel).suffix.lower() in _NO_KERNEL
                found = [(Use.SCRIPT if other else Use.KERNEL, kernel)]
            case "initrd", [initrds, *_]:
                found = [(Use.INITRD, each) for each in initrds.split(",")]
            case "append", _:
                lists = [w.partition("=")[2] for w in words if w.lower().startswith("initrd=")]
                found = [(Use.INITRD, each) for names in lists for each in names.split(",")]
            case "include" | "config", [other, *_]:
                found = [(Use.SCRIPT, other)]
        for use, text in found:
            yield NamedFile(
                script=script.name,
                line=number,
                use=use,
                text=text,
                names=_pxelinux_names(script.name, text),
                is_one_of_them=True,
            )


def _pxelinux_names(script: str, text: str) -> tuple[str, ...]:
    """Give what a name may mean: it begins beside PXELINUX itself, or at the server's root.

    Its configuration lies beside it, but in Debian's tree both are reached by links, too.
    """
    above, is_known, _ = script.partition(PXELINUX_DIR)
    if "://" in text:
        return (text,)
    if text.startswith("::"):
        return (f"/{text[2:].lstrip('/')}",)
    name = text.lstrip("/")
    return tuple(dict.fromkeys((f"{above}{name}", f"/{name}"))) if is_known else (f"{ANY}/{name}",)
