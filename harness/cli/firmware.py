"""`harness firmware`: which firmware, loaders, option ROMs and QEMUs there are, and are here."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from harness.assets import catalogue, descriptors
from harness.assets.cache import Cache, sha256_again
from harness.assets.catalogue import RELEASES, Part, QemuRelease, Release
from harness.assets.descriptors import Described
from harness.assets.firmware import find_firmware, machine_of
from harness.assets.package import find_package, listed_size, megabytes
from harness.cli.table import columns
from harness.errors import UsageError

Say = Callable[[str], None]
_HEAD = "NAME", "WHAT", "PACKAGE", "HERE"


def list_parts(words: Sequence[str], say: Say) -> int:
    """List what there is, or what these words mean; asks nobody."""
    cache = Cache()
    own = [word for word in words if descriptors.is_described(word)]
    chosen = _meant((w for w in words if w not in own), cache, say) if words else RELEASES
    fitting = [name for word in own for name in descriptors.fitting(word)]
    described = dict.fromkeys(fitting if words else descriptors.described())
    rows = (_listed(each, cache) for each in chosen)
    for line in columns([_HEAD, *rows, *_described(described)]):
        say(line)
    if not words:
        say("or a place of your own: --firmware DIR/OVMF_CODE.fd; --loader, --rom, --qemu DIR")
    return 0


def _listed(release: Release, cache: Cache) -> tuple[str, ...]:
    name = catalogue.label(release, cache, like=RELEASES)
    package = f"{release.packages[0]} {release.version(cache)}".strip()
    return name, release.part.value, f"{package} of {release.suite}", _here(release, cache)


def fetch_parts(words: Sequence[str], say: Say) -> int:
    """Fetch what these words mean: from then on no network is needed for it."""
    cache = Cache()
    chosen = _meant(words, cache, say)
    for number, each in enumerate(chosen, start=1):
        each.fetch(cache, say)
        name = catalogue.label(each, cache, like=RELEASES)
        say(f"{number} of {len(chosen)}: {each.part.value} {name}: {each.version(cache)}")
        for line in _files(each, cache):
            say(f"  {line}")
    return 0


def show_parts(words: Sequence[str], say: Say) -> int:
    """Show the files of what these words mean, and their hashes; what is not here, only that."""
    cache = Cache()
    for word in words:
        if descriptors.is_described(word):
            for name in descriptors.fitting(word):
                _show_described(descriptors.require(name), say)
            continue
        for each in _meant([word], cache, say):
            name = catalogue.label(each, cache, like=RELEASES)
            who = f", for {machine_of(each.name).name}" if each.part is Part.FIRMWARE else ""
            say(f"{name}: {each.part.value}{who}; {_here(each, cache)}")
            for line in _files(each, cache) if each.is_here(cache) else ():
                say(f"  {line}")
    return 0


def _meant(words: Iterable[str], cache: Cache, say: Say) -> tuple[Release, ...]:
    """Give what words mean, of whichever part: `ipxe@2.0` is a loader and an option ROM."""
    return tuple(dict.fromkeys(each for word in words for each in _of(word, cache, say)))


def _of(word: str, cache: Cache, say: Say) -> Iterator[Release]:
    if descriptors.is_described(word):
        raise UsageError(f"{word} is a file of this machine's: there is nothing to fetch")
    failures: dict[Part, UsageError] = {}
    for part in Part:
        try:
            yield from catalogue.find_all(word, part, cache=cache, say=say)
        except UsageError as error:
            failures[part] = error
    if len(failures) == len(Part):
        name = word.partition(catalogue.AT)[0]
        for each in RELEASES:
            if each.name == name:
                raise failures[each.part]
        names = dict.fromkeys(each.name for each in RELEASES)
        raise UsageError(f"nothing is called {word}", cure=f"one of: {', '.join(names)}")


def _here(release: Release, cache: Cache) -> str:
    if release.installed:
        return "installed"
    if release.is_here(cache):
        return "fetched"
    sizes = [listed_size(each, release.suite, cache=cache) for each in release.packages]
    known = [size for size in sizes if size is not None]
    needed = " and what it needs" if isinstance(release, QemuRelease) else ""
    return f"to fetch, {megabytes(sum(known))}{needed}" if known else f"to fetch{needed}"


def _files(release: Release, cache: Cache) -> Iterator[str]:
    """Give each file with its hash, and where it lies."""
    if release.part is Part.FIRMWARE:
        used = find_firmware(f"{release.name}{catalogue.AT}{release.suite}", cache=cache)
        paths = {"code": used.code_path, "vars": used.vars_path}
    elif isinstance(release, QemuRelease):
        qemu = release.get(cache)
        paths = {qemu.path.name: qemu.program_path, "its BIOS": qemu.bios_path}
    else:
        paths = {}
        for name, (package, place) in release.files.items():
            found = find_package(package, release.suite, cache=cache)
            paths[name] = found.path_of(place) if found is not None else None
    for name, path in paths.items():
        if path is not None:
            yield f"{name}: {sha256_again(path)}  {path}"


def _described(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Give a row for each of these descriptors; their features stand last, being long."""
    for name in names:
        each = descriptors.described()[name]
        if isinstance(each, Described):
            here = f"on this machine: {', '.join(each.features)}"
            yield name, Part.FIRMWARE.value, each.machine.name, here
        else:
            yield name, Part.FIRMWARE.value, "for no guest here", str(each)


def _show_described(each: Described, say: Say) -> None:
    say(f"{each.id}: {Part.FIRMWARE.value}, for {each.machine.name}; {each.path}")
    for name, path in (("code", each.code), ("vars", each.vars)):
        say(f"  {name}: {sha256_again(path)}  {path}")
    say(f"  features: {', '.join(each.features)}")
