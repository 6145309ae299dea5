"""What counts as naming a fault: its line, or itself where it is in no line; nothing else."""

import pytest

from tools.blame.naming import Naming, Wrong, changed_lines, cited

OLD = """class "pxe" {
  match if true;
  next-server 192.0.2.1;
}
option a;
option b;
"""


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("192.0.2.1", "192.0.2.2", {3}),
        ("option a;", "option a;\nignore booting;", {6}),
        ("option b;", "option c;\noption d;", {6, 7}),
        # What is gone has no line: those beside it, and what opens the block that lacks it.
        ("  next-server 192.0.2.1;\n", "", {1, 2, 3}),
        ("option a;\n", "", {4, 5}),
        ("option b;\n", "", {5}),
        ("option a;\noption b;", "option c;", {4, 5}),
    ],
)
def test_the_lines_that_were_changed(old: str, new: str, lines: set[int]) -> None:
    found = changed_lines("etc/f", OLD, OLD.replace(old, new))
    assert found == {f"etc/f:{line}" for line in lines}


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("etc/dhcp/dhcpd.conf:17: warning: a name is not there", {"etc/dhcp/dhcpd.conf:17"}),
        ("it has x (filename, etc/f.conf:3 and etc/f.conf:5)", {"etc/f.conf:3", "etc/f.conf:5"}),
        ("srv/tftp/a.ipxe:55-57 goes round", {f"srv/tftp/a.ipxe:{line}" for line in (55, 56, 57)}),
        ("srv/tftp/a.ipxe-52:54:00:12:34:56:4 goes", {"srv/tftp/a.ipxe-52:54:00:12:34:56:4"}),
        ("srv/tftp/52:54:00:00:00:07.cfg:4 names it", {"srv/tftp/52:54:00:00:00:07.cfg:4"}),
        ("GET http://192.0.2.1:8080/a over IPv4 (frame 5), :69 and ::1:22", set()),
        ("the file srv/tftp/a.ipxe has no command", set()),
    ],
)
def test_the_places_that_a_cause_names(said: str, places: set[str]) -> None:
    assert cited(said) == places


WRONG = Wrong(
    lines=frozenset({"etc/f:3"}), beside=frozenset({"etc/g:1"}), daemons=("radvd",), names="router"
)


@pytest.mark.parametrize(
    ("said", "naming"),
    [
        ("the router is wrong (etc/f:3)", Naming.FAULT),
        ("the router is wrong (etc/f:3), see etc/h:1", Naming.FAULT),
        ("the router is wrong", Naming.WORDS),
        ("the router is wrong (etc/g:1)", Naming.WORDS),
        ("the switch is wrong (etc/f:3)", Naming.NOTHING),
        ("no menu", Naming.NOTHING),
        ("the router is wrong (etc/f:4)", Naming.OTHER),
        ("the router: dhcpd -4 was stopped after frame 3", Naming.OTHER),
        ("the router: the DNS server does not listen: 192.0.2.1 port 53", Naming.OTHER),
        ("no router: radvd is silent", Naming.WORDS),
        # The copy gives the edit away: that is no analysis.
        ("no menu; changed since it was approved: etc/f:3 is 'router'", Naming.NOTHING),
        ("it differs:\n  - answer  router  # etc/f:3", Naming.NOTHING),
    ],
)
def test_what_a_first_cause_names(said: str, naming: Naming) -> None:
    assert WRONG.naming(said) is naming


@pytest.mark.parametrize(
    ("said", "naming"),
    [
        ("the link tap0 was cut", Naming.FAULT),
        ("the link tap0 was cut; etc/f:3 names the file", Naming.FAULT),
        ("the machine never came to its network boot", Naming.NOTHING),
        ("nginx was stopped before this machine asked", Naming.OTHER),
    ],
)
def test_what_is_in_no_line_is_named_by_its_words(said: str, naming: Naming) -> None:
    assert Wrong(names="link .* was cut").naming(said) is naming
