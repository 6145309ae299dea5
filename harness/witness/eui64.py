"""The identifiers that cards make of their MAC addresses for IPv6 (RFC 4291, appendix A)."""

from ipaddress import IPv6Address

_INSERTED = b"\xff\xfe"
_FLIP = 0x02


def mac_of(address: str) -> str:
    """Give the MAC address that an IPv6 address was made of; "" when of none."""
    try:
        host = IPv6Address(address.partition("%")[0]).packed[8:]
    except ValueError:
        return ""
    if host[3:5] != _INSERTED:
        return ""
    return bytes([host[0] ^ _FLIP, *host[1:3], *host[5:]]).hex(":")


def link_local(mac: str) -> str:
    """Give the link-local address that a card with this MAC address makes itself."""
    raw = bytes.fromhex(mac.replace(":", ""))
    made = bytes((raw[0] ^ _FLIP, *raw[1:3])) + _INSERTED + raw[3:]
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + made))
