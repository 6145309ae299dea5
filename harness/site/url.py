"""The form of the names and URLs of boot files: what keeps a machine from asking for one at all."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from urllib.parse import urlsplit

BACKSLASH = "a backslash parts nothing, servers take it for a letter of the name"
OTHER_CASE = "upper and lower case are not the same"
_SCHEMES = frozenset({"http", "https", "tftp", "ftp", "nfs", "file", "cifs", "smb"})
"""By which firmware or a loader fetches, one or the other."""
_BLANKS = {"\r": "a carriage return", "\n": "a line feed", "\t": "a tab"}
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<slashes>/*)(?P<rest>.*)", re.DOTALL)
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,}")


def of_other_case(name: str, known: Iterable[str]) -> str:
    """Say which known name is this one but for the case of letters; "" where none is."""
    like = next((each for each in known if each.lower() == name.lower() and each != name), "")
    return f"; '{like}' is: {OTHER_CASE}" if like else ""


def name_fault(name: str) -> str:
    """Say what is wrong with the form of a file's name or URL; "" when nothing is."""
    if name != name.strip():
        at, where = (name[0], "beginning") if name[:1].isspace() else (name[-1], "end")
        return f"there is {_BLANKS.get(at, 'a blank')} at its {where}"
    if not name.isprintable():
        return "it has a character that cannot be printed"
    return url_fault(name) if is_meant_as_url(name) else ""


def loud_scheme(name: str) -> str:
    """Say that a URL's scheme has capital letters, which iPXE does not know; "" where it has none.

    RFC 3986 3.1 has them mean the same, and firmware takes them so.
    """
    scheme = name.partition("://")[0] if "://" in name else ""
    return f"iPXE takes {scheme.lower()} in small letters only" if scheme != scheme.lower() else ""


def is_meant_as_url(name: str) -> bool:
    """Whether a name begins as a URL does: by a scheme and a slash, or a known scheme."""
    found = _URL.fullmatch(name)
    return found is not None and (bool(found["slashes"]) or found["scheme"].lower() in _SCHEMES)


def url_fault(url: str) -> str:
    """Say what is wrong with the form of a URL (RFC 3986); "" when nothing is."""
    found = _URL.fullmatch(url)
    if found is None:
        return "it is not a URL"
    scheme, rest = found["scheme"].lower(), found["rest"]
    if scheme not in _SCHEMES:
        like = get_close_matches(scheme, sorted(_SCHEMES), n=1)
        return f"no loader fetches by {scheme}{f', but by {like[0]}' if like else ''}"
    if scheme == "file":
        return ""
    if len(found["slashes"]) < len("//"):
        return f"behind {scheme}: stand two slashes"
    if len(found["slashes"]) > len("//") or not rest.strip("/"):
        return "it names no server"
    if _BARE_IPV6.match(rest):
        return "an IPv6 address stands in brackets, [address]"
    try:
        host, _ = urlsplit(url).hostname, urlsplit(url).port
    except ValueError as fault:
        return str(fault)
    return "" if host else "it names no server"
