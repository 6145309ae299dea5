"""What radvd's parser stumbles over: it says `syntax error`, and the line in which it gave up."""

import re
from difflib import get_close_matches

from harness.services.configuration.blocks import Statement, parse, walk

_SYNTAX = re.compile(r"radvd\b.*:(?P<line>\d+) error: syntax error")
_UNENDED_BLOCK = re.compile(r"\}(?!\s*(?:#[^\n]*)?\s*;)")
_REMARK = re.compile(r"#[^\n]*")
_WITH_LENGTH = ("prefix", "route")
_LISTS = ("RDNSS", "DNSSL", "clients", "nat64prefix", "lowpanco", "abro")
_WORD_LIST = """
interface prefix route clients RDNSS DNSSL abro lowpanco nat64prefix
AdvSendAdvert IgnoreIfMissing UnicastOnly AdvRASolicitedUnicast UnrestrictedUnicast
AdvManagedFlag AdvOtherConfigFlag AdvLinkMTU AdvRAMTU AdvReachableTime AdvRetransTimer
AdvCurHopLimit AdvDefaultLifetime AdvDefaultPreference AdvSourceLLAddress AdvHomeAgentFlag
AdvHomeAgentInfo HomeAgentLifetime HomeAgentPreference AdvMobRtrSupportFlag AdvIntervalOpt
MinRtrAdvInterval MaxRtrAdvInterval MinDelayBetweenRAs
AdvOnLink AdvAutonomous AdvRouterAddr AdvValidLifetime AdvPreferredLifetime DeprecatePrefix
DecrementLifetimes Base6Interface Base6to4Interface
AdvRouteLifetime AdvRoutePreference RemoveRoute
AdvRDNSSPreference AdvRDNSSOpen AdvRDNSSLifetime FlushRDNSS AdvDNSSLLifetime FlushDNSSL
AdvContextLength AdvContextCompressionFlag AdvContextID AdvLifeTime
AdvVersionLow AdvVersionHigh AdvValidLifeTime AdvLBRAddress
"""
_WORDS = frozenset(_WORD_LIST.split())
"""radvd.conf(5), of 2.19."""


def misread(text: str, path: str, said: str) -> tuple[int, str] | None:
    """Give the line that is to be changed, and what is wrong there, where radvd refused a file."""
    found = _SYNTAX.search(said)
    if found is None:
        return None
    plain = _REMARK.sub("", text)
    if block := _UNENDED_BLOCK.search(plain):
        return plain.count("\n", 0, block.start()) + 1, "a semicolon has to follow this brace"
    stopped = int(found["line"])
    given = list(walk(parse(text, path)))
    for each in given:
        if why := _unknown(each):
            return each.line, why
    before = [each for each in given if each.line < stopped]
    last = before[-1] if before else None
    if last is not None and last.block is None and _runs_on(text, last, stopped):
        return last.line, "no semicolon ends this line"
    return None


def _runs_on(text: str, statement: Statement, stopped: int) -> bool:
    lines = text.splitlines()[statement.line - 1 : stopped - 1]
    return not any(";" in _REMARK.sub("", line) for line in lines)


def _unknown(statement: Statement) -> str:
    """Say that a statement's word is none of radvd's, or that a prefix lacks its length."""
    if any(block[:1] and block[0] in _LISTS for block in statement.inside[1:2]):
        lists_words = statement.name[:1].islower() or statement.name[:1].isdigit()
        if lists_words:
            return ""
    if statement.name in _WITH_LENGTH and "/" not in "".join(statement.words[1:2]):
        return f"behind {statement.name} stands a network with its length, as fd00::/64"
    if not statement.name or statement.name in _WORDS:
        return ""
    like = get_close_matches(statement.name, _WORDS, n=1)
    return f"'{statement.name}' is not a word of radvd's{f', but {like[0]} is' if like else ''}"
