"""The machine's own Debian mirror, and apt with a private state on it.

Owns apt: no other module knows its options. Works as an ordinary user and
leaves the machine's own package state alone. The mirror is the one that the
machine already uses; no host is named here.
"""

import os
import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from email import message_from_string
from pathlib import Path

from harness.errors import PrerequisiteError
from harness.process import Completed, run

SYSTEM_APT_DIR = Path("/etc/apt")
UPDATE_TIMEOUT_S = 300.0
DOWNLOAD_TIMEOUT_S = 900.0
_QUERY_TIMEOUT_S = 60.0

AMD64, ARM64 = "amd64", "arm64"
"""Debian's names of the processors that guests have."""
_POCKETS = ("", "-updates", "-security")
"""The parts of a release that make up what an installed machine gets."""

_PLANNED = re.compile(r"^Inst (\S+) \((\S+) ", re.MULTILINE)
_URI = re.compile(r"^'\S+' \S+ (\d+) \S*$", re.MULTILINE)
_ONE_LINE = re.compile(
    r"^deb\s+(?:\[(?P<options>[^]]*)\]\s*)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)$"
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One package source: a mirror's URI and a suite on it.

    `signed_by` is as in deb822: a keyring's path, or a whole key, or empty.
    """

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""

    def stanza(self) -> str:
        """Write it in the deb822 form, with the component `main` alone."""
        lines = ["Types: deb", f"URIs: {self.uri}", f"Suites: {self.suite}", "Components: main"]
        if self.signed_by:
            lines.append(f"Signed-By: {self.signed_by}")
        return "\n".join(lines) + "\n"


def host_suite() -> str:
    """Give the codename of the release that this machine runs, such as `bookworm`."""
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    except OSError:
        return ""


def read_sources(apt_dir: Path = SYSTEM_APT_DIR) -> tuple[Source, ...]:
    """Give the machine's enabled binary sources, from both forms of file, in apt's order."""
    found: list[Source] = []
    one_line = [apt_dir / "sources.list", *sorted(apt_dir.glob("sources.list.d/*.list"))]
    for path in one_line:
        if path.is_file():
            found += parse_one_line(path.read_text(encoding="utf-8", errors="replace"))
    for path in sorted(apt_dir.glob("sources.list.d/*.sources")):
        found += parse_deb822(path.read_text(encoding="utf-8", errors="replace"))
    return tuple(source for source in found if not source.uri.startswith("cdrom:"))


def parse_one_line(text: str) -> Iterator[Source]:
    """Read the one-line form (sources.list(5)): `deb [options] uri suite components`."""
    for line in text.splitlines():
        match = _ONE_LINE.match(line.split("#", 1)[0].strip())
        if match is None:
            continue
        options = dict(
            word.split("=", 1) for word in (match["options"] or "").split() if "=" in word
        )
        yield Source(
            uri=match["uri"],
            suite=match["suite"],
            components=tuple(match["components"].split()),
            signed_by=options.get("signed-by", "").replace(",", " "),
        )


def parse_deb822(text: str) -> Iterator[Source]:
    """Read the deb822 form: stanzas of fields, each of which may go on over several lines."""
    said = re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)  # which may stand anywhere
    for stanza in re.split(r"\n\s*\n", said.strip()):
        # Mail's form: a field that goes on is kept as it is, space and all.
        fields = message_from_string(stanza)
        if "deb" not in fields.get("Types", "").split():
            continue
        if fields.get("Enabled", "yes").strip().lower() in ("no", "false", "off", "0"):
            continue
        for uri in fields.get("URIs", "").split():
            for suite in fields.get("Suites", "").split():
                yield Source(
                    uri=uri,
                    suite=suite,
                    components=tuple(fields.get("Components", "").split()),
                    signed_by=fields.get("Signed-By", "").rstrip(),
                )


def debian_sources(suite: str, sources: Iterable[Source], host: str) -> tuple[Source, ...]:
    """Give the sources from which to take packages of `suite`.

    For the host's own release these are the machine's, security fixes
    included; for another suite its name is put in on the same mirror.

    Raises:
        PrerequisiteError: the machine has no Debian mirror.
    """
    pockets = {f"{host}{pocket}" for pocket in _POCKETS}
    own = [s for s in sources if "main" in s.components and s.suite in pockets]
    # Third parties publish under a codename too; Debian's mirror has the most of its pockets.
    by_uri = {s.uri: [t.suite for t in own if t.uri == s.uri] for s in own if s.suite == host}
    if not by_uri:
        raise PrerequisiteError(
            f"this machine's apt sources name no Debian mirror for {host or 'its release'}",
            cure=f"list a mirror of Debian's 'main' in {SYSTEM_APT_DIR}/sources.list",
        )
    mirror = max(by_uri, key=lambda uri: len(by_uri[uri]))
    if suite == host:
        return tuple(s for s in own if s.uri == mirror or s.suite == f"{host}-security")
    example = next(s for s in own if s.uri == mirror)
    # A keyring's path serves any suite, a key of this release alone does not.
    signed_by = "" if "\n" in example.signed_by else example.signed_by
    return (replace(example, suite=suite, signed_by=signed_by),)


@dataclass(frozen=True, kw_only=True)
class Apt:
    """apt on one suite, its lists and cache in `state_dir`; one user at a time."""

    suite: str
    state_dir: Path
    arch: str = AMD64
    """Whose packages: no list is fetched of another one's."""

    @property
    def sources_path(self) -> Path:
        """The sources that it fetches from, in the deb822 form."""
        return self.state_dir / "debian.sources"

    @property
    def has_lists(self) -> bool:
        """Whether the package lists were fetched before."""
        return any(self.state_dir.glob("lists/*_Packages*"))

    def update(self) -> None:
        """Fetch the package lists."""
        self._prepare_state()
        self._run("apt-get", "update", "--error-on=any", timeout_s=UPDATE_TIMEOUT_S)

    def download(self, package: str, into: Path) -> Path:
        """Fetch a package's file into a directory; apt checks it against the signed lists."""
        self._run("apt-get", "download", package, cwd=into, timeout_s=DOWNLOAD_TIMEOUT_S)
        found = sorted(into.glob("*.deb"))
        if len(found) != 1:
            raise PrerequisiteError(f"apt-get download {package} left {len(found)} files, not one")
        return found[0]

    def plan(self, *wanted: str) -> tuple[str, ...]:
        """Give name=version of all that an empty system needs to hold these packages, sorted.

        `wanted` may be patterns (apt-patterns(7)).
        """
        said = self._run("apt-get", "install", "--simulate", *wanted, timeout_s=_QUERY_TIMEOUT_S)
        return tuple(sorted(f"{name}={version}" for name, version in _PLANNED.findall(said.stdout)))

    def sizes_of_missing(self, planned: Iterable[str], into: Path) -> tuple[int, ...]:
        """Give the sizes in bytes of those files of planned packages that are not there yet."""
        said = self._install(planned, into, "--print-uris", timeout_s=_QUERY_TIMEOUT_S)
        return tuple(map(int, _URI.findall(said.stdout)))

    def download_all(self, planned: Iterable[str], into: Path) -> None:
        """Fetch the files of planned packages; what is there already stays, half-fetched too."""
        self._install(planned, into, "--download-only", timeout_s=DOWNLOAD_TIMEOUT_S)

    def _install(
        self, planned: Iterable[str], into: Path, how: str, *, timeout_s: float
    ) -> Completed:
        (into / "partial").mkdir(parents=True, exist_ok=True)
        place = ("-o", f"Dir::Cache::archives={into}")
        return self._run("apt-get", *place, "install", how, "--yes", *planned, timeout_s=timeout_s)

    def size_of(self, package: str) -> int | None:
        """Give the size of a package's file in bytes, or None when the lists lack it."""
        size = self._field(package, "Size")
        return int(size) if size else None

    def version_of(self, package: str) -> str:
        """Give the version of a package, or "" when the lists lack it."""
        return self._field(package, "Version")

    def _field(self, package: str, field: str) -> str:
        query = ("apt-cache", "show", "--no-all-versions", package)
        shown = self._run(*query, check=False, timeout_s=_QUERY_TIMEOUT_S)
        match = re.search(rf"^{field}: (\S+)$", shown.stdout, re.MULTILINE)
        return match[1] if match else ""

    def _prepare_state(self) -> None:
        for name in ("lists/partial", "cache/archives/partial"):
            (self.state_dir / name).mkdir(parents=True, exist_ok=True)
        (self.state_dir / "status").touch()
        sources = debian_sources(self.suite, read_sources(), host_suite())
        text = "\n".join(source.stanza() for source in sources)
        self.sources_path.write_text(text, encoding="utf-8")

    def _options(self) -> Iterator[str]:
        """Give the options that keep apt inside its private state."""
        state = self.state_dir
        yield f"Dir::State={state}"
        yield f"Dir::State::lists={state}/lists"
        # An empty one: what is installed here must not decide what is fetched.
        yield f"Dir::State::status={state}/status"
        yield f"Dir::Cache={state}/cache"
        yield f"Dir::Etc::sourcelist={self.sources_path}"
        for unused in ("sourceparts", "preferences", "preferencesparts"):
            yield f"Dir::Etc::{unused}=/dev/null"
        yield f"APT::Architecture={self.arch}"
        yield f"APT::Architectures={self.arch}"
        # Some machines switch this off; without it each question costs seconds.
        yield f"Dir::Cache::pkgcache={state}/cache/pkgcache.bin"
        yield "Acquire::Languages=none"
        yield "APT::Install-Recommends=false"
        # Whole lists: the differences are slower on a first fetch, and the lists are compressed.
        yield "Acquire::PDiffs=false"
        yield "Acquire::GzipIndexes=true"
        # We retry ourselves; apt's own user could not write into a private cache.
        yield "Acquire::Retries=0"
        yield "APT::Sandbox::User="

    def _run(
        self, *words: str, timeout_s: float, cwd: Path | None = None, check: bool = True
    ) -> Completed:
        options = [word for option in self._options() for word in ("-o", option)]
        argv = [words[0], *options, "-q", *words[1:]]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        return run(argv, timeout_s=timeout_s, cwd=cwd, check=check, env=environment)
