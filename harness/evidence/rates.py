"""How fast each machine got its files, as the wire saw it: in the host's seconds, by protocol."""

from collections.abc import Mapping

from harness.witness.wire import HttpExchange, TftpTransfer, Transfer, Wire

_PROTOCOLS: Mapping[str, type[Transfer]] = {"TFTP": TftpTransfer, "HTTP": HttpExchange}


def rates(wire: Wire, machines: Mapping[str, str]) -> str:
    """Give a line for each machine and protocol by which it has got a file whole.

    `machines` are names by MAC address.
    """
    return "".join(
        f"{name:<7} {mac}  {protocol}  {_rate(got)}\n"
        for mac, name in machines.items()
        for protocol, kind in _PROTOCOLS.items()
        if (got := [each for each in wire.of(kind, mac=mac) if each.outcome.arrived])
    )


def _rate(transfers: list[Transfer]) -> str:
    size = sum(each.bytes for each in transfers) / 1e6
    took_s = sum(each.end_time_s - each.time_s for each in transfers)
    speed = f"{size / took_s:6.2f} MB/s" if took_s > 0 else "at once"
    files = "1 file " if len(transfers) == 1 else f"{len(transfers)} files"
    return f"{files}  {size:6.2f} MB in {took_s:5.2f} s  {speed}"
