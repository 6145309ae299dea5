"""`make families`: which boots there are, those that are left, and the table of all."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context

from harness.assets.cache import cache_dir
from harness.errors import UsageError
from harness.host import accelerator
from harness.services.registry import load_site
from tools import marked
from tools.bench.setting import PROJECT_DIR, Setting
from tools.families import page
from tools.families.trial import Came, Client, Kept, boot, typical
from tools.families.trouble import TROUBLES, Trouble

SITE = PROJECT_DIR / "fixtures" / "showmax"
WORK_DIR = PROJECT_DIR / "build" / "families"

Say = Callable[[str], None]
Pair = tuple[Client, Trouble]

_TFTP = ("x64-tftp-ipv4", "x64-tftp-ipv6")
_HTTP = ("x64-http-ipv4", "x64-http-ipv6")
CLIENTS = (
    Client(
        id="ovmf-2022-factory",
        words="OVMF 2022.11, as the factory has it: TFTP, then HTTP",
        ways=(*_TFTP, *_HTTP),
        firmware="ovmf-x64",
    ),
    Client(
        id="ovmf-2022-http", words="OVMF 2022.11, HTTP Boot only", ways=_HTTP, firmware="ovmf-x64"
    ),
    Client(
        id="ovmf-2025-factory",
        words="OVMF 2025.02, as the factory has it",
        ways=(*_TFTP, *_HTTP),
        firmware="ovmf-x64@2025.02",
    ),
    Client(
        id="ovmf-ia32",
        words="OVMF 2022.11, 32 bits, with GRUB",
        ways=("ia32-tftp-ipv4", "ia32-tftp-ipv6", "ia32-http-ipv4", "ia32-http-ipv6"),
        firmware="ovmf-ia32",
    ),
    Client(
        id="bios-ipxe-rom",
        words="SeaBIOS, iPXE in the card's ROM",
        ways=("bios-ipxe-rom",),
        firmware="seabios",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which of the boots."""

    clients: Collection[str] = ()
    """Ids; none means all."""
    troubles: Collection[str] = ()
    limit: int | None = None
    runs: int = 1
    """How often each, those before counted."""
    again: bool = False
    """Whether what came before is forgotten first."""

    def of(self, kept: Kept) -> list[Pair]:
        """Give the boots that are meant and left, all once before any twice.

        Raises:
            UsageError: nothing is called so.
        """
        known = {each.id for each in CLIENTS} | {each.id for each in TROUBLES}
        if unknown := {*self.clients, *self.troubles} - known:
            raise UsageError(f"nothing is called {min(unknown)}", cure="see --help")
        meant = [
            pair
            for pair in product(CLIENTS, TROUBLES)
            if pair[0].id in (self.clients or known) and pair[1].id in (self.troubles or known)
        ]
        if self.again:
            for pair in meant:
                kept.forget(*pair)
        left = [pair for n in range(self.runs) for pair in meant if len(kept.get(*pair)) <= n]
        return left[: self.limit]


def families(choice: Choice, *, workers: int, say: Say) -> int:
    """Boot what is left, and write the table of all that came; give the exit code."""
    kept = Kept(directory=WORK_DIR / "results")
    left = choice.of(kept)
    for number, came in enumerate(_boots(left, workers), start=1):
        kept.keep(came)
        say(f"{number} of {len(left)}: {told(came)}")
    found = (typical(kept.get(*pair)) for pair in product(CLIENTS, TROUBLES))
    results = {(came.client, came.trouble): came for came in found if came is not None}
    marked.put(page.table(CLIENTS, TROUBLES, results), page.PAGE, maker=page.MAKER)
    say(f"{page.PAGE.name}: {len(results)} of {len(CLIENTS) * len(TROUBLES)} boots")
    return 0


def told(came: Came) -> str:
    """Say what came of a boot."""
    how = f"script over {came.script}" if came.has_booted else f"does not boot: {came.said}"
    by = f"{came.nbp}, " if came.nbp else ""
    took = f"{came.firmware_s:.1f} s and {came.loader_s:.1f} s"
    return f"{came.client}, {came.trouble}: {by}{how}, {took}"


def _boots(pairs: Sequence[Pair], workers: int) -> Iterator[Came]:
    """Boot each in a process of its own: a lab's daemons end with the thread that started them."""
    chosen = accelerator.choose(cache_dir=cache_dir())
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        ids = [(client.id, trouble.id) for client, trouble in pairs]
        boots = [pool.submit(_boot, *pair, chosen) for pair in ids]
        try:
            for done in as_completed(boots):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _boot(client_id: str, trouble_id: str, chosen: accelerator.Accelerator) -> Came:
    client = next(each for each in CLIENTS if each.id == client_id)
    trouble = next(each for each in TROUBLES if each.id == trouble_id)
    work_dir = WORK_DIR / "evidence"
    return boot(
        Setting(site=load_site(SITE), accelerator=chosen, work_dir=work_dir), client, trouble
    )
