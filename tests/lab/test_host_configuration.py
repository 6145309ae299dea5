"""Nothing that this host has configured for itself shows through in a lab."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.lab import Lab, LabOptions
from harness.services.nginx import Nginx
from harness.services.registry import load_site
from harness.site import Site

HOST = Path("/etc/alternatives")
"""Where every Debian has something."""
SITES = Path(__file__).parents[2] / "fixtures/sites"


@pytest.fixture
def bench() -> Site:
    """Give a site that has no nginx.conf, without the loaders that would have to be fetched."""
    return replace(load_site(SITES / "repairbench"), supply={})


def listed(lab: Lab, place: str) -> list[str]:
    """Name what a daemon finds in a directory."""
    done = lab.namespace.run(["find", place, "-mindepth", "1"], check=False)
    return sorted(done.output.splitlines()) if done.exit_code == 0 else []


def test_a_daemon_finds_the_site_s_configuration_alone(
    daemons: None,
    bench: Site,
    options: Callable[[str], LabOptions],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert any(HOST.iterdir())
    bench = bench.with_file("etc/alternatives/ours", "the site's")
    monkeypatch.setattr(Nginx, "hides", (*Nginx.hides, str(HOST.relative_to("/"))))
    with Lab(bench, options("hidden")) as lab:
        assert listed(lab, str(HOST)) == [f"{HOST}/ours"]
        assert listed(lab, "/etc/nginx/sites-enabled") == ["/etc/nginx/sites-enabled/netboot"]
        assert listed(lab, "/etc/dhcp") == ["/etc/dhcp/dhcpd.conf"]
        assert listed(lab, "/srv") == listed_in(bench, "srv")
        (_, *configured) = lab.namespace.run(["nginx", "-T", "-q"]).output.split("# configuration ")
        assert "sites-enabled" in configured[0]


def test_without_that_the_host_s_own_is_found(
    daemons: None, bench: Site, options: Callable[[str], LabOptions]
) -> None:
    """Show that the test above can fail."""
    with Lab(bench, options("shown")) as lab:
        assert len(listed(lab, str(HOST))) > 1


def listed_in(site: Site, top: str) -> list[str]:
    """Name what the site itself has in a top-level directory."""
    return sorted(f"/{each.relative_to(site.dir)}" for each in (site.dir / top).rglob("*"))
