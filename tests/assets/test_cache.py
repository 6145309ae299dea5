"""Things come into the cache whole, once, or not at all."""

import multiprocessing
import os
import select
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from harness.assets import cache
from harness.assets.cache import CACHE_VARIABLE, Cache, cache_dir, key_of, sha256_again
from harness.deadline import Deadline
from harness.errors import PrerequisiteError

FORK = multiprocessing.get_context("fork")


def write(text: str) -> Callable[[Path], None]:
    def make(into: Path) -> None:
        (into / "file").write_text(text)

    return make


def refuse(_: Path) -> None:
    raise AssertionError("made a second time")


def leftovers(cache: Cache, kind: str) -> list[str]:
    return [path.name for path in (cache.dir / kind).iterdir()]


def test_a_thing_is_made_once(tmp_path: Path) -> None:
    cache = Cache(dir=tmp_path)
    made = cache.build("kind", "key", write("content"))
    assert cache.build("kind", "key", refuse) == made == cache.find("kind", "key")
    assert (made / "file").read_text() == "content"


def test_a_failed_make_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(dir=tmp_path)

    def fail(into: Path) -> None:
        (into / "half").write_text("half")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        cache.build("kind", "key", fail)
    assert cache.find("kind", "key") is None
    assert leftovers(cache, "kind") == []


def _build_in_child(directory: Path, started: Connection) -> None:
    def make(into: Path) -> None:
        started.send("making")
        (into / "file").write_text(str(os.getpid()))
        with (directory / "makers").open("a") as makers:
            makers.write(f"{os.getpid()}\n")

    started.send("here")
    Cache(dir=directory).build("kind", "key", make)


def test_two_processes_make_it_once(tmp_path: Path) -> None:
    parent_end, child_end = FORK.Pipe()
    workers = [FORK.Process(target=_build_in_child, args=(tmp_path, child_end)) for _ in range(2)]
    # Both must come to the lock while it is held, however fast each starts.
    with Cache(dir=tmp_path).lock("kind-key"):
        for worker in workers:
            worker.start()
        assert [parent_end.recv() for _ in workers] == ["here", "here"]
        assert not parent_end.poll(0.2), "made without the lock"
    for worker in workers:
        worker.join(20)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len((tmp_path / "makers").read_text().split()) == 1


def _hang_in_make(directory: Path, started: Connection) -> None:
    def make(into: Path) -> None:
        (into / "half").write_text("half")
        started.send("making")
        signal.pause()

    Cache(dir=directory).build("kind", "key", make)


def test_a_killed_process_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(dir=tmp_path)
    parent_end, child_end = FORK.Pipe()
    worker = FORK.Process(target=_hang_in_make, args=(tmp_path, child_end))
    worker.start()
    assert parent_end.poll(20)
    assert cache.sweep() == (), "swept away what another process is making"
    worker.kill()
    worker.join(20)
    deadline = Deadline(20.0, "the removal of what was half-made")
    while leftovers(cache, "kind") and not deadline.expired:
        select.select((), (), (), 0.01)
    assert leftovers(cache, "kind") == []


@pytest.mark.parametrize("name", [".key.part", ".key.0a1b.part"])
def test_what_a_machine_that_went_down_left(tmp_path: Path, name: str) -> None:
    cache = Cache(dir=tmp_path)
    rest = tmp_path / "kind" / name
    rest.mkdir(parents=True)
    (tmp_path / "lock").mkdir()
    (rest / "half").write_text("half")
    with cache.lock("kind-key"):
        assert cache.sweep() == (), "swept away what somebody is making"
    assert cache.sweep() == (rest,)
    assert leftovers(cache, "kind") == []


def test_a_rest_does_not_get_into_the_next(tmp_path: Path) -> None:
    cache = Cache(dir=tmp_path)
    rest = tmp_path / "kind" / ".key.part"
    rest.mkdir(parents=True)
    (rest / "half").write_text("half")
    made = cache.build("kind", "key", write("whole"))
    assert [path.name for path in made.iterdir()] == ["file"]


def test_a_discarded_thing_is_made_again(tmp_path: Path) -> None:
    cache = Cache(dir=tmp_path)
    cache.build("kind", "key", write("damaged"))
    cache.discard("kind", "key")
    assert (cache.build("kind", "key", write("good")) / "file").read_text() == "good"


def test_a_ref_is_read_back(tmp_path: Path) -> None:
    cache = Cache(dir=tmp_path)
    assert cache.read_ref("a/b") is None
    cache.write_ref("a/b", "first")
    cache.write_ref("a/b", "second")
    assert cache.read_ref("a/b") == "second"


def test_key_tells_where_one_part_ends() -> None:
    assert key_of("ab", "c") != key_of("a", "bc")


def test_the_place_is_chosen_by_environment_then_xdg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_dir() == tmp_path / ".cache/netboot-harness"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir() == tmp_path / "xdg/netboot-harness"
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "chosen"))
    assert cache_dir() == tmp_path / "chosen"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PrerequisiteError, match="HARNESS_CACHE=DIR"):
        Cache(dir=tmp_path / "file").build("kind", "key", refuse)


def test_a_file_is_hashed_again_when_it_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hashed: list[Path] = []

    def count(path: Path) -> str:
        hashed.append(path)
        return path.read_text()

    monkeypatch.setattr(cache, "sha256_of", count)
    file = tmp_path / "firmware.fd"
    file.write_text("first")
    assert [sha256_again(file) for _ in range(2)] == ["first", "first"]
    assert len(hashed) == 1
    file.write_text("other")
    os.utime(file, ns=(1, 1))
    assert sha256_again(file) == "other"


def test_what_nobody_has_asked_for_is_removed(tmp_path: Path) -> None:
    cache = Cache(dir=tmp_path)
    for key in ("old", "used", "new"):
        cache.build("image", key, write(key))
    for key in ("old", "used"):
        os.utime(tmp_path / "image" / key, (1.0, 1.0))
    cache.build("image", "used", write("never made again"))
    cache.discard_unused("image", for_s=3600)
    assert sorted(path.name for path in (tmp_path / "image").iterdir()) == ["new", "used"]
    cache.discard_unused("no-such-kind", for_s=0)
