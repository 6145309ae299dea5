"""The table of docs/families.md: its form, what its cells say, and which boots are left."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.assets.firmware import machine_of
from harness.errors import UsageError
from harness.machines import BOOT_PATHS
from harness.model import Family, Protocol
from harness.services.registry import load_site
from harness.step import Fetch
from harness.witness.taken_path import TakenStep
from harness.witness.wire import Outcome, WireEvent
from tools import marked
from tools.families import page
from tools.families.run import CLIENTS, SITE, Choice, told
from tools.families.trial import Came, Client, Kept, came_of, typical
from tools.families.trouble import NOTHING, TROUBLES

HTTP = Client(id="c", words="C", ways=("x64-http-ipv4", "x64-http-ipv6"), firmware="ovmf-x64")
BROKEN = TROUBLES[1]
WHOLE = Came(
    client="c",
    trouble=NOTHING.id,
    firmware_s=10.2,
    loader_s=6.4,
    nbp="HTTP, IPv4",
    script="IPv4",
)
OTHER = replace(
    WHOLE, trouble=BROKEN.id, firmware_s=71.0, loader_s=19.0, nbp="HTTP, IPv6", script="IPv6"
)


def step(protocol: Protocol, family: Family, file: str, outcome: Outcome) -> TakenStep:
    event = WireEvent(time_s=0.0, frame=1, family=family)
    fetch = Fetch(protocol=protocol, family=family, file=file)
    return TakenStep(what=fetch, events=(event,), outcome=outcome)


def test_the_page_has_the_whole_table() -> None:
    """Made by one command: whoever adds a firmware or a trouble runs it."""
    inner = marked.made(page.PAGE, maker=page.MAKER)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in inner.splitlines()]
    assert rows[0] == ["broken", *(client.words for client in CLIENTS)]
    assert [row[0] for row in rows[2:]] == [trouble.words for trouble in TROUBLES]
    cells = [cell for row in rows[2:] for cell in row[1:]]
    assert len(cells) == len(CLIENTS) * len(TROUBLES)
    told = ("script IPv4; ", "script IPv6; ", "**does not boot**, ")
    assert [cell for cell in cells if not any(each in cell for each in told)] == []


@pytest.mark.parametrize(
    ("came", "cell"),
    [
        (None, "not tried"),
        (OTHER, "HTTP, IPv6 → script IPv6; **firmware +61 s**, **loader +13 s** |"),
        (replace(OTHER, loader_s=6.0), "HTTP, IPv6 → script IPv6; **firmware +61 s** |"),
        (replace(OTHER, firmware_s=9.0, loader_s=7.0), "HTTP, IPv6 → script IPv6; as ever"),
        (replace(OTHER, nbp=""), "script IPv6; **loader +13 s** |"),
        (replace(OTHER, script="", said="PXE-E16"), "**does not boot**, 71 s; HTTP, IPv6, then no"),
        (replace(OTHER, script="", nbp=""), "**does not boot**, 71 s |"),
    ],
)
def test_what_a_cell_says(came: Came | None, cell: str) -> None:
    results = {(each.client, each.trouble): each for each in (WHOLE, came) if each is not None}
    whole, broken = page.table([HTTP], [NOTHING, BROKEN], results).splitlines()[2:]
    assert whole == f"| {NOTHING.words} | HTTP, IPv4 → script IPv4; firmware 10 s, loader 6 s |"
    assert broken.startswith(f"| {BROKEN.words} | {cell}")


def test_what_a_machine_took_last_counts() -> None:
    steps = [
        step(Protocol.HTTP, Family.IPV4, "ipxe.efi", Outcome.UNANSWERED),
        step(Protocol.HTTP, Family.IPV6, "ipxe.efi", Outcome.COMPLETE),
        step(Protocol.HTTP, Family.IPV4, "script.ipxe", Outcome.COMPLETE),
    ]
    came = came_of(HTTP, BROKEN, (9.0, 3.0), steps, load_site(SITE), said="HTTP error")
    assert (came.nbp, came.script, came.said) == ("HTTP, IPv6", "IPv4", "")
    nothing = came_of(HTTP, BROKEN, (9.0, 3.0), steps[:2], load_site(SITE), said="HTTP error")
    assert (nothing.script, nothing.said, nothing.has_booted) == ("", "HTTP error", False)
    assert "does not boot: HTTP error" in told(nothing)


def test_a_run_goes_on_where_one_ended(tmp_path: Path) -> None:
    kept, everything = Kept(directory=tmp_path / "results"), len(CLIENTS) * len(TROUBLES)
    assert len(Choice().of(kept)) == everything
    client, trouble = Choice().of(kept)[0]
    kept.keep(replace(OTHER, client=client.id, trouble=trouble.id))
    assert kept.get(client, trouble) == [replace(OTHER, client=client.id, trouble=trouble.id)]
    assert len(Choice().of(kept)) == everything - 1
    assert len(Choice(runs=2).of(kept)) == 2 * everything - 1
    assert len(Choice(limit=3).of(kept)) == 3
    only = Choice(clients=[client.id], troubles=[trouble.id])
    assert only.of(kept) == []
    assert replace(only, again=True).of(kept) == [(client, trouble)]
    assert len(Choice().of(kept)) == everything
    with pytest.raises(UsageError, match="nothing is called ovmf"):
        Choice(clients=["ovmf"]).of(kept)


def test_the_shortest_of_what_came_mostly() -> None:
    fluke = replace(OTHER, nbp="TFTP, IPv6", firmware_s=1.0)
    assert typical([]) is None
    shorter = replace(OTHER, firmware_s=69.0)
    assert typical([fluke, OTHER, shorter]) == shorter


def test_no_two_are_called_alike_and_every_way_is_one() -> None:
    names = [each.id for each in CLIENTS] + [each.id for each in TROUBLES]
    assert len(set(names)) == len(names)
    for client in CLIENTS:
        assert [BOOT_PATHS[way] for way in client.ways] == client.paths
        assert machine_of(client.firmware) is client.paths[0].machine


def test_only_the_sites_of_one_family_are_other_sites() -> None:
    site = load_site(SITE)
    changed = {each.id: each.of_site(site).server.families for each in TROUBLES}
    assert {id for id, families in changed.items() if len(families) == 1} == {
        "ipv4-only",
        "ipv6-only",
    }
