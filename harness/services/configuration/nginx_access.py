"""Whom nginx lets in, as a block of its files says: `allow`, `deny`, `auth_basic`, `satisfy`.

What a block does not say of one of these, the one around it does (ngx_http_access_module).
"""

from collections.abc import Iterator, Sequence

from harness.access import Access, AccessRule, Answer, Chain, networks_in
from harness.services.configuration.blocks import Statement

_ANSWERS = {"allow": Answer.LETS_IN, "deny": Answer.REFUSES}


def of_block(block: Sequence[Statement], outer: Access) -> Access:
    """Give who is let in by a block; `outer`: by what is around it."""
    by_address, by_password = outer.chains or ((), ())
    satisfy = [each.words[-1] for each in block if each.name == "satisfy"]
    return Access(
        chains=(tuple(_by_address(block)) or by_address, _by_password(block) or by_password),
        is_any_enough=satisfy[-1] == "any" if satisfy else outer.is_any_enough,
    )


def _by_address(block: Sequence[Statement]) -> Iterator[AccessRule]:
    for each in block:
        if each.name in _ANSWERS:
            networks = () if each.words[1:] == ("all",) else networks_in(each.words[1:])
            # It also has `unix:`, which no machine comes by.
            if networks is not None:
                yield _rule(each, _ANSWERS[each.name], networks)


def _by_password(block: Sequence[Statement]) -> Chain:
    """Give what asks for a password; of a name that a variable holds nothing is known."""
    asked = [each for each in block if each.name == "auth_basic" and each.words[1:]]
    others = [each for each in block if each.name in ("auth_request", "auth_jwt")]
    if others:
        return (_rule(others[-1], Answer.LETS_IN),)
    is_open = any(each.words[1] == "off" or "$" in each.words[1] for each in asked[-1:])
    answer = Answer.LETS_IN if is_open else Answer.ASKS_PASSWORD
    return tuple(_rule(each, answer) for each in asked[-1:])


def _rule(each: Statement, answer: Answer, networks: tuple[str, ...] = ()) -> AccessRule:
    words = f"`{' '.join(each.words)}`"
    return AccessRule(answer=answer, rule=words, place=each.place, networks=networks)
