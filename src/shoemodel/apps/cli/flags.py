"""The fields of a request as flags: tyro reads what `shoemodel.request` declares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from tyro.conf import UseAppendAction, arg
from tyro.constructors import (
    ConstructorRegistry,
    PrimitiveConstructorSpec,
    StructConstructorSpec,
    StructFieldSpec,
    StructTypeInfo,
)

from shoemodel import declaration
from shoemodel.errors import InputError
from shoemodel.request import NAMES, Request

Value = TypeVar("Value")
registry = ConstructorRegistry()
POSES = ("prompt", "num", "seed", "backend", "layout", "box", "points", "edges")
"""Fields that poses follow from."""


@dataclass(frozen=True)
class PosesRequest:
    """What poses are asked for: a request of which only POSES are flags."""

    request: Request


class Refused(Exception):
    """Holds the InputError of a flag: tyro would take that, a ValueError, for its own and print it in its own words."""


def _careful(read: Callable[..., Value]) -> Callable[..., Value]:
    def careful(*values: Any, **named: Any) -> Value:
        try:
            return read(*values, **named)
        except InputError as error:
            raise Refused(error) from error

    return careful


@registry.struct_rule
def _request(info: StructTypeInfo) -> StructConstructorSpec | None:
    if info.type is Request:
        usual = info.default if isinstance(info.default, Request) else Request()
        return StructConstructorSpec(_careful(Request), _flags(NAMES, usual))
    if info.type is PosesRequest:
        return StructConstructorSpec(_careful(_poses), _flags(POSES, info.default.request))
    return None


def _poses(**values: Any) -> PosesRequest:
    return PosesRequest(Request(**values))


def _flags(names: Sequence[str], usual: Request) -> tuple[StructFieldSpec, ...]:
    helps = declaration.helps(Request)
    return tuple(StructFieldSpec(name, _type(name), getattr(usual, name), helps[name]) for name in names)


def _type(name: str) -> Any:
    """A field's type as tyro takes it."""
    hint, form = declaration.hints(Request)[name], declaration.form(Request, name)
    if name == "prompt":
        return Annotated[UseAppendAction[tuple[str, ...]], arg(metavar="TEXT")]
    if form is None:
        return hint
    spec = PrimitiveConstructorSpec(
        nargs=1,
        metavar=form.form,
        instance_from_str=_careful(lambda words: declaration.read(Request, name, words[0])),
        is_instance=lambda _: True,
        str_from_instance=lambda value: ["none" if value is None else declaration.write(Request, name, value)],
    )
    return Annotated[hint, spec]
