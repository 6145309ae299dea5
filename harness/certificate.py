"""Certificates (X.509, RFC 5280): what vouches for a program's signature, or for a web server.

Keys are RSA of 2048 bits: the kind that every UEFI verifies programs by (UEFI 2.10, 32.5), and that
every TLS knows.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

DAY = timedelta(days=1)
_EXPONENT, _BITS = 65537, 2048
_YEAR = 365 * DAY


@dataclass(frozen=True, kw_only=True)
class Certified:
    """A certificate, and the key that it is about."""

    certificate: bytes
    """In PEM."""
    key: bytes = field(repr=False)
    """In PEM (PKCS #8), not encrypted."""
    is_made: bool = False
    """Whether it was made here, for a run: no secret of anybody's."""

    @classmethod
    def by_itself(cls, name: str) -> Self:
        """Make a key whose certificate is signed by itself: an authority, or one key for all.

        Within `made_before` it is the earlier run's of this name, where that has made one.
        """
        earlier = next((each for each in _earlier if each.name == name), None)
        if earlier is not None:
            _earlier.remove(earlier)
            return cls(certificate=earlier.certificate, key=earlier.key, is_made=True)
        key = _new_key()
        built = _builder(name, name, key.public_key(), begins=-DAY, ends=_YEAR)
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return cls._of(built.sign(key, SHA256()), key)

    def issue(self, *names: str, begins: timedelta = -DAY, ends: timedelta = _YEAR) -> "Certified":
        """Certify a new key for a server of these names and addresses, the first being its subject.

        It is valid from `begins` to `ends`, both counted from now.
        """
        key = _new_key()
        built = _builder(self.name, names[0], key.public_key(), begins=begins, ends=ends)
        built = built.add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        own = load_pem_private_key(self.key, password=None)
        if not isinstance(own, rsa.RSAPrivateKey):
            raise TypeError("an authority of ours has an RSA key")
        return Certified._of(built.sign(own, SHA256()), key)

    @property
    def name(self) -> str:
        """Whom the certificate is about."""
        return _common_name(x509.load_pem_x509_certificate(self.certificate).subject)

    @classmethod
    def _of(cls, certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> Self:
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return cls(certificate=certificate.public_bytes(Encoding.PEM), key=secret, is_made=True)


_earlier: list[Certified] = []
"""Those of an earlier run that are to be made again."""


@contextmanager
def made_before(keys: Iterable[Certified]) -> Iterator[None]:
    """Let what is made by itself in the block be an earlier run's, by its name, each once."""
    _earlier[:] = keys
    try:
        yield
    finally:
        _earlier.clear()


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_BITS)


def _builder(
    issuer: str, subject: str, key: rsa.RSAPublicKey, *, begins: timedelta, ends: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(tz=UTC)
    return x509.CertificateBuilder(
        _distinguished(issuer),
        _distinguished(subject),
        key,
        x509.random_serial_number(),
        now + begins,
        now + ends,
    )


def _distinguished(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass(frozen=True, kw_only=True)
class Described:
    """What a certificate says."""

    names: tuple[str, ...]
    """The names and addresses that it is for (subjectAltName), as they are written."""
    issuer: str
    begins: datetime
    ends: datetime
    _certificate: x509.Certificate = field(repr=False)

    def is_for(self, host: str) -> bool:
        """Whether a server of this name or address may show it (RFC 9525 6.3)."""
        host = host.lower().rstrip(".")
        parent = f"*.{host.partition('.')[2]}"
        return any(name.lower() in (host, parent) for name in self.names)

    def is_issued_by(self, authority: bytes) -> bool:
        """Whether an authority, a certificate in PEM, has signed it."""
        try:
            self._certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True


def described(pem: bytes) -> Described | None:
    """Read the first certificate of a file, the server's own; None where there is none."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = tuple(str(name.value) for name in found.value)
    except x509.ExtensionNotFound:
        names = ()
    except ValueError:
        return None
    return Described(
        names=names,
        issuer=_common_name(certificate.issuer),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        _certificate=certificate,
    )
