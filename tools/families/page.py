"""The table of docs/families.md, between its marks."""

from collections.abc import Iterator, Mapping, Sequence

from tools.families.trial import Came, Client
from tools.families.trouble import NOTHING, Trouble
from tools.marked import DOCS_DIR

PAGE = DOCS_DIR / "families.md"
MAKER = "make families"
_AS_EVER_S = 8
"""By so much two boots of which nothing is broken differ."""

Results = Mapping[tuple[str, str], Came]
"""By client and trouble."""


def table(clients: Sequence[Client], troubles: Sequence[Trouble], results: Results) -> str:
    """Give the table: a row for each trouble, a column for each client."""
    head = ["broken", *(client.words for client in clients)]
    rows = [head, ["---"] * len(head)]
    for trouble in troubles:
        rows.append([trouble.words, *(_cell(client, trouble, results) for client in clients)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(client: Client, trouble: Trouble, results: Results) -> str:
    came, whole = results.get((client.id, trouble.id)), results.get((client.id, NOTHING.id))
    return "not tried" if came is None else "; ".join(_parts(came, whole))


def _parts(came: Came, whole: Came | None) -> Iterator[str]:
    if not came.has_booted:
        yield f"**does not boot**, {came.firmware_s:.0f} s"
        if came.nbp:
            yield f"{came.nbp}, then no script"
        if came.said:
            yield f"`{came.said}`"
        return
    yield " → ".join(filter(None, (came.nbp, f"script {came.script}")))
    if whole is None or came.trouble == NOTHING.id:
        firmware = f"firmware {came.firmware_s:.0f} s, " if came.nbp else ""
        yield f"{firmware}loader {came.loader_s:.0f} s"
        return
    later = {
        "firmware": came.firmware_s - whole.firmware_s if came.nbp else 0.0,
        "loader": came.loader_s - whole.loader_s,
    }
    told = [f"**{who} {s:+.0f} s**" for who, s in later.items() if abs(s) >= _AS_EVER_S]
    yield ", ".join(told) or "as ever"
