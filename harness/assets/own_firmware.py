"""A UEFI firmware that somebody has built, by its file or its tree: what its developer boots.

It is copied into the cache, under a name that its content decides: a lab shows nothing of
the host's scratch directories, and the next build must not change under a run.
"""

import shutil
from pathlib import Path

from harness.assets.cache import Cache, key_of, sha256_again
from harness.assets.own_build import newest
from harness.errors import UsageError

_KIND = "firmware"
_CODE, _VARS = "CODE", "VARS"
_SIGNATURE = slice(40, 44)
"""Of the header of a firmware volume (UEFI Platform Initialization 1.8, vol. 3, 3.2.1)."""
_VOLUME = b"_FVH"
_BUILT = (f"*{_CODE}*.fd",)
EMPTY_VOLUME = bytes(_SIGNATURE.start) + _VOLUME
"""The header of firmware with nothing in it."""


def require_own(name: str) -> tuple[Path, Path]:
    """Give the files of a build: the code, and the empty variable store that was built with it.

    edk2 writes both side by side: `OVMF_CODE.fd` and `OVMF_VARS.fd`. Of a directory it is the
    newest build in it.

    Raises:
        UsageError: one is not there, or is not firmware.
    """
    code = Path(name).expanduser().absolute()
    if code.is_dir():
        found = newest(code, _BUILT)
        if found is None:
            raise UsageError(
                f"there is no build of firmware in {code}",
                cure=f"name a directory that has a *{_CODE}*.fd in it, such as edk2's Build/",
            )
        code = found
    if not code.is_file():
        raise UsageError(f"there is no firmware {name}")
    _verify_volume(code)
    if _CODE not in code.name:
        raise UsageError(
            f"{name} is not code alone: its variable store cannot be told from it",
            cure=f"name the build's file with {_CODE} in its name, such as OVMF_{_CODE}.fd",
        )
    store = code.with_name(code.name.replace(_CODE, _VARS))
    if not store.is_file():
        raise UsageError(
            f"{name} has no variable store beside it",
            cure=f"put the {store.name} there that was built with it",
        )
    _verify_volume(store)
    return code, store


def kept(code: Path, store: Path, cache: Cache) -> tuple[Path, Path]:
    """Give copies of a build's files, which stay as they are and where every lab sees them."""

    def copy(into: Path) -> None:
        for file in (code, store):
            shutil.copyfile(file, into / file.name)
            (into / file.name).chmod(0o644)
        cache.discard_unused(_KIND)

    # Under the names, too: the same build may lie there under others (`.ms.fd`, `.secboot.fd`).
    key = key_of(code.name, sha256_again(code), store.name, sha256_again(store))
    directory = cache.build(_KIND, key, copy)
    return directory / code.name, directory / store.name


def _verify_volume(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_SIGNATURE.stop)
    if head[_SIGNATURE] != _VOLUME:
        raise UsageError(f"{path} is not UEFI firmware: it does not begin with a firmware volume")
