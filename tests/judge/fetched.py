"""A recorded boot whose script, or loader, was fetched otherwise."""

from dataclasses import replace
from typing import Any

from harness.judge.boot import Boot
from harness.witness.wire import HttpExchange, TftpTransfer
from tests.judge.recorded import MAC, record, with_events

NGINX = "etc/nginx/nginx.conf"
ROOT = "    root /srv/tftp;"


def script(**change: Any) -> Boot:  # noqa: ANN401
    """Change how the script was fetched."""
    boot = record("green-bios-ipxe-rom")
    return with_events(
        boot,
        *(
            replace(e, **change) if isinstance(e, HttpExchange) and e.path == "/script.ipxe" else e
            for e in boot.wire.events
        ),
    )


def loader(**change: Any) -> Boot:  # noqa: ANN401
    """Change how the loader was fetched."""
    boot = record("green-x64-tftp-ipv4")
    fetched = [e for e in boot.wire.of(TftpTransfer, mac=MAC) if e.file == "ipxe.efi"][-1]
    return with_events(
        boot, *(replace(e, **change) if e is fetched else e for e in boot.wire.events)
    )
