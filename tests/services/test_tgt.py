"""tgtd gets its targets as Debian's unit gives them, and its disks are read where they stand."""

from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.errors import ServiceError
from harness.learn.boots import load_with_boots
from harness.model import Role
from harness.process import Completed
from harness.services.tgt import Tgt
from harness.site import LaidKind, Site
from harness.site.said import Topic
from tests.services.enclosure import FakeEnclosure

MAIN, PART = "etc/tgt/targets.conf", "etc/tgt/conf.d/rescue.conf"
TARGET = """
<target iqn.2026-11.example:rescue>
    # backing-store /srv/old.img
    backing-store /srv/iscsi/rescue.img
    <backing-store "/srv/iscsi/data.img">
        write-cache off
        lun 5
    </backing-store>
    incominguser boot secret
</target>
"""


@pytest.fixture
def offering(site: Site) -> Site:
    """Give a site that offers two disks."""
    return site.with_file(MAIN, "include /etc/tgt/conf.d/*.conf\n").with_file(PART, TARGET)


def test_its_disks_are_those_of_all_files(offering: Site) -> None:
    assert Tgt.facts(offering).disks == {
        "srv/iscsi/rescue.img": "iqn.2026-11.example:rescue",
        "srv/iscsi/data.img": "iqn.2026-11.example:rescue LUN 5",
    }
    assert Tgt.set_up(offering) == f"{PART}:4"
    assert Tgt.facts(offering).files == (MAIN, PART)


def test_its_passwords_are_secrets(offering: Site) -> None:
    (secret,) = (each for each in Tgt.says(offering) if each.topic is Topic.SECRET)
    assert (secret.text, secret.place) == ("secret", f"{PART}:9")


def test_without_a_disk_it_has_nothing_to_do(site: Site) -> None:
    assert not Tgt.set_up(site.with_file(MAIN, "include /etc/tgt/conf.d/*.conf\n"))


def test_files_that_take_in_each_other_are_read_once(offering: Site) -> None:
    circle = offering.with_file(PART, f"include /{MAIN}\n{TARGET}")
    assert len(Tgt.facts(circle).disks) == 2


def test_a_disk_that_is_a_device_is_said_with_its_line(offering: Site) -> None:
    device = offering.replaced(PART, "/srv/iscsi/rescue.img", "/dev/vg0/rescue")
    (problem,) = Tgt.problems(device)
    assert "/dev/vg0/rescue of iqn.2026-11.example:rescue is a device" in problem.what
    assert problem.line == 4


def test_a_target_that_it_does_not_take_is_told_in_its_words(
    enclosure: FakeEnclosure, offering: Site, log_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tgt, "argv", ("sleep", "60"))
    monkeypatch.setattr(Tgt, "is_ready", lambda _self: True)
    tgt = Tgt(enclosure, offering, log_dir, Pace())
    tgt.start()
    said = "tgtadm: can't open the backing store"
    enclosure.said = Completed(argv=(), exit_code=22, stdout=said, stderr="")
    with pytest.raises(ServiceError, match="does not take its targets: tgtadm: can't open"):
        tgt.wait_until_ready()
    assert said in tgt.log_path.read_text()
    tgt.stop()


def test_a_disk_that_the_copy_lacks_is_laid(tmp_path: Path) -> None:
    for path, text in {
        "site.toml": '[server]\ninterface = "br0"\nhostname = "a"\nipv4 = "192.0.2.1/24"\n',
        MAIN: f"{TARGET}",
        "srv/iscsi/data.img": "its own",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    site = load_with_boots(tmp_path)
    assert site.daemons == ("tgt",)
    assert site.daemon_facts.by_role(Role.ISCSI) is not None
    assert site.laid == {"srv/iscsi/rescue.img": LaidKind.DISK}
