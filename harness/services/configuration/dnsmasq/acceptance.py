"""Whom dnsmasq serves by its options, and by which line it turns others away."""

import re
from collections.abc import Iterator, Mapping, Sequence

from harness.daemon_facts import Acceptance
from harness.services.configuration.dnsmasq.options import SETTERS, Option, options, tags_asked
from harness.site.files import Files

_MAC = re.compile(r"(?:1-)?([0-9a-f]{2}(?:[:-](?:[0-9a-f]{2}|\*)){5})")


def accepts(files: Files) -> Acceptance:
    """Say whom it serves: all, or those with a `dhcp-host` or `dhcp-mac` that sets a tag."""
    given = options(files)
    hosts = {each: _macs(each.fields) for each in given if each.name == "dhcp-host"}
    marked = {each: _macs(each.fields) for each in given if each.name == "dhcp-mac"}
    ranges = [e for e in given if e.name == "dhcp-range" and "proxy" not in e.untagged]
    known = tuple(
        mac for each, macs in hosts.items() if "ignore" not in each.fields for mac in macs
    )
    refused = dict(_refused(given, hosts | marked))
    by_class = tuple(_ignored_by_class(given))
    for each in given:
        wanted = [field[5:] for field in each.fields if field.startswith("tag:!")]
        if each.name == "dhcp-ignore" and wanted:
            tags = {f"set:{tag}" for tag in wanted}
            set_by = (
                m for o, macs in (hosts | marked).items() if tags & set(o.fields) for m in macs
            )
            named = known if "known" in wanted else tuple(set_by)
            if named or "known" in wanted:
                return Acceptance(
                    refusal=_words(each), macs=named, refused=refused, by_class=by_class
                )
    if ranges and all("static" in each.fields for each in ranges):
        refusal = f"{ranges[0].place} has a static range only"
        return Acceptance(refusal=refusal, macs=known, refused=refused, by_class=by_class)
    return Acceptance(macs=known, refused=refused, by_class=by_class)


def _ignored_by_class(given: Sequence[Option]) -> Iterator[str]:
    """Give the lines that ignore whom a class or option has tagged; `tag:!x`: whom none has."""
    tagging = [each for each in given if each.name in SETTERS - {"dhcp-mac"}]
    tags = {each.fields[0].removeprefix("set:").removeprefix("net:") for each in tagging}
    for each in given:
        asked = [field.removeprefix("tag:").lstrip("!") for field in each.fields]
        if each.name == "dhcp-ignore" and tags.intersection(asked):
            yield _words(each)
        # A range that is for machines with a tag gives nothing to others.
        only = [f for f in tags_asked(each) if each.name == "dhcp-range"]
        if only and only == asked[: len(only)]:
            yield _words(each)


def _refused(
    given: Sequence[Option], named: Mapping[Option, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Give the MAC addresses that are ignored, by themselves or by a tag, and by which line."""
    ignored = {
        f"set:{field[4:]}": each
        for each in given
        if each.name == "dhcp-ignore" and len(each.fields) == 1
        for field in each.fields
        if field.startswith("tag:") and not field.startswith("tag:!")
    }
    for each, macs in named.items():
        rules = [each] if "ignore" in each.fields else [ignored.get(f) for f in each.fields]
        for rule in filter(None, rules):
            yield from ((mac, _words(rule)) for mac in macs)


def _words(rule: Option) -> str:
    return f"{rule.place} has `{rule.name}={rule.value}`"


def _macs(fields: Sequence[str]) -> tuple[str, ...]:
    """Give the MAC addresses in an option, without what stars leave open at their end."""
    found = (_MAC.fullmatch(field.lower()) for field in fields)
    return tuple(match[1].replace("-", ":").rstrip(":*") for match in found if match is not None)
