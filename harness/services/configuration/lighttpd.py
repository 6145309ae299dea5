"""What lighttpd's files say: port, address, directories, each with its line."""

import re
from collections.abc import Iterator
from dataclasses import replace

from harness.daemon_facts import Sent, Served
from harness.services.configuration import lighttpd_access
from harness.services.configuration.blocks import compiles
from harness.site.files import Files
from harness.site.said import Said, Topic

MAIN = "etc/lighttpd/lighttpd.conf"
PARTS = "etc/lighttpd/conf-enabled"
_SETTING = re.compile(r'^\s*(server\.[a-z-]+)\s*=\s*(?:"([^"]*)"|(\d+))')
_ALIASES = re.compile(r"^\s*alias\.url\s*\+?=\s*\(([^)]*)\)", re.MULTILINE)
_SENT = re.compile(
    r"^\s*url\.(?P<how>redirect|rewrite(?:-once|-repeat)?)\s*\+?=\s*\(", re.MULTILINE
)
_MODULES = re.compile(r"^[ \t]*server\.modules\s*\+?=\s*\(([^)]*)\)", re.MULTILINE)
_MODULE = re.compile(r'"(mod_\w+)"')
_INCLUDE = re.compile(r'^[ \t]*include\s(?!\s*"(?:/etc/lighttpd/)?conf-enabled/)', re.MULTILINE)
"""What takes in a file that is not read here, as those of PARTS are."""
_STOCK_MODULES = frozenset({"mod_indexfile", "mod_access", "mod_alias", "mod_redirect"})
"""What Debian's own lighttpd.conf loads, where a site leaves it out."""
_KEY = re.compile(
    r"^[ \t]*(?P<key>(?P<by>accesslog|alias|auth|proxy|setenv|url\.[a-z]+)[\w.-]*)\s*\+?="
)
_LOADED_FOR = {
    **{name: f"mod_{name}" for name in ("accesslog", "alias", "auth", "proxy", "setenv")},
    **{f"url.{name}": f"mod_{name}" for name in ("access", "redirect", "rewrite")},
}
"""How a setting begins → the module without which lighttpd passes it over."""
_PAIR = re.compile(r'"([^"]+)"\s*=>\s*"([^"]+)"')
_OF_CONDITION = re.compile(r"%\d|%\{[^}]*\}")
"""What a condition's pattern has caught, in where a name is sent."""
_RULE = re.compile(
    r"\s*(?P<name>(?:auth|deflate|setenv|url)\.[a-z-]+|mimetype\.assign"
    r"|server\.(?:document-root|range-requests|error[a-z-]*))"
    r"\s*\+?=(?!=)"
)
_AUTH = "auth.require"
_PREFIX = re.compile(r'"([^"]+)"\s*=>\s*\(')
_OF_URL = re.compile(r'\$HTTP\["url"\]\s*=~\s*"([^"]*)"\s*$')
_TOPICS = {
    "server.document-root": Topic.ROOT,
    "server.port": Topic.PORT,
    "server.bind": Topic.ADDRESS,
}


def says(files: Files) -> Iterator[Said]:
    """Give what its file and Debian's `conf-enabled` say of the server."""
    for path, text in _texts(files):
        for number, line in enumerate(text.splitlines(), start=1):
            found = _SETTING.match(line)
            topic = _TOPICS.get(found[1]) if found else None
            if found is not None and topic is not None:
                value = found[2] or found[3] or ""
                yield Said(topic=topic, text=value.strip("[]"), path=path, line=number)


def served(files: Files) -> Iterator[Served]:
    """Give what it gives out, as far as that is said plainly."""
    said = list(says(files))
    roots = [each.text for each in said if each.topic is Topic.ROOT]
    ports = [int(each.text) for each in said if each.topic is Topic.PORT] or [80]
    address = next((each.text for each in said if each.topic is Topic.ADDRESS), "")
    root = (roots or ["/var/www/html"])[-1]
    loaded = _loaded(files)
    own = Served(
        directory=root,
        port=ports[-1],
        address=address,
        rules=tuple(_rules(files)),
        access=lighttpd_access.access(_texts(files), loaded),
    )
    yield own
    for how, each in _sends(files):
        if loaded is None or _LOADED_FOR[f"url.{how}"] in loaded:
            yield replace(own, directory="", pattern=each.pattern, rank=1, sends=each.sends)
    has_aliases = loaded is None or _LOADED_FOR["alias"] in loaded
    for path, text in _texts(files) if has_aliases else ():
        for found in _ALIASES.finditer(text):
            for pair in _PAIR.finditer(text, found.start(), found.end()):
                line = text.count("\n", 0, pair.start()) + 1
                rule = ("alias.url", f"`alias.url` for {pair[1]} ({path}:{line})")
                rules = (rule, *own.rules)
                yield replace(own, directory=pair[2], under=pair[1], keeps_path=False, rules=rules)


def idle(files: Files) -> Iterator[tuple[str, int, str]]:
    """Give the settings that say nothing, for their module is not loaded: path, line, and why."""
    loaded = _loaded(files)
    for path, text in _texts(files) if loaded is not None else ():
        for number, line in enumerate(text.splitlines(), start=1):
            found = _KEY.match(line)
            module = _LOADED_FOR.get(found["by"], "") if found is not None else ""
            if found is not None and module and module not in (loaded or ()):
                yield (
                    path,
                    number,
                    f"{found['key']} says nothing without {module} in server.modules",
                )


def _loaded(files: Files) -> frozenset[str] | None:
    """Give the modules that it loads; None where a file that is not read may load others."""
    texts = [text for _, text in _texts(files)]
    if any(map(_INCLUDE.search, texts)):
        return None
    own = {
        name for text in texts for told in _MODULES.findall(text) for name in _MODULE.findall(told)
    }
    return frozenset(own) if files.has(MAIN) else _STOCK_MODULES | own


def _sends(files: Files) -> Iterator[tuple[str, Served]]:
    """Give the names that are sent on, and how, but those of a condition's block."""
    for path, text in _texts(files):
        plain = re.sub(r"(?m)^[ \t]*#.*", "", text)
        for found in _SENT.finditer(plain):
            before = plain[: found.start()]
            if before.count("{") > before.count("}"):
                continue
            line = before.count("\n") + found[0].count("\n") + 1
            end = plain.find(")\n", found.end())
            pairs = _PAIR.findall(plain[found.end() : end])
            for pattern, into in (each for each in pairs if compiles(each[0])):
                sent = Sent(
                    into=_OF_CONDITION.sub("${unknown}", into),
                    rule=f"url.{found['how']}",
                    place=f"{path}:{line}",
                    pattern=pattern,
                    is_inner=found["how"] != "redirect",
                )
                how = found["how"].partition("-")[0]
                yield how, Served(directory="", pattern=pattern, rank=1, sends=(sent,))


def _rules(files: Files) -> Iterator[tuple[str, str]]:
    """Give what decides whether, and how, something is given out."""
    loaded = _loaded(files)
    for path, text in _texts(files):
        for number, line in enumerate(text.splitlines(), start=1):
            found = _RULE.match(line)
            if found is None:
                continue
            said = f"`{line.strip()}`"
            if found["name"] == _AUTH:
                if loaded is not None and _LOADED_FOR["auth"] not in loaded:
                    continue
                said = _asked_for_password(text, number)
            yield found["name"], f"{said} ({path}:{number})"


def _asked_for_password(text: str, number: int) -> str:
    """Say for which names a setting that begins in a line asks for one, and on which condition."""
    lines = text.splitlines(keepends=True)
    before = re.sub(r"(?m)^[ \t]*#.*", "", "".join(lines[: number - 1]))
    behind = "".join(lines[number - 1 :])
    names = ", ".join(f'"{each}"' for each in _PREFIX.findall(_whole(behind)))
    said = f"`{_AUTH} = {names}`"
    if before.count("{") <= before.count("}"):
        return said
    condition = before[: before.rindex("{")].splitlines()[-1].strip()
    of_url = _OF_URL.search(condition)
    if of_url is None or not compiles(of_url[1]):
        return f"{said} if `{condition}`"
    return f"{said} where the name has `{of_url[1]}`"


def _whole(text: str) -> str:
    """Give a text up to the bracket that closes its first one."""
    depth = 0
    for at, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == ")" and depth <= 0:
            return text[:at]
    return text


def _texts(files: Files) -> Iterator[tuple[str, str]]:
    for path in (MAIN, *(name for name in files.names(PARTS) if name.endswith(".conf"))):
        if files.has(path):
            yield path, files.read(path)
