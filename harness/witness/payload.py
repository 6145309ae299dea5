"""The payload's own word: the one line that only the booted system can print."""

import json
import re

from harness.model import HandedFile, MountReport, PayloadReport, RootReport

PAYLOAD_MARK = "@@HARNESS-PAYLOAD "
PAYLOAD_PATTERN = re.compile(re.escape(PAYLOAD_MARK) + r"(?P<json>\{[^@]{0,8000}\})@@")
"""The report on a console, in whatever comes before and behind it.

The payload escapes `@` inside, so that a report which breaks off cannot swallow
the next one.
"""

PROBE_PATTERN = re.compile(r"@@HARNESS-PROBE (?P<target>\S+) (?P<said>answered|silent)@@")
"""Whether a target of a word `probe=` on the payload's command line answered it."""

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|\([A-Z0-9])")
_NOISE = re.compile(r"[\x00-\x1f\x7f]")
_FIELDS = ("token", "entry", "firmware", "mac", "cmdline")


def reports(text: str) -> tuple[PayloadReport, ...]:
    """Give every readable report that a console showed, whoever's it is.

    Terminal escapes, line ends and NULs inside a report are taken out: a serial console
    that wraps or redraws puts them there. JSON itself has no use for them.
    """
    found = PAYLOAD_PATTERN.finditer(text)
    read = (_report(_NOISE.sub("", _ESCAPE.sub("", each["json"]))) for each in found)
    return tuple(report for report in read if report is not None)


def last_report(text: str) -> PayloadReport | None:
    """Give the last readable report: of a machine that booted twice, its second boot's."""
    return next(reversed(reports(text)), None)


def probes(text: str) -> dict[str, bool]:
    """Give every target that the payload was told to try, and whether it answered."""
    return {found["target"]: found["said"] == "answered" for found in PROBE_PATTERN.finditer(text)}


def _report(text: str) -> PayloadReport | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    if not all(isinstance(content.get(name), str) for name in _FIELDS):
        return None
    return PayloadReport(
        **_texts(content, "token", "entry", "firmware", "cmdline"),
        **_texts(content, "source", "secure_boot", "uuid", "error"),
        mac=_text(content["mac"]).lower(),
        ipv4=_words(content.get("ipv4")),
        ipv6=_words(content.get("ipv6")),
        resolved=_words(content.get("resolved")),
        root=_root(content),
        payload=_text(content.get("payload") or "linux"),
        initrds=_handed(content.get("initrds")),
        archives=_handed(content.get("archives")),
        memory_mib=_number(content.get("memory_mib")),
    )


def _handed(value: object) -> tuple[HandedFile, ...]:
    found = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return tuple(HandedFile(size=_number(e.get("size")), **_texts(e, "sha256")) for e in found)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _root(content: dict[str, object]) -> RootReport | None:
    medium, root = _mount(content.get("medium")), _mount(content.get("root"))
    if medium is None or root is None:
        return None
    texts = _texts(content, "image", "image_sha256", "stand_in")
    return RootReport(**texts, medium=medium, root=root)


def _mount(value: object) -> MountReport | None:
    if not isinstance(value, dict):
        return None
    options = tuple(_text(value.get("options", "")).split(","))
    return MountReport(**_texts(value, "source", "place", "type"), options=options)


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(_text(value).split())
    return tuple(_text(item) for item in value if item) if isinstance(value, list) else ()


def _texts(content: dict[str, object], *names: str) -> dict[str, str]:
    """Give fields that are text; "" for those that are not there."""
    return {name: _text(content.get(name) or "") for name in names}


def _text(value: object) -> str:
    """Give a value as text that any file can hold: JSON can name half a character."""
    return str(value).encode(errors="replace").decode()
