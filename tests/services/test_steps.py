"""Every daemon goes through five steps, and each way to fail has its own words."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness import logwatch
from harness.deadline import Deadline, Pace
from harness.errors import PrerequisiteError, ServiceError, UsageError
from harness.host import tools
from harness.host.tools import TOOLS
from harness.process import Completed
from harness.services import base
from harness.services.base import Service
from harness.services.logs.registry import read_logs
from harness.site import Site
from harness.witness.journal import DaemonLife
from tests.services.enclosure import FakeEnclosure

UP = "echo up; exec sleep 60"


class Sample(Service):
    """A daemon that is a line of shell, and ready when it says `up`."""

    name = "sample"
    tool = TOOLS["busybox"]
    ready = "up"
    check_argv = ("sample", "-t")
    script = UP

    def command(self) -> Sequence[str]:
        """Give the line."""
        return ["sh", "-c", self.script]


@pytest.fixture
def service(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> Sample:
    """Give the daemon, not started."""
    return Sample(enclosure, site, log_dir, Pace())


def finished(output: str, exit_code: int = 1) -> Completed:
    """Give what a check said."""
    return Completed(argv=("sample", "-t"), exit_code=exit_code, stdout="", stderr=output)


def test_a_good_one_is_checked_started_ready_and_stopped(
    service: Sample, enclosure: FakeEnclosure
) -> None:
    enclosure.said = finished("fine", exit_code=0)
    service.check()
    assert enclosure.started == []
    service.start()
    service.wait_until_ready()
    service.verify_alive()
    assert service.running
    service.stop()
    service.verify_alive()
    assert enclosure.started[0].exit_code == -signal.SIGTERM


def test_what_it_is_started_beside_is_laid_once_in_a_lab(
    enclosure: FakeEnclosure, site: Site, log_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was started before has it mapped, and would die of another content."""
    library = log_dir / "any.so"
    library.write_text("")
    monkeypatch.setattr(Sample, "library", lambda _self: library)
    laid = enclosure.path("/run/harness/any.so")
    laid.parent.mkdir(parents=True)
    inodes = []
    for script in ("echo $LD_PRELOAD; exec sleep 60", UP):
        daemon = Sample(enclosure, site, log_dir, Pace())
        daemon.script = script
        daemon.start()
        inodes.append((laid.stat().st_ino, laid.stat().st_mtime_ns))
    assert enclosure.environments == [{"LD_PRELOAD": "/run/harness/any.so"}] * 2
    assert inodes[0] == inodes[1]


def test_a_refused_configuration(service: Sample, enclosure: FakeEnclosure) -> None:
    enclosure.said = finished("reading\n\nerror: no such word\n")
    with pytest.raises(ServiceError) as caught:
        service.check()
    assert caught.value.headline == (
        "sample: refuses its configuration: error: no such word (exit code 1)"
    )
    assert "sample -t" in caught.value.cure
    assert caught.value.last_lines == ("reading", "error: no such word")
    assert enclosure.started == []


def test_a_check_that_refuses_without_a_word(service: Sample, enclosure: FakeEnclosure) -> None:
    enclosure.said = finished("")
    with pytest.raises(ServiceError, match="refuses its configuration"):
        service.check()


def test_a_tool_that_is_missing(service: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda _name: None)
    with pytest.raises(PrerequisiteError, match="busybox") as caught:
        service.check()
    assert "busybox-static" in caught.value.cure


def test_one_that_dies_at_its_start_is_told_at_once(service: Sample) -> None:
    service.script = "echo no interface; exit 3"
    service.start()
    with pytest.raises(ServiceError, match=r"sample: did not start: no interface \(exit") as caught:
        service.wait_until_ready()
    assert caught.value.last_lines == ("no interface",)
    assert caught.value.log_path == service.log_path
    assert not service.running


def test_one_that_dies_right_after_it_was_ready_has_not_started(service: Sample) -> None:
    service.script = "echo up; exit 4"
    service.start()
    service._started().wait(30)
    with pytest.raises(ServiceError, match=r"did not start: up \(exit code 4\)"):
        service.wait_until_ready()


def test_one_that_dies_later_has_last_words(service: Sample, enclosure: FakeEnclosure) -> None:
    service.script = "echo up; exec sleep 60"
    service.start()
    service.wait_until_ready()
    os.kill(enclosure.started[0].pid, signal.SIGSEGV)
    enclosure.started[0].wait(30)
    with pytest.raises(ServiceError, match=r"sample: died \(killed by SIGSEGV\)") as caught:
        service.verify_alive()
    assert caught.value.last_lines == ("up",)


def test_one_that_is_never_ready(service: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_READY_TIMEOUT_S", 0.1)
    service.script = "echo thinking; exec sleep 60"
    service.start()
    with pytest.raises(ServiceError, match="not ready after 0 s: `up` was waited for") as caught:
        service.wait_until_ready()
    assert caught.value.last_lines in ((), ("thinking",))
    assert service.running


def test_one_that_says_nothing_of_its_readiness_is_never_ready(
    service: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sample, "ready", "")
    service.script = "echo up; exec sleep 60"
    service.start()
    started = service._started()
    logwatch.wait_until(
        lambda: bool(service.said()), deadline=Deadline(5, "its word"), pause=started.wait
    )
    assert service.said() == ("up",)
    assert not service.is_ready()


def test_the_wait_for_it_is_stretched(
    enclosure: FakeEnclosure, site: Site, log_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "_READY_TIMEOUT_S", 0.01)
    service = Sample(enclosure, site, log_dir, Pace(crowding=3000.0))
    service.script = "exec 2>&1; read -r _ </dev/null; echo up; exec sleep 60"
    service.start()
    service.wait_until_ready()


def test_stopping_is_harmless_whenever(service: Sample, enclosure: FakeEnclosure) -> None:
    service.stop()
    service.start()
    service.stop()
    service.stop()
    service.forget()
    assert len(enclosure.started) == 1


def test_one_that_does_not_listen_to_sigterm_is_killed(
    service: Sample, enclosure: FakeEnclosure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "_STOP_TIMEOUT_S", 0.1)
    service.script = "trap '' TERM; echo up; while :; do sleep 60; done"
    service.start()
    service.wait_until_ready()
    service.stop()
    assert enclosure.started[0].exit_code == -signal.SIGKILL


def test_it_can_be_started_again_and_is_judged_anew(
    service: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.start()
    service.wait_until_ready()
    service.stop()
    monkeypatch.setattr(base, "_READY_TIMEOUT_S", 0.1)
    service.script = "exec sleep 60"
    service.start()
    with pytest.raises(ServiceError, match="not ready"):
        service.wait_until_ready()
    assert service.last_words() == ()
    assert service.log_path.read_text() == "up\n"


def test_it_is_not_started_twice(service: Sample, enclosure: FakeEnclosure) -> None:
    service.start()
    with pytest.raises(UsageError, match="sample runs already"):
        service.start()
    assert len(enclosure.started) == 1


def test_one_that_died_can_be_started_again(service: Sample, enclosure: FakeEnclosure) -> None:
    service.script = "exit 1"
    service.start()
    enclosure.started[0].wait(30)
    service.script = UP
    service.start()
    service.wait_until_ready()


def test_waiting_for_what_was_not_started(service: Sample) -> None:
    with pytest.raises(ServiceError, match="was not started"):
        service.wait_until_ready()


def test_what_is_done_to_it_is_noted(service: Sample) -> None:
    service.start()
    service.stop()
    service.start()
    service.kill()
    lives = read_logs(service.log_path.parent).of(DaemonLife)
    noted = [(life.daemon, life.what) for life in lives]
    assert noted == [("sample", what) for what in ("started", "stopped", "started", "killed")]
