"""The `Boot` object of a ComputerSystem: what a start is to go by instead of its order."""

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from harness.bmc.chassis import HTTP, Override
from harness.bmc.redfish.message import JsonObject, RefusedRequestError

_TARGETS = {"None": "", "Pxe": "network", "Hdd": "disk", "BiosSetup": "setup", "UefiHttp": HTTP}
_NAMES = {device: name for name, device in _TARGETS.items()}
_ENABLED = {"Disabled": (False, False), "Once": (True, False), "Continuous": (True, True)}
"""Whether it is set, and whether it stays."""
_ENABLED_NAMES = {states: name for name, states in _ENABLED.items()}
_LONGEST_URI = 255
"""As long as edk2's own form for an HTTP Boot address takes one (`URI_STR_MAX_SIZE`)."""

_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
"""RFC 3986's characters."""


def boot_object(override: Override, *, is_uefi: bool) -> JsonObject:
    """Show an override, and what it can be on such a machine."""
    state = override.is_set, override.is_set and override.is_persistent
    shown: JsonObject = {
        "BootSourceOverrideEnabled": _ENABLED_NAMES[state],
        "BootSourceOverrideEnabled@Redfish.AllowableValues": list(_ENABLED),
        "BootSourceOverrideTarget": _NAMES[override.device],
        "BootSourceOverrideTarget@Redfish.AllowableValues": _targets(is_uefi=is_uefi),
        "BootSourceOverrideMode": _mode(is_uefi=is_uefi),
        "BootSourceOverrideMode@Redfish.AllowableValues": [_mode(is_uefi=is_uefi)],
    }
    return shown | ({"HttpBootUri": override.uri or None} if is_uefi else {})


def patched(override: Override, boot: Mapping[str, object], *, is_uefi: bool) -> Override:
    """Give the override with these properties of a `Boot` object.

    Raises:
        RefusedRequestError: one is unknown, or has a value that it can't have.
    """
    for name, value in boot.items():
        if "@" in name:
            continue  # an annotation, as it was read
        about = f"Boot/{name}"
        if name == "BootSourceOverrideEnabled":
            is_set, is_persistent = _ENABLED[chosen(value, list(_ENABLED), about)]
            override = replace(override, is_set=is_set, is_persistent=is_persistent)
        elif name == "BootSourceOverrideTarget":
            target = chosen(value, _targets(is_uefi=is_uefi), about, why=_why_not(value, is_uefi))
            override = replace(override, device=_TARGETS[target])
        elif name == "BootSourceOverrideMode":
            chosen(value, [_mode(is_uefi=is_uefi)], about)
        elif name == "HttpBootUri":
            override = replace(override, uri=_uri(value, is_uefi=is_uefi))
        else:
            raise unknown_property(about)
    return override if override.device else replace(override, is_set=False)


def chosen(value: object, allowed: list[str], about: str, *, why: str = "") -> str:
    """Give a value that is one of those allowed; raises a RefusedRequestError otherwise."""
    if not isinstance(value, str):
        raise wrong_type(value, about, "a string")
    if value not in allowed:
        raise RefusedRequestError(
            HTTPStatus.BAD_REQUEST,
            "PropertyValueNotInList",
            f"{about} cannot be {value[:80]!r}{why}",
            cure=f"One of: {', '.join(allowed)}.",
            args=(value, about.rpartition("/")[2]),
            about=about,
        )
    return value


def wrong_type(value: object, about: str, wanted: str) -> RefusedRequestError:
    """Say that a property is of the wrong type."""
    return RefusedRequestError(
        HTTPStatus.BAD_REQUEST,
        "PropertyValueTypeError",
        f"{about or 'the body'} is not {wanted}",
        args=(value[:80] if isinstance(value, str) else "", about.rpartition("/")[2]),
        about=about,
    )


def unknown_property(about: str) -> RefusedRequestError:
    """Say that there is no such property, or that nobody can set it."""
    return RefusedRequestError(
        HTTPStatus.BAD_REQUEST,
        "PropertyUnknown",
        f"{about[:80]} is not a property that can be set",
        args=(about.rpartition("/")[2],),
        about=about,
    )


def _targets(*, is_uefi: bool) -> list[str]:
    return [name for name, device in _TARGETS.items() if is_uefi or device != HTTP]


def _mode(*, is_uefi: bool) -> str:
    return "UEFI" if is_uefi else "Legacy"


def _why_not(target: object, is_uefi: bool) -> str:
    is_for_uefi = not is_uefi and target == _NAMES[HTTP]
    return ": the machine has a BIOS, only UEFI firmware can" if is_for_uefi else ""


def _uri(value: object, *, is_uefi: bool) -> str:
    """Give a URI that UEFI firmware takes, or none."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise wrong_type(value, "Boot/HttpBootUri", "a string")
    if not is_uefi:
        raise _refused_uri(value, "the machine has a BIOS, which fetches none")
    if len(value) > _LONGEST_URI:
        raise _refused_uri(value, f"it is longer than {_LONGEST_URI} characters")
    if not _URI.fullmatch(value):
        raise _refused_uri(value, "it has characters that no URI has: write them as %20 and so on")
    try:
        parts = urlsplit(value)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise _refused_uri(value, str(error)) from error
    if parts.scheme not in ("http", "https"):
        raise _refused_uri(value, "firmware fetches by http or https only")
    if not is_whole:
        raise _refused_uri(value, "it names no host, or no port that there is")
    return value


def _refused_uri(value: str, why: str) -> RefusedRequestError:
    return RefusedRequestError(
        HTTPStatus.BAD_REQUEST,
        "PropertyValueFormatError",
        f"no firmware boots from {value[:80]!r}: {why}",
        cure="Give a URI as http://boot.example/boot.efi, or null: then DHCP says what to fetch.",
        args=(value[:80], "HttpBootUri"),
        about="Boot/HttpBootUri",
    )
