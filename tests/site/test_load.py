"""A wrong `site.toml` is told with its line, the wrong word and what is allowed."""

import codecs
import json
import os
from collections.abc import Callable
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path
from uuid import UUID

import pytest

from harness.errors import SiteError
from harness.evidence.site_copy import bare
from harness.evidence.values import from_json, to_json
from harness.model import machine_uuid
from harness.services.registry import check_site, load_site
from harness.site import Site
from harness.site.menu import EntryKind

Edit = Callable[[str, str], int]


def refusal(site_dir: Path) -> SiteError:
    """Give the error that loading the site ends with."""
    with pytest.raises(SiteError) as caught:
        load_site(site_dir)
    return caught.value


def test_the_reference_site_loads(site: Site) -> None:
    assert site.name == "showmax"
    assert site.server.ipv4 == IPv4Interface("192.0.2.1/24")
    assert site.server.ipv6 == IPv6Interface("2001:db8::1/64")
    assert site.loaders["x64-http"] == "ipxe.efi"
    assert list(site.menu.entries) == [
        *("showmax", "sysrescd", "grml", "gparted", "efishell", "ipxeconfig")
    ]


def test_an_entry_has_its_words_and_files(site: Site) -> None:
    grml = site.menu.entries["grml"]
    assert (grml.text, grml.boots) == ("GRML", EntryKind.PAYLOAD)
    assert grml.files == ("grml/vmlinuz.grml", "grml/initrd.grml.img")
    assert "root=/dev/nfs" in grml.cmdline
    assert "BOOTIF=01-52-54-00-ab-cd-ef" in grml.expected_words("52:54:00:AB:CD:EF")


def test_the_legacy_menu_lacks_the_efi_shell(site: Site) -> None:
    uefi = [entry.id for entry in site.menu.shown("uefi")]
    bios = [entry.id for entry in site.menu.shown("bios")]
    assert set(uefi) - set(bios) == {"efishell"}


@pytest.mark.parametrize(
    ("old", "new", "what", "cure"),
    [
        (
            "timeout_s = 5",
            "timeuot_s = 5",
            "unknown key 'timeuot_s' in [menu]",
            "did you mean 'timeout_s'? allowed here: default, entries,",
        ),
        (
            'interface = "eth0"',
            'interfaces = "eth0"',
            "unknown key 'interfaces' in [server]",
            "did you mean 'interface'?",
        ),
        (
            'kernel = "grml/',
            'kernal = "grml/',
            "unknown key 'kernal' in [menu.entries.grml]",
            "did you mean 'kernel'?",
        ),
        (
            'x64-tftp = "',
            'x64-tfpt = "',
            "'x64-tfpt' is unknown as 'x64-tfpt' in [loaders]",
            "did you mean 'x64-tftp'?",
        ),
        (
            'boots = "shell"',
            'boots = "shel"',
            "'shel' is unknown as 'boots' in [menu.entries.efishell]",
            "did you mean 'shell'? allowed here: payload, shell, config",
        ),
        (
            '"radvd"',
            '"ravdd"',
            "'ravdd' is unknown as item 3 of [daemons]",
            "did you mean 'radvd'? allowed here: dhcpd4, dhcpd6, kea4, kea6, radvd,",
        ),
    ],
)
def test_a_wrong_word_is_named_with_what_was_meant(
    old: str, new: str, what: str, cure: str, site_dir: Path, edit: Edit
) -> None:
    line = edit(old, new)
    error = refusal(site_dir)
    assert str(error).startswith(f"{site_dir}/site.toml:{line}: {what}")
    assert cure in str(error)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            "timeout_s = 5",
            'timeout_s = "5"',
            "'timeout_s' in [menu] must be a whole number, not text ('5')",
        ),
        (
            "timeout_s = 5",
            "timeout_s = true",
            "'timeout_s' in [menu] must be a whole number, not true or false (True)",
        ),
        (
            "timeout_s = 5",
            "timeout_s = 5000",
            "'timeout_s' in [menu] must be at most 3600, not 5000",
        ),
        ("timeout_s = 5", "timeout_s = -1", "'timeout_s' in [menu] must be at least 0, not -1"),
        (
            'firmware = ["uefi"]',
            "firmware = []",
            "'firmware' in [menu.entries.efishell] must not be empty",
        ),
        ('text = "GRML"', 'text = ""', "'text' in [menu.entries.grml] must not be empty"),
        (
            'text = "GRML"',
            'text = "GR\\tML"',
            "'text' in [menu.entries.grml] must be one line of text, not 'GR\\tML'",
        ),
        (
            "daemons = [",
            'secrets = ["abc"]\ndaemons = [',
            "item 1 of [secrets] must have at least 4 characters",
        ),
        (
            'name = "showmax"',
            "name = 1979-05-27",
            "'name' in the file's first part must be text in quotes, not a date or time",
        ),
        (
            'firmware = ["uefi"]',
            'firmware = "uefi"',
            "'firmware' in [menu.entries.efishell] must be a list, [...], not text",
        ),
        ('ipv4 = "192.0.2.1/24"', 'ipv4 = "192.0.2.1"', "'ipv4' in [server]: '192.0.2.1' is not "),
        ('ipv4 = "192.0.2.1/24"', 'ipv4 = "2001:db8::1/64"', "'ipv4' in [server]: "),
        (
            'data_root = "srv/tftp"',
            'data_root = "../tftp"',
            "'data_root' in [files]: '../tftp' is not a path below the root",
        ),
        (
            "[menu.entries.grml]",
            '[menu.entries."gr ml"]',
            "'gr ml' in [menu.entries]: 'gr ml' is not a name",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_is_wanted(
    old: str, new: str, what: str, site_dir: Path, edit: Edit
) -> None:
    line = edit(old, new)
    assert str(refusal(site_dir)).startswith(f"{site_dir}/site.toml:{line}: {what}")


def test_a_value_of_several_lines_is_found_where_it_begins(site_dir: Path, edit: Edit) -> None:
    edit('"live-media-path=/live/grml64-full/"', "17")
    error = refusal(site_dir)
    assert error.what.endswith(
        "item 4 of [menu.entries.grml.cmdline] must be text in quotes, not a whole number (17)"
    )
    text = (site_dir / "site.toml").read_text()
    assert error.line is not None
    assert text.split("\n")[error.line - 1] == "cmdline = ["


def test_a_word_has_no_space(site_dir: Path, edit: Edit) -> None:
    edit('"live-media-path=/live/grml64-full/"', '"live media"')
    said = "item 4 of [menu.entries.grml.cmdline] must be one word, not 'live media'"
    assert refusal(site_dir).what.endswith(said)


def test_a_missing_key_is_placed_at_its_table(site_dir: Path, edit: Edit) -> None:
    table = edit("[menu]", "[menu]")
    edit('default = "showmax"', "")
    assert str(refusal(site_dir)).startswith(
        f"{site_dir}/site.toml:{table}: 'default' is missing from [menu]\n"
        "  cure: leave [menu] and its entries out where it waits for a key: `harness learn` "
    )


def test_all_mistakes_are_told_at_once(site_dir: Path, edit: Edit) -> None:
    first = edit('interface = "eth0"', 'iface = "eth0"')
    second = edit('text = "GRML"', "text = 1")
    error = refusal(site_dir)
    assert error.line == first
    assert f"also site.toml:{second}: 'text' in [menu.entries.grml] must be text" in str(error)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("timeout_s = 5", "timeout_s = ", "Invalid value"),
        ("[menu]", "[menu", "Expected ']'"),
        ('name = "showmax"', 'name = "showmax', "Illegal character"),
    ],
)
def test_what_is_not_toml_is_placed_on_its_line(
    old: str, new: str, reason: str, site_dir: Path, edit: Edit
) -> None:
    line = edit(old, new)
    error = refusal(site_dir)
    assert error.line == line
    assert f"this is not TOML: {reason}" in str(error)


def test_an_unfinished_text_is_placed_on_the_last_line(site_dir: Path) -> None:
    path = site_dir / "site.toml"
    path.write_text(path.read_text() + '\nx = """never ended')
    assert refusal(site_dir).line == path.read_text().count("\n") + 1


def test_a_directory_without_the_file_says_what_to_write(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert error.path == tmp_path / "site.toml"
    assert "docs/site.md" in error.cure


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no such directory" in str(refusal(tmp_path / "nowhere"))


def test_bytes_that_are_no_text_are_refused(site_dir: Path) -> None:
    (site_dir / "site.toml").write_bytes(b'name = "\xff"\n')
    assert "not UTF-8 text" in str(refusal(site_dir))


def a_file(place: Path) -> None:
    place.write_text("")


def a_loop(place: Path) -> None:
    place.symlink_to(place.name)


def a_dangling_link(place: Path) -> None:
    place.symlink_to("nowhere")


PLACES = [
    (a_loop, "a link that leads in a circle"),
    (os.mkfifo, "a named pipe"),
    (a_dangling_link, "a link that leads nowhere (nowhere)"),
]


@pytest.mark.parametrize(("made", "said"), [(a_file, "a file"), *PLACES])
def test_what_stands_in_a_sites_place_is_named(
    made: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    made(tmp_path / "site")
    assert refusal(tmp_path / "site").what == f"{tmp_path}/site: this is {said}, not a directory"


@pytest.mark.parametrize(("made", "said"), [(Path.mkdir, "a directory"), *PLACES])
def test_what_stands_in_the_files_place_is_named(
    made: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    made(tmp_path / "site.toml")
    assert refusal(tmp_path).what == f"{tmp_path}/site.toml: this is {said}, not a file"


def test_a_byte_order_mark_does_no_harm(site_dir: Path, edit: Edit) -> None:
    path = site_dir / "site.toml"
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    assert load_site(site_dir).name == "showmax"
    line = edit("timeout_s = 5", "timeout_s = -1")
    assert refusal(site_dir).line == line


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("hosts/{mac}.ipxe", "hosts/52:54:00:ab:cd:ef.ipxe"),
        ("hosts/{mac:hexhyp}.ipxe", "hosts/52-54-00-ab-cd-ef.ipxe"),
        ("hosts/{mac:hexraw}.ipxe", "hosts/525400abcdef.ipxe"),
        ("hosts/{uuid}.ipxe", f"hosts/{machine_uuid('52:54:00:ab:cd:ef')}.ipxe"),
    ],
)
def test_a_machine_script_has_the_machines_own_name(
    name: str, file: str, site_dir: Path, edit: Edit
) -> None:
    edit('machine_script = "script.ipxe-{mac}"', f'machine_script = "{name}"')
    site = load_site(site_dir)
    assert site.machine_script_path("52:54:00:AB:CD:EF") == f"srv/tftp/{file}"
    assert site.machine_script_name("52:54:00:AB:CD:EF") == file


def test_a_name_that_nothing_fills_in_is_refused(site_dir: Path, edit: Edit) -> None:
    line = edit('"script.ipxe-{mac}"', '"script.ipxe-{colour}"')
    assert str(refusal(site_dir)).startswith(
        f"{site_dir}/site.toml:{line}: 'machine_script' in [files]: '{{colour}}' is not filled in; "
        "allowed here: {mac}, {mac:hexhyp}, {mac:hexraw}, {uuid}, {serial}, {asset}"
    )


def test_a_menu_loaders_and_a_name_need_not_be_told(site_dir: Path) -> None:
    (site_dir / "site.toml").write_text(
        'daemons = ["dhcpd4", "tftpd"]\n'
        '[server]\ninterface = "eth0"\nhostname = "boot"\nipv4 = "192.0.2.1/24"\n'
    )
    site = load_site(site_dir)
    check_site(site)
    assert (site.name, site.script, site.loaders) == (site_dir.name, "", {})
    assert not site.menu.entries


def test_the_script_of_a_menu_has_a_usual_name(site_dir: Path, edit: Edit) -> None:
    edit('script = "script.ipxe"\n', "")
    assert load_site(site_dir).script == "script.ipxe"


MACHINE = """
[machines.by-asset]
mac = "52-54-00-60-00-0A"
uuid = "7d3f9a52-0c4e-4b8f-9d0a-60f00000aa02"
serial = "CZJ93105XK"
asset = "IT 4711"
kind = "bios-ipxe-rom"

[machines.another]
"""


def test_a_machine_is_known_by_its_mac_address(site_dir: Path) -> None:
    path = site_dir / "site.toml"
    path.write_text(path.read_text() + MACHINE)
    site = load_site(site_dir)
    known, other = site.machines.values()
    assert site.machine_of("52:54:00:60:00:0a") is known
    assert (known.serial, known.asset, known.uuid) == (
        "CZJ93105XK",
        "IT 4711",
        UUID("7d3f9a52-0c4e-4b8f-9d0a-60f00000aa02"),
    )
    assert [path.id for path in known.paths] == ["bios-ipxe-rom"]
    # What is left out is made up, the same each time.
    assert other == load_site(site_dir).machines["another"]
    assert len(other.paths) > 5
    assert site.machine_of("52:54:00:00:00:0b").name == ""


def test_a_known_machine_asks_for_its_script_by_its_labels(site_dir: Path, edit: Edit) -> None:
    edit('"script.ipxe-{mac}"', '"{serial}/{asset}/{uuid}.ipxe"')
    path = site_dir / "site.toml"
    path.write_text(path.read_text() + MACHINE)
    name = load_site(site_dir).machine_script_name("52:54:00:60:00:0A")
    assert name == "CZJ93105XK/IT 4711/7d3f9a52-0c4e-4b8f-9d0a-60f00000aa02.ipxe"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("mac", "52:54:00:12:34", "is not a card's MAC address"),
        ("mac", "01:54:00:12:34:56", "is not a card's MAC address"),
        ("uuid", "4711", "is not a UUID"),
        ("kind", "x64-tftp", "is unknown as 'kind'"),
    ],
)
def test_what_is_no_machine_is_refused(key: str, value: str, said: str, site_dir: Path) -> None:
    path = site_dir / "site.toml"
    path.write_text(f'{path.read_text()}\n[machines.one]\n{key} = "{value}"\n')
    assert said in str(refusal(site_dir))


def test_hosts_beyond_the_lab_have_a_stand_in(site_dir: Path) -> None:
    path = site_dir / "site.toml"
    hosts = '"Mirror.example" = "payload"\n"1.1.1.1" = "/srv/elsewhere"\n"2001:db8::7" = "srv/six"'
    path.write_text(f"{path.read_text()}\n[outside]\n{hosts}\n")
    assert load_site(site_dir).outside == {
        "mirror.example": "payload",
        "1.1.1.1": "srv/elsewhere",
        "2001:db8::7": "srv/six",
    }


def test_a_url_is_no_host(site_dir: Path) -> None:
    path = site_dir / "site.toml"
    path.write_text(f'{path.read_text()}\n[outside]\n"http://mirror.example" = "payload"\n')
    assert "without scheme and port" in str(refusal(site_dir))


def test_machines_and_what_is_laid_are_kept_in_a_bundle(site_dir: Path) -> None:
    path = site_dir / "site.toml"
    more = '[laid]\n"srv/tftp/k" = "kernel-ia32"\n[outside]\n"a.example" = "payload"\n'
    path.write_text(path.read_text() + MACHINE + more)
    site = bare(load_site(site_dir))
    assert from_json(Site, json.loads(json.dumps(to_json(site)))) == site
    assert site.machines
    assert site.laid


def test_the_words_of_failed_programs_are_kept_in_a_bundle(site_dir: Path) -> None:
    """A lab's guests look for them."""
    site = bare(load_site(site_dir))
    assert "reinstall: FAILED" in site.failures
    assert from_json(Site, json.loads(json.dumps(to_json(site)))).failures == site.failures


def test_an_empty_word_would_make_every_line_a_failure(site_dir: Path, edit: Edit) -> None:
    edit("failures = [", 'failures = ["", ')
    assert "item 1 of [failures] must not be empty" in str(refusal(site_dir))
