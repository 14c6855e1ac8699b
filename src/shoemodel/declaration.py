"""Options declared as a dataclass: their help, their limits, and how they are written as text and as JSON.

A field is annotated with its limits (`annotated_types`), and with a `TextForm` where it has structure; the sentences
below its declaration are its help.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le

from shoemodel.errors import InputError

MAX_WHOLE = 2**53 - 1
"""Largest seed or count: every reader of JSON and every table takes it as it is."""


@dataclass(frozen=True)
class TextForm:
    """How a field with structure is written as text: on the command line, in a form and in a table."""

    form: str
    read: Callable[[str], Any]
    """Raises ValueError for what cannot be read."""
    write: Callable[[Any], str] = str


@cache
def hints(cls: type) -> dict[str, Any]:
    """Type of each field, with its limits and its form as text."""
    found = get_type_hints(cls, include_extras=True)
    return {field.name: found[field.name] for field in fields(cls)}


@cache
def helps(cls: type) -> dict[str, str]:
    """What each field is for: the sentences below its declaration, in one line."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0].body  # type: ignore[attr-defined]
    told = {}
    for node, below in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            told[node.target.id] = " ".join(str(below.value.value).split())  # type: ignore[union-attr]
    return told


def kind(cls: type, name: str) -> Any:
    """The plain type of a field, without its limits and without None: int, str, a Literal, a dataclass ..."""
    hint = hints(cls)[name]
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    inner = [part for part in get_args(hint) if part is not type(None)]
    return inner[0] if type(None) in get_args(hint) and len(inner) == 1 else hint


def form(cls: type, name: str) -> TextForm | None:
    """How a field with structure is written as text; None for plain numbers and words."""
    return next((extra for extra in get_args(hints(cls)[name]) if isinstance(extra, TextForm)), None)


def check(values: Any) -> None:
    """Raise InputError for the first value outside its field's words or limits."""
    cls: type = type(values)
    for name, hint in hints(cls).items():
        value, plain = getattr(values, name), kind(cls, name)
        if value is None:
            continue
        if get_origin(plain) is Literal and value not in get_args(plain):
            raise InputError(f"{name} is {value!r}; {' or '.join(get_args(plain))} is accepted")
        for limit in get_args(hint):
            if isinstance(limit, Ge) and not value >= limit.ge:
                raise InputError(f"{name} is {value}, at least {limit.ge} is accepted")
            if isinstance(limit, Le) and not value <= limit.le:
                raise InputError(f"{name} is {value}, at most {limit.le} is accepted")


def read(cls: type, name: str, text: str) -> Any:
    """A field's value from text; it is not checked. Raises InputError for what cannot be read."""
    plain, special = kind(cls, name), form(cls, name)
    try:
        if special is not None:
            return special.read(text)
        if plain is bool:
            return {"true": True, "false": False}[text.lower()]
        if plain is int:
            return int(text.removesuffix(".0"))
        return float(text) if plain is float else (text,) if get_origin(plain) is tuple else text
    except InputError:
        raise
    except (ValueError, KeyError) as error:
        accepted = special.form if special else {int: "a whole number", float: "a number", bool: "true or false"}[plain]
        raise InputError(f"{name} is {text!r}, but {accepted} is accepted") from error


def write(cls: type, name: str, value: Any) -> str:
    """A field's value as text, as `read` reads it."""
    special = form(cls, name)
    return special.write(value) if special else str(value).lower() if isinstance(value, bool) else str(value)


def to_json(value: Any) -> Any:
    """A field's value as JSON holds it."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_json(asdict(value))
    if isinstance(value, dict):
        return {name: to_json(part) for name, part in value.items()}
    return [to_json(part) for part in value] if isinstance(value, tuple) else value


def tuples(value: Any) -> Any:
    """JSON's lists as tuples, throughout."""
    return tuple(tuples(part) for part in value) if isinstance(value, list) else value
