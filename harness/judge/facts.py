"""What a lab knows of a boot besides what its witnesses saw: what must come, what was said."""

from dataclasses import dataclass

from harness.plan.live_root import RootSource
from harness.witness.wire import HEAD_SIZE, HttpExchange, Transfer


@dataclass(frozen=True, kw_only=True)
class ExpectedRoot:
    """What the root of a live system must be."""

    source: RootSource
    sha256s: frozenset[str]
    """Of the images that lie there: it must be made of one of them."""


@dataclass(frozen=True, kw_only=True)
class ExpectedFile:
    """What a file must be when it comes over the wire, as far as a capture can tell."""

    size: int
    head: bytes

    @classmethod
    def of(cls, content: bytes) -> "ExpectedFile":
        """Take it from the file's content."""
        return cls(size=len(content), head=content[:HEAD_SIZE])

    def difference(self, seen: Transfer) -> str:
        """Say how what was transferred differs; "" when it does not."""
        is_packed = isinstance(seen, HttpExchange) and seen.coding
        if seen.bytes != self.size and not is_packed:
            return f"it has {seen.bytes} bytes, the file {self.size}"
        return "" if self.head.startswith(seen.head) else "it begins otherwise"


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a program that is not the payload has said about itself on the console."""

    text: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What the wait or the assertion that has failed says itself."""

    what: str
    """What went wrong, in one line."""
    causes: tuple[str, ...] = ()
    leads: bool = False
    """Whether it says why itself: it then comes before what wire and logs know."""


@dataclass(frozen=True, kw_only=True)
class PowerNote:
    """An event of the machine's power."""

    time_s: float
    """Seconds since the epoch."""
    what: str
    """Continues "the guest …"."""
