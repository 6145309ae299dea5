"""The payload as one lab serves it: in the place of every kernel, with a token of its own.

The stub is laid in Linux's place where there is one; what has a root of its own stays Linux.
Entries of `site.toml` name kernel and initrd together, so each knows the entry. What the site
has `laid` stands alone: a kernel reports its own path, and an initrd is told by its hash.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.assets.disk import whole_image
from harness.assets.payload import Payload, entry_archive, initrd_archive
from harness.assets.stub import Stub, stub, with_entry
from harness.lab.layers import Part
from harness.site import LaidKind, Site
from harness.site.files import followed
from harness.site.menu import Entry, EntryKind

if TYPE_CHECKING:
    from harness.judge.facts import ExpectedRoot

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
    signed: Callable[[bytes], bytes] | None = None
    """Signs a kernel; None: none is."""
    token: str = field(default_factory=_new_token)

    def layer(self, site: Site) -> Path | None:
        """Give the directory with the roots of live systems: the payload has none."""
        return None

    def roots(self, site: Site) -> Mapping[str, "ExpectedRoot"]:
        """Give what the roots of live systems must be, by entry."""
        return {}

    def files(self, site: Site) -> Mapping[str, Part]:
        """Give path in the site → what lies there, for every Linux entry and whatever is laid.

        What a scenario has changed or taken away is left as it is.
        """
        entries = [each for each in site.menu.entries.values() if each.boots is EntryKind.PAYLOAD]
        laid = {
            path: part
            for entry in entries
            for name, part in self._parts(entry, entries)
            if (path := site.data_path(name)) not in site.changes
        }
        alone = {
            followed(site.dir, path): self._part(path, kind)
            for path, kind in site.laid.items()
            if path not in site.changes
        }
        return {**alone, **laid}

    def _part(self, path: str, kind: LaidKind) -> Part:
        """Give what stands in for one file, whichever other files it is booted with."""
        if kind is LaidKind.INITRD:
            if self.stub is None:
                # Linux's kernel is the same for all, so its initrd must say what was booted.
                return self.payload.initrd_path, entry_archive(token=self.token, entry=path)
            return None, initrd_archive(token=self.token, path=path)
        if kind is LaidKind.DISK:
            return None, whole_image(self.token, self.stub or stub(), entry=path)
        if self.stub is None:
            return self.payload.kernel_path, b""
        image = self.stub.ia32_path if kind is LaidKind.KERNEL_IA32 else self.stub.x64_path
        return None, with_entry(
            image.read_bytes(), token=self.token, entry=path, needs_initrd=False
        )

    def _parts(self, entry: Entry, entries: Sequence[Entry]) -> Iterator[tuple[str, Part]]:
        archive = entry_archive(token=self.token, entry=entry.id)
        if entry.initrd is not None:
            yield entry.initrd, (None if self.stub else self.payload.initrd_path, archive)
        for kernel in filter(None, (entry.kernel, entry.kernel_ia32)):
            if self.stub is None:
                yield kernel, self._signed((self.payload.kernel_path, b""))
            else:
                image = self.stub.ia32_path if kernel == entry.kernel_ia32 else self.stub.x64_path
                sharing = [each for each in entries if kernel in each.files]
                yield kernel, self._signed((None, self._image(image.read_bytes(), sharing)))

    def _signed(self, kernel: Part) -> Part:
        """Give a kernel as machines are to have it: with a signature, where there is one to give.

        It is over all of the image, this run's token too.
        """
        path, content = kernel
        if self.signed is None:
            return kernel
        return None, self.signed(content if path is None else path.read_bytes())

    def _image(self, image: bytes, sharing: Sequence[Entry]) -> bytes:
        """Give the stub's image for the entries that share it: only what is true of all of them."""
        return with_entry(
            image,
            token=self.token,
            entry=sharing[0].id if len(sharing) == 1 else "",
            needs_initrd=all(each.initrd is not None for each in sharing),
        )
