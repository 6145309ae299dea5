"""Why a machine did not take a web server's certificate: what is wrong with it, as the site has it.

Firmware hardly says more than that nothing came. The certificate lies in the site, so it is asked.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from harness.certificate import Described, described
from harness.judge.boot import Boot
from harness.judge.where import where_named
from harness.model import Role
from harness.site.places import Place, places
from harness.witness.wire import DhcpMessage, HttpExchange, TlsSession

_HTTPS = "https"
_SETTING = "certificate"


def refused_certificates(boot: Boot) -> Iterator[str]:
    """Say why the machine's latest TLS session came to nothing, or why it never tried one."""
    url = _told(boot)
    sessions = list(boot.of(TlsSession))
    fruitful = {each.frame for each in boot.of(HttpExchange) if each.sealed}
    if not url or (sessions and sessions[-1].frame in fruitful):
        return
    if not boot.authorities:
        if not fruitful:
            yield (
                f"the machine was told to boot {url}{where_named(boot, url)}, and knows no "
                "authority by whose word it could take any certificate (TlsCaCertificate)"
            )
        return
    found = _shown(boot)
    if found is None or not sessions:
        return
    line, certificate = found
    now = datetime.fromtimestamp(boot.power_on_s, tz=UTC)
    for fault in _faults(certificate, urlsplit(url).hostname or "", now, boot.authorities):
        alert = f"; {sessions[-1].alert}" if sessions[-1].alert else ""
        yield f"the machine did not take the web server's certificate ({line}): {fault}{alert}"


def _told(boot: Boot) -> str:
    """Give the HTTPS URL that DHCP told firmware to boot, last; "" when it told none."""
    told = (each.bootfile for each in boot.of(DhcpMessage) if each.kind.grants)
    return next((each for each in reversed([*told]) if each.lower().startswith(f"{_HTTPS}:")), "")


def _shown(boot: Boot) -> tuple[Place, Described] | None:
    """Give the one certificate that the site's web server shows, and where its file says so."""
    daemon = boot.server(Role.HTTP)
    settings = daemon.settings.get(_SETTING, ())
    found = [e for each in settings for e in places(boot.site, daemon.files, rf"^\s*{each}\s")]
    if len(found) != 1:
        return None
    file = found[0].text.split()[-1].rstrip(";").strip("\"'")
    # A web server looks for it beside its main configuration.
    path = str(Path("/", daemon.configuration).parent / file).lstrip("/")
    certificate = described(boot.site.read(path).encode()) if boot.site.has(path) else None
    return None if certificate is None else (found[0], certificate)


def _faults(
    certificate: Described, host: str, now: datetime, authorities: tuple[str, ...]
) -> Iterator[str]:
    if now > certificate.ends:
        yield f"it has expired on {certificate.ends:%Y-%m-%d}"
    if now < certificate.begins:
        yield f"it is not valid before {certificate.begins:%Y-%m-%d}"
    if not certificate.is_for(host):
        yield f"it is for {', '.join(certificate.names) or 'no name'}, and was asked as {host}"
    if not any(certificate.is_issued_by(each.encode()) for each in authorities):
        yield f"it is signed by {certificate.issuer}, an authority that the machine does not know"
