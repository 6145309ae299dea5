"""A live image as one lab serves it: its kernel, its initramfs with this run's token, its root.

Each Linux entry whose command line says where its root comes from boots the live image
there; the others keep the small payload. Where an entry of `site.toml` names the
operator's own image, that one is laid out instead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.assets.cache import Cache, sha256_of
from harness.assets.layer import site_layer
from harness.assets.live.agent import agent_archive, stand_in_archive
from harness.assets.live.image import LiveImage
from harness.errors import SiteError
from harness.lab.boot_files import PayloadFiles
from harness.lab.layers import Part
from harness.plan.live_root import NFSBOOT_IMAGE, RootSource, root_source
from harness.site import Site
from harness.site.menu import Entry, EntryKind

if TYPE_CHECKING:
    from harness.judge.facts import ExpectedRoot

_IMAGE_SUFFIXES = frozenset({".squashfs", Path(NFSBOOT_IMAGE).suffix})


@dataclass(frozen=True, kw_only=True)
class LiveFiles(PayloadFiles):
    """What guests of a lab with live systems boot."""

    image: LiveImage
    cache_dir: Path

    def files(self, site: Site) -> Mapping[str, Part]:
        """Give path in the site → file, and the bytes to append, for every Linux entry."""
        found = dict(super().files(site))
        for entry, source in _live_entries(site):
            for path, part in self._boot_files(site, entry, source):
                if path in found:
                    found[path] = part
        return found

    def layer(self, site: Site) -> Path:
        """Give the directory with every entry's root at its place."""
        places: dict[str, Path | bytes] = {}
        for entry, source in _live_entries(site):
            if entry.image is None:
                places[source.image] = self.image.squashfs_path
                if source.is_nfsboot:
                    checksum = f"{self.image.squashfs_md5}  {Path(source.image).name}\n"
                    places[str(Path(source.image).with_suffix(".md5"))] = checksum.encode()
            else:
                places.update(_operators_files(site, entry, source))
        return site_layer(places, cache=Cache(dir=self.cache_dir))

    def roots(self, site: Site) -> Mapping[str, "ExpectedRoot"]:
        """Give what the roots of live systems must be, by entry."""
        from harness.judge.facts import ExpectedRoot

        return {
            entry.id: ExpectedRoot(source=source, sha256s=self._sha256s(site, entry, source))
            for entry, source in _live_entries(site)
        }

    def _sha256s(self, site: Site, entry: Entry, source: RootSource) -> frozenset[str]:
        if entry.image is None:
            return frozenset({self.image.squashfs_sha256})
        directory = (self.layer(site) / source.image).parent
        images = (path for path in directory.iterdir() if path.suffix in _IMAGE_SUFFIXES)
        return frozenset(map(sha256_of, images))

    def _boot_files(
        self, site: Site, entry: Entry, source: RootSource
    ) -> Iterator[tuple[str, Part]]:
        archive = agent_archive(token=self.token, entry=entry.id)
        kernel, initrd = self.image.kernel_path, self.image.initrd_path
        if entry.image is not None:
            kernel, initrd = (Path(entry.image, Path(name).name) for name in entry.files)
            archive = bytes(-initrd.stat().st_size % 4) + archive
        elif source.is_nfsboot:
            archive = stand_in_archive() + archive
        for name, part in zip(entry.files, ((kernel, b""), (initrd, archive)), strict=True):
            yield site.data_path(name), part


def _live_entries(site: Site) -> Iterator[tuple[Entry, RootSource]]:
    for entry in site.menu.entries.values():
        source = root_source(site, entry) if entry.boots is EntryKind.PAYLOAD else None
        if source is not None:
            yield entry, source


def _operators_files(site: Site, entry: Entry, source: RootSource) -> Iterator[tuple[str, Path]]:
    """Give each file of the operator's image, at its place beside the entry's kernel.

    Raises:
        SiteError: the image lacks what the command line asks for.
    """
    own = Path(entry.image or "")
    top = Path(site.data_path(entry.kernel or "")).parent
    if Path(source.image).is_relative_to(top):
        files = {str(top / path.relative_to(own)): path for path in own.rglob("*")}
    else:  # fetched from another place than the kernel's
        files = {source.image: own / Path(source.image).name}
    found = {place: path for place, path in files.items() if path.is_file()}
    # live-boot takes whichever squashfs lies there, so its name is the operator's.
    if not any(Path(place).parent == Path(source.image).parent for place in found):
        raise SiteError(
            f"the image of {entry.id} has no {source.image}, which {source.word!r} asks for",
            path=own,
            cure="lay the directory out as on the production server",
        )
    yield from found.items()
