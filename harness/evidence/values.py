"""Values to JSON and back: frozen dataclasses, enums, addresses, bytes, and what holds them.

A field is written under its own name, so the classes are the format. Reading takes what it
knows: a field that is not there has its default, one that nobody knows is left alone.
"""

import types
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import PurePath
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

from harness.machines import MACHINES, Machine

_T = TypeVar("_T")
_AS_TEXT = (IPv4Interface, IPv6Interface, PurePath)
_BY_ID: Mapping[type, Mapping[str, object]] = {Machine: MACHINES}
"""Classes of which one object stands for each id: the id is written."""


class UnreadableValueError(ValueError):
    """JSON that is not what it should be: says where, and what was expected."""


def to_json(value: object) -> object:
    """Give what `json` can write of a value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, _AS_TEXT):
        return str(value)
    if type(value) in _BY_ID:
        return next(id for id, each in _BY_ID[type(value)].items() if each is value)
    if is_dataclass(value):
        return {each.name: to_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(each) for key, each in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(str(to_json(each)) for each in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_json(each) for each in value]
    return value


def from_json(kind: type[_T], value: object, *, place: str = "") -> _T:
    """Read a value of this kind.

    Raises:
        UnreadableValueError: it is not one.
    """
    try:
        return cast("_T", _read(kind, value, place))
    except (TypeError, ValueError, KeyError) as error:
        if isinstance(error, UnreadableValueError):
            raise
        name = getattr(kind, "__name__", str(kind))
        raise UnreadableValueError(f"{place or name}: {error}") from error


def _read(kind: object, value: object, place: str) -> object:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        return _read_optional(arguments, value, place)
    if isinstance(kind, type) and kind in _BY_ID:
        return _BY_ID[kind][_taken(str, value, place)]
    if isinstance(kind, type) and is_dataclass(kind):
        return _read_fields(kind, value, place)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        items = _taken(dict, value, place).items()
        return {key: _read(arguments[1], each, f"{place}.{key}") for key, each in items}
    if isinstance(origin, type) and issubclass(origin, Sequence | AbstractSet):
        return _read_several(origin, arguments, _taken(list, value, place), place)
    return _read_plain(kind, value, place)


def _read_several(
    origin: type, kinds: tuple[object, ...], values: list[object], place: str
) -> object:
    """Read a tuple, whose values are each of its kind or all of one, or a set."""
    is_fixed = issubclass(origin, tuple) and Ellipsis not in kinds
    each_kind = kinds if is_fixed else kinds[:1] * len(values)
    read = tuple(
        _read(kind, value, f"{place}[{number}]")
        for number, (kind, value) in enumerate(zip(each_kind, values, strict=True))
    )
    return frozenset(read) if issubclass(origin, AbstractSet) else read


def _read_optional(kinds: tuple[object, ...], value: object, place: str) -> object:
    if value is None and type(None) in kinds:
        return None
    (kind,) = (each for each in kinds if each is not type(None))
    return _read(kind, value, place)


def _read_fields(kind: type, value: object, place: str) -> object:
    found, hints = _taken(dict, value, place), get_type_hints(kind)
    return kind(
        **{
            each.name: _read(hints[each.name], found[each.name], f"{place}.{each.name}")
            for each in fields(kind)
            if each.name in found
        }
    )


def _read_plain(kind: object, value: object, place: str) -> object:
    if kind is bytes:
        return bytes.fromhex(_taken(str, value, place))
    if isinstance(kind, type) and issubclass(kind, _AS_TEXT):
        return kind(_taken(str, value, place))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float:
        return float(value if isinstance(value, int) else _taken(float, value, place))
    return _taken(cast("type", kind), value, place)


def _taken(kind: type[_T], value: object, place: str) -> _T:
    if not isinstance(value, kind):
        raise UnreadableValueError(f"{place}: {value!r} is not {kind.__name__}")
    return value
