"""lighttpd says in its own words what is wrong, and keeps the log that is a witness."""

from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.errors import ServiceError
from harness.process import Completed
from harness.services.lighttpd import Lighttpd
from harness.services.logs.registry import read_logs
from harness.site import Site
from harness.witness.journal import HttpServed
from tests.services.enclosure import FakeEnclosure

LINE = (
    '192.0.2.64 192.0.2.1 - [28/Nov/2026:09:40:15 +0000] "GET /no HTTP/1.1" 404 341 '
    '"-" "iPXE/1.21.1"'
)
PARSED = 'config {\n    server.port = 8080\n    accesslog.filename = "%s"\n}\n'


@pytest.fixture
def service(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> Lighttpd:
    """Give it."""
    return Lighttpd(enclosure, site, log_dir, Pace())


def says(enclosure: FakeEnclosure, output: str, exit_code: int = 0) -> None:
    """Prepare what its own checks print."""
    enclosure.said = Completed(argv=(), exit_code=exit_code, stdout=output, stderr="")


def test_its_fault_is_told_without_its_source(service: Lighttpd, enclosure: FakeEnclosure) -> None:
    what = "source: /etc/lighttpd/lighttpd.conf line: 5 pos: 0 parser failed somehow near here: x"
    says(enclosure, f"2026-11-28 09:26:27: (configfile.c.2164) {what}", exit_code=255)
    with pytest.raises(ServiceError, match=r"refuses its configuration: source: /etc/lighttpd/"):
        service.check()


def test_its_port_is_its_file_s(service: Lighttpd, enclosure: FakeEnclosure) -> None:
    says(enclosure, PARSED % "/var/log/lighttpd/boot.log")
    service.check()
    assert service.port == 8080


def test_it_need_not_keep_an_access_log(service: Lighttpd, enclosure: FakeEnclosure) -> None:
    says(enclosure, "config {}")
    service.check()
    assert service.port == 80


def test_its_log_is_read_whatever_its_name(log_dir: Path) -> None:
    (log_dir / "lighttpd").mkdir()
    (log_dir / "lighttpd" / "boot.log").write_text(f"{LINE}\n")
    (event,) = read_logs(log_dir).of(HttpServed)
    assert (event.daemon, event.client, event.status) == ("lighttpd", "192.0.2.64", 404)
    assert event.user_agent == "iPXE/1.21.1"


def test_where_it_gave_up_is_told_beside_that_it_did(
    service: Lighttpd, enclosure: FakeEnclosure
) -> None:
    time, path = "2026-11-28 09:26:27: (configfile.c", "/etc/lighttpd/conf-enabled/x.conf"
    where = f"{time}.1978) source: {path} line: 2 pos: 14 missing closing quote"
    says(enclosure, f"{where}\n{time}.2161) configfile parser failed at: ", exit_code=255)
    told = rf"parser failed at \({path} line 2: missing closing quote\)"
    with pytest.raises(ServiceError, match=told):
        service.check()
