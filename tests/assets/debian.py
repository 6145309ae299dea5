"""Small Debian packages made on the spot, and a mirror that gives them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import CommandError
from harness.process import run


def build_deb(
    directory: Path,
    name: str,
    files: Mapping[str, bytes],
    *,
    version: str = "1.2-3",
    depends: str = "",
    links: Mapping[str, str] | None = None,
) -> Path:
    """Make a package with these files and symbolic links."""
    tree = directory / name
    for path, data in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
        (tree / path).chmod(0o755 if data.startswith(b"#!") else 0o644)
    for path, target in (links or {}).items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).symlink_to(target)
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir(parents=True)
    control.write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: nobody <n@example>\n"
        + (f"Depends: {depends}\n" if depends else "")
        + "Description: made for a test\n"
    )
    deb = directory / f"{name}.deb"
    run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", str(tree), str(deb)])
    return deb


@dataclass
class FakeMirror:
    """Stands in for apt: gives out packages, and breaks off as many downloads as it is told.

    A package may be named with its suite, `sid/ovmf`, where suites differ.
    """

    debs: dict[str, Path] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    """What the lists say that is not given out."""
    failures: int = 0
    calls: list[str] = field(default_factory=list)

    def apt(self, *, suite: str, state_dir: Path, arch: str = "amd64") -> "FakeApt":
        """Take the place of `Apt`."""
        return FakeApt(mirror=self, suite=suite, state_dir=state_dir, arch=arch)


@dataclass
class FakeApt:
    """What `Apt` is to a caller."""

    mirror: FakeMirror
    suite: str
    state_dir: Path
    arch: str = "amd64"
    has_lists: bool = True

    def update(self) -> None:
        self.mirror.calls.append("update")

    def _deb(self, package: str) -> Path | None:
        of_arch = package if self.arch == "amd64" else f"{package}:{self.arch}"
        return self.mirror.debs.get(f"{self.suite}/{of_arch}", self.mirror.debs.get(of_arch))

    def size_of(self, package: str) -> int | None:
        deb = self._deb(package)
        return deb.stat().st_size if deb else None

    def version_of(self, package: str) -> str:
        self.mirror.calls.append(f"look {self.suite}/{package} up")
        return self.mirror.versions.get(f"{self.suite}/{package}", "")

    def download(self, package: str, into: Path) -> Path:
        self.mirror.calls.append(f"download {package}")
        deb = self._deb(package)
        content = deb.read_bytes() if deb else b""
        target = into / f"{package}.deb"
        if self.mirror.failures or not content:
            self.mirror.failures -= 1
            target.write_bytes(content[: len(content) // 2])
            raise CommandError(
                ["apt-get", "download", package], exit_code=100, output="E: Could not resolve"
            )
        target.write_bytes(content)
        return target

    def plan(self, *_wanted: str) -> tuple[str, ...]:
        """Plan all that the suite has."""
        self.mirror.calls.append("plan")
        own = (name.partition("/") for name in self.mirror.debs)
        names = [name for suite, _, name in own if suite == self.suite]
        return tuple(sorted(f"{name}={self._version(name)}" for name in names))

    def sizes_of_missing(self, planned: tuple[str, ...], _into: Path) -> tuple[int, ...]:
        """Give the sizes of all."""
        debs = (self.mirror.debs[f"{self.suite}/{each.partition('=')[0]}"] for each in planned)
        return tuple(deb.stat().st_size for deb in debs)

    def download_all(self, planned: tuple[str, ...], into: Path) -> None:
        """Lay them there by the names that apt gives them."""
        into.mkdir(parents=True)
        for each in planned:
            name, _, version = each.partition("=")
            deb = self.mirror.debs[f"{self.suite}/{name}"]
            (into / f"{name}_{version.replace(':', '%3a')}_all.deb").write_bytes(deb.read_bytes())

    def _version(self, package: str) -> str:
        deb = self.mirror.debs[f"{self.suite}/{package}"]
        return run(["dpkg-deb", "-f", str(deb), "Version"]).stdout.strip()
