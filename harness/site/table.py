"""The tables of a TOML file: what may stand in them, and errors that name the line and the cure."""

from collections.abc import Iterable
from pathlib import Path
from types import UnionType
from typing import Annotated, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import SiteError
from harness.site.lines import line_of_error, line_of_key, parse
from harness.site.problem import Problem, raise_all
from harness.site.wording import ONE_LINE, explained

Line = Annotated[str, Field(min_length=1, pattern=ONE_LINE)]
"""A text of one line."""
_ANY_KEY = "[key]"
"""How pydantic marks that the error is about a table's key, not its value."""


class Table(BaseModel):
    """A table of a file: no unknown keys, no types bent into others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    without: ClassVar[str] = ""
    """The cure where one of its keys has no value that is true: when to leave all of it out."""


Kind = TypeVar("Kind", bound=Table)


def read_tables(path: Path, text: str, kind: type[Kind], *, context: object = None) -> Kind:
    """Read the text of a file as tables of this kind; validators are handed the context.

    Raises:
        SiteError: it is not TOML, or says what cannot be meant.
    """
    try:
        values = parse(text)
    except (ValueError, RecursionError) as error:
        raise SiteError(
            f"this is not TOML: {error}", path=path, line=line_of_error(error, text)
        ) from error
    try:
        return kind.model_validate(values, context=context)
    except ValidationError as error:
        # A misspelt key is also a missing one: the spelling is the cause, so it comes first.
        refusals = sorted(error.errors(), key=lambda each: each["type"] == "missing")
        misspelt = refusals[0]["type"] != "missing"
        raise_all([_problem(each, path, text, kind, misspelt=misspelt) for each in refusals])
        raise


def _problem(
    error: ErrorDetails, path: Path, text: str, kind: type[Table], *, misspelt: bool
) -> Problem:
    keys = [key for key in error["loc"] if key != _ANY_KEY]
    table = _table_at(kind, keys[:-1])
    known = sorted(table.model_fields) if table else []
    without = table.without if table and not misspelt else ""
    what, cure = explained(error, keys, known_keys=known, without=without)
    return Problem(what=what, cure=cure, path=path, line=line_of_key(text, keys))


def _table_at(kind: type[Table], keys: Iterable[str | int]) -> type[Table] | None:
    model: object = kind
    for key in keys:
        if isinstance(model, type) and issubclass(model, Table):
            model = model.model_fields[str(key)].annotation
        else:
            model = get_args(model)[-1]
        if isinstance(model, UnionType):  # what may be left out
            model = get_args(model)[0]
    return model if isinstance(model, type) and issubclass(model, Table) else None
