"""A NIC's legacy iPXE ROM, so changed that it asks DHCP as a vendor's PXE ROM does, once told so.

iPXE tells of itself in each request: of its features and its card in option 175, by which
sites know it as by its user class, and which no setting leaves out. No other PXE ROM is to be
had for QEMU's cards. It waits for who tells it: its two seconds for Ctrl-B are some hundredths of
one with the fast clock, less than a busy host needs to press a key. The code is packed; it is
unpacked, changed at three places, packed again.
"""

import lzma
import re
import zlib
from collections.abc import Iterator

from harness.errors import PrerequisiteError

_FIRST, _LAST = 0x200, 0x4000
"""Where the packed code begins: behind what unpacks it."""
_CODER = {"id": lzma.FILTER_LZMA1, "lc": 2, "lp": 0, "pb": 0}
"""As iPXE's zbin.c has it: how long they are stands before the packed bytes, their CRC behind."""
_NUMBER, _CHECKSUM = 4, 6
"""Bytes of such a number; where a ROM has the byte by which all sum to zero."""
_CHANGES = (
    # `dhcppkt_store(packet, 175, features, features_end - features)`: from their end to their
    # end there are none, and what is empty is not stored.
    (
        rb"(?s)\xb8(?P<end>.{4})\x2d(?P<start>.{4})\x50\xb9(?P=start)\xba\xaf\0\0\0",
        b"\xb8\\g<end>\x2d\\g<end>\x50\xb9\\g<start>\xba\xaf\0\0\0",
        rb"(?s)\xb8(?P<end>.{4})\x2d(?P=end)\x50\xb9.{4}\xba\xaf\0\0\0",
    ),
    # The card's place, five bytes, in option 175 too.
    (
        rb"(?s)\x6a\x05(?P<where>.{2,4}?)\xba\xb1\xaf\0\0",
        b"\x6a\0\\g<where>\xba\xb1\xaf\0\0",
        rb"(?s)\x6a\0.{2,4}?\xba\xb1\xaf\0\0",
    ),
    # `prompt(…, BANNER_TIMEOUT, CTRL_B)`, in ticks of which a second has 1,024: an hour.
    (
        rb"(?s)\xb9\x02\0\0\0\xba.{2}\0\0\xb8",
        b"\xb9\x02\0\0\0\xba\0\x40\x38\0\xb8",
        rb"\xb9\x02\0\0\0\xba\0\x40\x38\0\xb8",
    ),
)
"""Code as iPXE has it, what stands there instead, and what that looks like."""


def as_vendors(rom: bytes, *, name: str) -> bytes:
    """Give a ROM without option 175 in what it asks; one that is so already as it is.

    Raises:
        PrerequisiteError: it is built otherwise than those that are known.
    """
    for packed, code in _packed(rom):
        changed = _changed(code)
        if changed == code:
            return rom
        again = _with_numbers(_pack(changed)) if changed is not None else b""
        room = _with_numbers(packed)
        if again and len(again) <= len(room):
            return _summed(rom.replace(room, again.ljust(len(room), b"\xff")))
    raise PrerequisiteError(
        f"{name} is not built as the iPXE ROMs are that can play a vendor's",
        cure="choose another release with --rom",
    )


def _packed(rom: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give what is packed in a ROM, and what it unpacks to."""
    for start in range(_FIRST, min(len(rom), _LAST)):
        if rom[start]:  # with zero each stream of this kind begins
            continue
        unpacker = lzma.LZMADecompressor(
            format=lzma.FORMAT_RAW, filters=[{**_CODER, "dict_size": len(rom) * 16}]
        )
        try:
            code = unpacker.decompress(rom[start:])
        except lzma.LZMAError:
            continue
        packed = rom[start : len(rom) - len(unpacker.unused_data)]
        if unpacker.eof and _with_numbers(packed) in rom:
            yield packed, code


def _with_numbers(packed: bytes) -> bytes:
    size, crc = len(packed) + _NUMBER, zlib.crc32(packed) ^ 0xFFFFFFFF
    return b"".join((_number(size), packed, _number(crc)))


def _number(value: int) -> bytes:
    return value.to_bytes(_NUMBER, "little")


def _changed(code: bytes) -> bytes | None:
    """Give the code changed; None where something does not stand there just once."""
    for pattern, other, done in _CHANGES:
        if not re.search(done, code):
            code, times = re.subn(pattern, other, code)
            if times != 1:
                return None
    return code


def _pack(code: bytes) -> bytes:
    presets = (lzma.PRESET_DEFAULT, 9 | lzma.PRESET_EXTREME)
    every = (
        lzma.compress(
            code,
            format=lzma.FORMAT_RAW,
            filters=[{**_CODER, "preset": preset, "dict_size": len(code)}],
        )
        for preset in presets
    )
    return min(every, key=len)


def _summed(rom: bytes) -> bytes:
    """Make the bytes of a ROM sum to zero, as a BIOS wants it."""
    changed = bytearray(rom)
    changed[_CHECKSUM] = (changed[_CHECKSUM] - sum(changed)) % 256
    return bytes(changed)
