"""The payload as one lab serves it: in the place of every Linux entry, with a token of its own."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.assets.payload import Payload, entry_archive
from harness.judge.boot import ExpectedRoot
from harness.site import EntryKind, Site

_TOKEN_BYTES = 8


def _new_token() -> str:
    """Make a token that exists nowhere else."""
    return secrets.token_hex(_TOKEN_BYTES)


@dataclass(frozen=True, kw_only=True)
class PayloadFiles:
    """The payload's kernel and initrd, and the token that this lab's guests must report."""

    payload: Payload
    token: str = field(default_factory=_new_token)

    def layer(self, site: Site) -> Path | None:
        """Give the directory with the roots of live systems: the payload has none."""
        return None

    def roots(self, site: Site) -> Mapping[str, ExpectedRoot]:
        """Give what the roots of live systems must be, by entry."""
        return {}

    def files(self, site: Site) -> Mapping[str, tuple[Path, bytes]]:
        """Give path in the site → file, and the bytes to append, for every Linux entry.

        What a scenario has changed or taken away is left as it is.
        """
        found: dict[str, tuple[Path, bytes]] = {}
        for entry in site.menu.entries.values():
            if entry.boots is not EntryKind.PAYLOAD:
                continue
            archive = entry_archive(token=self.token, entry=entry.id)
            for name, part in (
                (entry.kernel, (self.payload.kernel_path, b"")),
                (entry.initrd, (self.payload.initrd_path, archive)),
            ):
                if name is not None and site.data_path(name) not in site.changes:
                    found[site.data_path(name)] = part
        return found
