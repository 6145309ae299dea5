"""The certificate that a BMC shows: its own, made when it starts, signed by itself.

With harness.bmc.suite the owner of cryptography.
"""

import os
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_DAY = timedelta(days=1)
_USAGES = (
    "digital_signature",
    *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def server_context(
    name: str, addresses: Iterable[IPv4Address | IPv6Address], certificate_path: Path
) -> ssl.SSLContext:
    """Make a BMC's key and certificate; the certificate is written down for its clients."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, name, addresses).public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate_path.write_bytes(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Python takes a key from a file only: this one is nowhere on a disk.
    with os.fdopen(os.memfd_create("bmc"), "wb") as file:
        file.write(secret + certificate)
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
    return context


def _certificate(
    key: ec.EllipticCurvePrivateKey, name: str, addresses: Iterable[IPv4Address | IPv6Address]
) -> x509.Certificate:
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"BMC of {name}")])
    public, now = key.public_key(), datetime.now(tz=UTC)
    of_itself = x509.SubjectKeyIdentifier.from_public_key(public)
    usage = x509.KeyUsage(
        **{each: each in ("digital_signature", "key_cert_sign") for each in _USAGES}
    )
    return (
        x509.CertificateBuilder(who, who, public, x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 365 * _DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(of_itself, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(of_itself),
            critical=False,
        )
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(each) for each in addresses]),
            critical=False,
        )
        .sign(key, SHA256())
    )
