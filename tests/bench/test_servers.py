"""What is said of labs with other DHCP servers, and of asking."""

from harness.services.registry import load_site
from tools.bench.command import SITE_DIR
from tools.bench.servers import Samples, sites, summary


def samples(ask_s: float) -> Samples:
    return {
        "up, ISC": [0.2, 0.4],
        "up, kea": [0.3, 0.6],
        "up, dnsmasq": [0.1, 0.2],
        "harness ask, each kind of client": [ask_s, ask_s],
    }


def test_other_servers_are_set_against_isc_s_run_by_run() -> None:
    figures = {each.name: each.measured.median for each in summary(samples(2.0)).figures}
    assert round(figures["lab up, kea / ISC"], 3) == 1.5
    assert round(figures["lab up, dnsmasq / ISC"], 3) == 0.5


def test_asking_has_a_bar() -> None:
    assert summary(samples(3.0)).is_met
    assert not summary(samples(3.1)).is_met


def test_there_is_a_site_for_each() -> None:
    found = sites(load_site(SITE_DIR))
    assert list(found) == ["ISC", "kea", "dnsmasq"]
    assert found["dnsmasq"].name == "showmax-dnsmasq"
