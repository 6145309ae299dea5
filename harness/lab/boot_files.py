"""The payload as one lab serves it: in the place of every Linux entry, with a token of its own.

The stub is laid in Linux's place where there is one; what has a root of its own stays Linux.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.assets.payload import Payload, entry_archive
from harness.assets.stub import Stub, with_entry
from harness.judge.boot import ExpectedRoot
from harness.lab.layers import Part
from harness.site import Entry, EntryKind, Site

_TOKEN_BYTES = 8


def _new_token() -> str:
    """Make a token that exists nowhere else."""
    return secrets.token_hex(_TOKEN_BYTES)


@dataclass(frozen=True, kw_only=True)
class PayloadFiles:
    """The payload's kernel and initrd, and the token that this lab's guests must report."""

    payload: Payload
    stub: Stub | None = None
    """What is laid instead, if it is to be."""
    token: str = field(default_factory=_new_token)

    def layer(self, site: Site) -> Path | None:
        """Give the directory with the roots of live systems: the payload has none."""
        return None

    def roots(self, site: Site) -> Mapping[str, ExpectedRoot]:
        """Give what the roots of live systems must be, by entry."""
        return {}

    def files(self, site: Site) -> Mapping[str, Part]:
        """Give path in the site → what lies there, for every Linux entry.

        What a scenario has changed or taken away is left as it is.
        """
        entries = [each for each in site.menu.entries.values() if each.boots is EntryKind.PAYLOAD]
        return {
            path: part
            for entry in entries
            for name, part in self._parts(entry, entries)
            if (path := site.data_path(name)) not in site.changes
        }

    def _parts(self, entry: Entry, entries: Sequence[Entry]) -> Iterator[tuple[str, Part]]:
        archive = entry_archive(token=self.token, entry=entry.id)
        if entry.initrd is not None:
            yield entry.initrd, (None if self.stub else self.payload.initrd_path, archive)
        for kernel in filter(None, (entry.kernel, entry.kernel_ia32)):
            if self.stub is None:
                yield kernel, (self.payload.kernel_path, b"")
            else:
                image = self.stub.ia32_path if kernel == entry.kernel_ia32 else self.stub.x64_path
                sharing = [each for each in entries if kernel in each.files]
                yield kernel, (None, self._image(image.read_bytes(), sharing))

    def _image(self, image: bytes, sharing: Sequence[Entry]) -> bytes:
        """Give the stub's image for the entries that share it: only what is true of all of them."""
        return with_entry(
            image,
            token=self.token,
            entry=sharing[0].id if len(sharing) == 1 else "",
            needs_initrd=all(each.initrd is not None for each in sharing),
        )
