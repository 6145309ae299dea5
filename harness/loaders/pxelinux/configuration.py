"""The lines of PXELINUX's configuration, and what a name in it means (Syslinux' manual)."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.loaders.script import Script

PXELINUX_DIR = "pxelinux.cfg/"
"""Where PXELINUX looks for its configuration, beside itself."""
INCLUDE = "include"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a configuration."""

    script: str
    """Of which file, by the name that it was asked for."""
    number: int
    keyword: str
    """In small letters; of the menu's with both words, but `menu include` does what `include` does.
    """
    text: str
    """What is behind it."""

    @property
    def words(self) -> list[str]:
        """What is behind it, word by word."""
        return self.text.split()


def lines_of(script: Script) -> Iterator[Line]:
    """Go through a file's lines; the text of a help is not one of them."""
    is_text = False
    for number, line in script.lines.items():
        keyword, _, text = " ".join(line.split()).partition(" ")
        keyword = keyword.lower()
        if is_text or keyword == "text":
            is_text = keyword != "endtext"
            continue
        if keyword == "menu":
            second, _, text = text.partition(" ")
            is_include = second.lower() == INCLUDE
            keyword = INCLUDE if is_include else f"menu {second.lower()}"
        yield Line(script=script.name, number=number, keyword=keyword, text=text)


def lines_of_row(script: Script, row: str) -> range:
    """Give the lines of the label that a menu shows as this row: by its `menu label`, or itself."""
    start, labels = 0, {}
    for line in lines_of(script):
        if line.keyword == "label":
            start = line.number
        if start and line.keyword in ("label", "menu label"):
            labels[start] = line.text.replace("^", "")
    first = next((number for number, shown in labels.items() if row and shown == row), 0)
    end = min((each for each in labels if each > first), default=max(script.lines, default=0) + 1)
    return range(first, end) if first else range(0)


def base_of(script: str) -> str | None:
    """Give where the names in a configuration begin: beside PXELINUX itself; None: nobody knows."""
    above, is_known, _ = script.rpartition(PXELINUX_DIR)
    return above if is_known else None


def names_from(base: str | None, text: str) -> tuple[str, ...]:
    """Give what a name may mean: it begins beside PXELINUX itself, or at the server's root.

    Its configuration lies beside it, but in Debian's tree both are reached by links, too.
    """
    if "://" in text:
        return (text,)
    if text.startswith("::"):
        return (f"/{text[2:].lstrip('/')}",)
    name = text.lstrip("/")
    return () if base is None else tuple(dict.fromkeys((f"{base}{name}", f"/{name}")))
