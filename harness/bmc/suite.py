"""Cipher suites: how an RMCP+ session proves, signs and hides (IPMI 2.0, 13.28, 22.15.2).

The one owner of cryptography, for AES; digests are Python's own.
"""

import hmac
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from harness.bmc.packet import DroppedError

AES_CBC_128 = 1
_BLOCK = 16


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One cipher suite; its numbers are the specification's."""

    id: int
    authentication: int
    integrity: int
    digest: str
    signature_size: int

    @property
    def algorithms(self) -> tuple[int, int, int]:
        """What an open session request proposes."""
        return self.authentication, self.integrity, AES_CBC_128

    def mac(self, key: bytes, *parts: bytes) -> bytes:
        """Give the keyed digest of the parts, whole."""
        return hmac.digest(key, b"".join(parts), self.digest)

    def sign(self, key: bytes, *parts: bytes) -> bytes:
        """Give the keyed digest of the parts, as long as a packet carries it."""
        return self.mac(key, *parts)[: self.signature_size]


SUITES = (
    Suite(id=3, authentication=1, integrity=1, digest="sha1", signature_size=12),
    Suite(id=17, authentication=3, integrity=4, digest="sha256", signature_size=16),
)
"""Those that today's BMCs have switched on: without any that hides or proves nothing."""
BY_ALGORITHMS = {suite.algorithms: suite for suite in SUITES}


def encrypt(key: bytes, plain: bytes) -> bytes:
    """Hide a payload, padded by 1, 2, 3, … and their number, behind its initial vector."""
    vector = os.urandom(_BLOCK)
    pad = -(len(plain) + 1) % _BLOCK
    encryptor = Cipher(AES(key[:_BLOCK]), CBC(vector)).encryptor()
    padded = plain + bytes(range(1, pad + 1)) + bytes([pad])
    return vector + encryptor.update(padded) + encryptor.finalize()


def decrypt(key: bytes, hidden: bytes) -> bytes:
    """Give what `encrypt` has hidden; what is not of that form is dropped."""
    if len(hidden) < 2 * _BLOCK or len(hidden) % _BLOCK:
        raise DroppedError("an encrypted payload that is cut short")
    decryptor = Cipher(AES(key[:_BLOCK]), CBC(hidden[:_BLOCK])).decryptor()
    padded = decryptor.update(hidden[_BLOCK:]) + decryptor.finalize()
    plain, pad = padded[: -1 - padded[-1]], padded[-1]
    if padded[len(plain) : -1] != bytes(range(1, pad + 1)):
        raise DroppedError("an encrypted payload whose padding is wrong")
    return plain
