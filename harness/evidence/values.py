"""Values to JSON and back: frozen dataclasses, enums, addresses, bytes, and what holds them.

A field is written under its own name, so the classes are the format. Reading takes what it
knows: a field that is not there has its default, one that nobody knows is left alone.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from pathlib import PurePath
from types import NoneType, UnionType
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from harness.machines import MACHINES, Machine

_T = TypeVar("_T")
_AS_TEXT = (IPv4Address, IPv4Interface, IPv6Interface, PurePath, UUID)
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
        return {str(to_json(key)): to_json(each) for key, each in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(str(to_json(each)) for each in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_json(each) for each in value]
    return value


def from_json(kind: type[_T], value: object) -> _T:
    """Read a value of this kind, or raise an UnreadableValueError."""
    try:
        return cast("_T", _read(kind, value, kind.__name__))
    except UnreadableValueError:
        raise
    except (TypeError, ValueError, KeyError) as error:
        raise UnreadableValueError(f"{kind.__name__}: {error}") from error


def _read(kind: object, value: object, place: str) -> object:
    origin, kinds = get_origin(kind) or kind, get_args(kind)
    if origin in (UnionType, Union):
        if value is None and NoneType in kinds:
            return None
        named = [each for each in kinds if each is not NoneType]
        return _read(named[0] if len(named) == 1 else _one_of(named, value, place), value, place)
    if not isinstance(origin, type) or not kinds:
        return _read_plain(cast("type", kind), value, place)
    if issubclass(origin, Mapping):
        items = _taken(dict, value, place).items()
        return {_key(kinds[0], key): _read(kinds[1], each, f"{place}.{key}") for key, each in items}
    values = _taken(list, value, place)
    if not issubclass(origin, tuple) or Ellipsis in kinds:
        kinds = kinds[:1] * len(values)
    read = (
        _read(each_kind, each, f"{place}[{number}]")
        for number, (each_kind, each) in enumerate(zip(kinds, values, strict=True))
    )
    return frozenset(read) if issubclass(origin, AbstractSet) else tuple(read)


def _key(kind: object, key: str) -> object:
    """Read the key of an object: an enum's member where it is one's value, else the text."""
    return kind(key) if isinstance(kind, type) and issubclass(kind, Enum) else key


def _one_of(kinds: Sequence[type], value: object, place: str) -> type:
    """Give the dataclass that a value is of: the one whose own fields it has."""
    found = _taken(dict, value, place)
    for kind in kinds:
        needed = (each.name for each in fields(kind) if each.default is MISSING)
        if all(name in found for name in needed):
            return kind
    names = " or ".join(kind.__name__ for kind in kinds)
    raise UnreadableValueError(f"{place}: {value!r} is not {names}")


def _read_plain(kind: type, value: object, place: str) -> object:
    if kind in _BY_ID:
        return _BY_ID[kind][_taken(str, value, place)]
    if is_dataclass(kind):
        found, hints = _taken(dict, value, place), get_type_hints(kind)
        names = [each.name for each in fields(kind) if each.name in found]
        return kind(**{name: _read(hints[name], found[name], f"{place}.{name}") for name in names})
    if kind is bytes:
        return bytes.fromhex(_taken(str, value, place))
    if issubclass(kind, _AS_TEXT):
        return kind(_taken(str, value, place))
    if issubclass(kind, Enum):
        return kind(value)
    if kind is float:
        return float(value if isinstance(value, int) else _taken(float, value, place))
    return _taken(kind, value, place)


def _taken(kind: type[_T], value: object, place: str) -> _T:
    if not isinstance(value, kind):
        raise UnreadableValueError(f"{place}: {value!r} is not {kind.__name__}")
    return value
