"""The files of a site as a lab has them: those of its directory, with a scenario's changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from harness.errors import SiteError
from harness.site.files import is_there, locate, names_in, normal, read_text
from harness.site.further_host import HOSTS_DIR, FurtherHost


@dataclass(frozen=True, kw_only=True)
class ChangedTree:
    """A directory, and what is laid over it. Paths are relative to the root."""

    dir: Path
    changes: Mapping[str, bytes | None] = field(default_factory=dict)
    """Path → what a scenario lays over the site; None: the file is not there."""
    hosts: Mapping[str, FurtherHost] = field(default_factory=dict)
    """Its further hosts, by name: each has a root of its own."""

    def _lies(self, path: str) -> tuple[Path, str]:
        """Give the root on whose host a path of the site lies, and the path there.

        Links lead as they do on that host.
        """
        if not self.hosts or not (name := self.host_of(path)):
            return self.dir, path
        root = self.hosts[name].root
        return self.dir / root, path.removeprefix(root).lstrip("/") or "."

    def has(self, path: str) -> bool:
        """Say whether the site itself holds this file, with its changes applied."""
        path = normal(path)
        if path in self.changes:
            return self.changes[path] is not None
        return is_there(*self._lies(path))

    def file(self, path: str) -> Path | None:
        """Give where a file of the site's own lies; None when it has none, or a changed one."""
        path = normal(path)
        is_own = path not in self.changes and is_there(*self._lies(path))
        return locate(*self._lies(path)) if is_own else None

    def beginning(self, path: str, size: int) -> bytes:
        """Give the first bytes of a file, with the changes applied; none when there is none."""
        own = self.file(path)
        if own is not None and own.is_file():
            with own.open("rb") as file:
                return file.read(size)
        return (self.changes.get(normal(path)) or b"")[:size]

    def read(self, path: str) -> str:
        """Give a file's text, with the changes applied."""
        path = normal(path)
        if path not in self.changes:
            return read_text(*self._lies(path))
        content = self.changes[path]
        if content is None:
            raise SiteError("a change has taken this file away", path=self.dir / path)
        return content.decode(errors="replace")

    def names(self, directory: str) -> tuple[str, ...]:
        """Give the paths of what lies in a directory, with the changes applied."""
        directory = normal(directory)
        root, inside = self._lies(directory)
        held = (f"{directory}/{PurePosixPath(path).name}" for path in names_in(root, inside))
        own = (path for path in held if path not in self.changes)
        laid = (
            f"{directory}/{PurePosixPath(path).relative_to(directory).parts[0]}"
            for path, content in self.changes.items()
            if content is not None and directory in map(str, PurePosixPath(path).parents)
        )
        return tuple(sorted({*own, *laid}))

    def host_of(self, path: str) -> str:
        """Give on which of its further hosts a path of the site lies; "": on the boot server."""
        top, _, below = normal(path).partition("/")
        name = below.partition("/")[0]
        return name if top == HOSTS_DIR and name in self.hosts else ""
