"""Readiness is seen, in a log line or a bound port, and not before."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from harness import process
from harness.deadline import Pace
from harness.services.capture import Capture
from harness.services.libvirtd import Libvirtd
from harness.services.nfs.ganesha import GaneshaNfs
from harness.services.syslogd import Syslogd
from harness.site import Site
from tests.services.enclosure import KINDS, FakeEnclosure

ANY_PORT = 0


@pytest.mark.parametrize(
    ("name", "early", "late"),
    [
        ("dhcpd4", "Listening on LPF/eth0", "Server starting service."),
        (
            "radvd",
            "version 2.19 started\nconfig file, /etc/radvd.conf, syntax ok",
            "polling for 0.003 second(s), next iface is eth0",
        ),
    ],
)
def test_a_log_line_tells(
    enclosure: FakeEnclosure, site: Site, log_dir: Path, name: str, early: str, late: str
) -> None:
    service = KINDS[name](enclosure, site, log_dir, Pace())
    assert not service.is_ready()
    service.log_path.write_text(f"{early}\n")
    assert not service.is_ready()
    service.log_path.write_text(f"{early}\n{late}\n")
    assert service.is_ready()


def test_the_capture_listens(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    capture = Capture(enclosure, site, log_dir, Pace())
    capture.log_path.write_text("tcpdump: lab-bridge: No such device exists\n")
    assert not capture.is_ready()
    capture.log_path.write_text("tcpdump: listening on lab-bridge, link-type EN10MB\n")
    assert capture.is_ready()


@pytest.mark.parametrize(
    ("family", "kind", "protocol"),
    [
        (socket.AF_INET, socket.SOCK_DGRAM, "udp"),
        (socket.AF_INET6, socket.SOCK_DGRAM, "udp"),
        (socket.AF_INET, socket.SOCK_STREAM, "tcp"),
        (socket.AF_INET6, socket.SOCK_STREAM, "tcp"),
    ],
)
def test_a_bound_port_tells(
    enclosure: FakeEnclosure,
    site: Site,
    log_dir: Path,
    family: socket.AddressFamily,
    kind: socket.SocketKind,
    protocol: str,
) -> None:
    service = KINDS["nginx"](enclosure, site, log_dir, Pace())
    with socket.socket(family, kind) as bound:
        bound.bind(("", ANY_PORT))
        port = bound.getsockname()[1]
        assert service.listens(protocol, port) is (protocol == "udp")
        if kind is socket.SOCK_STREAM:
            bound.listen()
        assert service.listens(protocol, port)
    assert not service.listens(protocol, port)


def test_workers_tell(
    enclosure: FakeEnclosure, site: Site, log_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nginx = KINDS["nginx"](enclosure, site, log_dir, Pace())
    fifo = log_dir / "fifo"
    os.mkfifo(fifo)
    # What stands for nsenter, for the master and for its worker.
    nsenter = f"sh -c 'read -r _ <{fifo}; sleep 60 & wait' & wait"
    monkeypatch.setattr(nginx, "command", lambda: ["sh", "-c", nsenter])
    nginx.start()
    with fifo.open("w") as order:
        assert not nginx.is_ready()
        order.write("go\n")
    until_s = time.monotonic() + 10
    while not nginx.is_ready():
        assert time.monotonic() < until_s
        time.sleep(0.005)
    for pid in enclosure.started[-1].children():
        for worker in process.children(pid):
            os.kill(worker, signal.SIGKILL)


def test_ganeshas_word_tells(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    ganesha = GaneshaNfs(enclosure, site, log_dir, Pace())
    ganesha.log_path.write_text("NFS STARTUP :EVENT :Starting NFS Server\n")
    assert not ganesha.is_ready()
    ganesha.log_path.write_text("nfs_start :NFS STARTUP :EVENT :     NFS SERVER INITIALIZED\n")
    assert ganesha.is_ready()


@pytest.mark.parametrize(
    ("address", "port"),
    [(":69", 69), ("[::]:6969", 6969), ("192.0.2.1:70", 70), ("0.0.0.0", 69), ("[::]", 69)],
)
def test_tftpd_is_looked_for_at_the_sites_port(
    enclosure: FakeEnclosure,
    site: Site,
    log_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    port: int,
) -> None:
    changed = site.with_file("etc/default/tftpd-hpa", f'TFTP_ADDRESS="{address}"\n')
    tftpd = KINDS["tftpd"](enclosure, changed, log_dir, Pace())
    monkeypatch.setattr(tftpd, "listens", lambda *asked: asked == ("udp", port))
    assert tftpd.is_ready()


def test_a_socket_tells(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    libvirtd = Libvirtd(enclosure, site, log_dir, Pace())
    path = enclosure.path("/run/libvirt/libvirt-sock")
    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
        assert not libvirtd.is_ready()
        bound.listen()
        assert libvirtd.is_ready()


def test_a_device_tells(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    syslogd = Syslogd(enclosure, site, log_dir, Pace())
    assert not syslogd.is_ready()
    enclosure.path("/dev").mkdir()
    enclosure.path("/dev/log").touch()
    assert syslogd.is_ready()
