"""Passwords and private keys: masked wherever a person reads, and kept where a machine does.

Owns what counts as a password. Everything shown goes through `masked`: errors, what
pytest prints and JUnit keeps, and the evidence that is written for people (summary,
phases, versions, timeline). What the witnesses recorded stays as it was (console,
capture, logs): altered evidence is none.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

MASK = "***"
_GIVEN = re.compile(r"(?i)([\w.-]*pass[\w.-]*=)[^\s\"'`\\,;)\]]+")
"""`rootpass=…`, `password=…`: on a kernel's command line, in a URL or an option."""
_IN_URL = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:\"']*:)[^\s/@\"']+(?=@)")
"""`http://somebody:…@host/`."""
_SET = re.compile(r"(?i)(\bset\s+[\w.:/-]*pass[\w.:/-]*\s+)[^\s\"'`\\]+")
"""`set rootpass …`, as iPXE's scripts say it."""
_KEY = re.compile(r"(?s)(-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s).+?(?=-----END)")
"""A web server's key, in PEM (RFC 7468); lines about a cipher may come first (RFC 1421)."""
_DIGESTED = re.compile(r"(?i)\{([\w.-]*pass[\w.-]*|secret):[0-9a-f]{4}\}")
_MAY_HAVE_ONE = re.compile(r"(?i)pass|://|-----BEGIN")
"""What each of them looks for: few texts have any, and thousands are asked."""
_MASKED_IN_URL = re.compile(rf"://[^\s/@:\"']*:{re.escape(MASK)}@")
_named: set[str] = set()


def keep_secret(words: Iterable[str]) -> None:
    """Mask these words from now on, wherever they stand."""
    _named.update(words)


def kept() -> list[str]:
    """Give the words that are masked: another process is to mask them, too."""
    return sorted(_named)


def masked(text: str) -> str:
    """Give a text without the passwords in it."""
    if _MAY_HAVE_ONE.search(text):
        for pattern in (_GIVEN, _SET, _IN_URL):
            text = pattern.sub(rf"\1{MASK}", text)
        text = _KEY.sub(rf"\1{MASK}\n", text)
    for word in sorted(_named, key=len, reverse=True):
        text = text.replace(word, MASK)
    return text


def has_mask(text: str) -> bool:
    """Say whether a password has been taken out of a text."""
    return any(
        found.group().rstrip().endswith(MASK)
        for pattern in (_GIVEN, _SET, _KEY)
        for found in pattern.finditer(text)
    ) or bool(_MASKED_IN_URL.search(text))


def has_masked_key(text: str) -> bool:
    """Say whether a private key has been taken out: what reads it does not start."""
    return any(found.group().rstrip().endswith(MASK) for found in _KEY.finditer(text))


def hidden(text: str) -> list[tuple[int, int]]:
    """Give the places of passwords in a text that must keep its length: a screen's cells."""
    found = [each for pattern in (_SET, _GIVEN) for each in pattern.finditer(text)]
    places = [(each.end(1), each.end()) for each in found]
    for word in _named:
        places += [(each.start(), each.end()) for each in re.finditer(re.escape(word), text)]
    return places


def digested(text: str) -> str:
    """Give a text with a few digits of each password's hash in its place: `{rootpass:4f2a}`.

    For what is kept and compared: another password shows, and none can be read.
    """
    text = _GIVEN.sub(lambda found: _digest(found[1][:-1], found[0][len(found[1]) :]), text)
    text = _IN_URL.sub(lambda f: f"{f[1]}{_digest('password', f[0][len(f[1]) :])}", text)
    text = _KEY.sub(lambda f: f"{f[1]}{_digest('secret', f[0][len(f[1]) :])}\n", text)
    for word in sorted(_named, key=len, reverse=True):
        text = text.replace(word, _digest("secret", word))
    return text


def without_keys(text: str) -> str:
    """Give a text with its private keys masked, and every line where it was.

    For what is shown line by line: a line of a key alone is not known for one.
    """

    def kept_lines(found: re.Match[str]) -> str:
        lines = found[0].count("\n") - found[1].count("\n")
        return f"{found[1]}{MASK}" + "\n" * lines

    return _KEY.sub(kept_lines, text)


def _digest(name: str, word: str) -> str:
    return f"{{{name}:{sha256(word.encode()).hexdigest()[:4]}}}"


def redigested(text: str) -> str:
    """Give a text of `digested` as it would be if each password were the mask."""
    return _DIGESTED.sub(lambda found: _digest(found[1], MASK), text)


def masked_values(value: object) -> object:
    """Give what is to become JSON without the passwords in its texts."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {masked(str(key)): masked_values(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked_values(each) for each in value]
    return value
