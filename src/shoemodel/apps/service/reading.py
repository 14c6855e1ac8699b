"""A request from multipart or from JSON, within the limits. No path or URL of a client is ever opened.

The fields are those of `shoemodel.request.Request`: in a form as text, as the command line takes them, in JSON with
structure. A photo comes with them.
"""

from __future__ import annotations

import base64
import binascii
import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from fastapi import HTTPException, Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from shoemodel import declaration
from shoemodel.apps.service.limits import Limits
from shoemodel.errors import InputError
from shoemodel.request import NAMES
from shoemodel.request import Request as Asked

MULTIPART, JSON = "multipart/form-data", "application/json"
MAX_NAME, MAX_FIELDS, MAX_PROMPT = 100, 40, 2000
AREAS: tuple[str, ...] = ("box", "points")
POSES = (*AREAS, "num", "seed", "layout")
IMAGES = NAMES
"""Fields of a request that each route reads."""
_ADAPTER = TypeAdapter(Asked)
_PHOTO = {"type": "string", "contentEncoding": "base64", "description": "An image file."}
_NAME = {"type": "string", "minLength": 1, "maxLength": MAX_NAME, "description": "What messages call the photo."}


@dataclass(frozen=True, eq=False)
class Upload:
    """A photo, and what is asked of it."""

    photo: bytes
    name: str
    """What messages and records call the photo."""
    request: Asked


async def read(request: Request, names: Sequence[str], limits: Limits) -> Upload:
    """The body, of which these fields beside the photo are accepted.

    Raises:
        HTTPException: 413, 415 or 422, with a sentence.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == MULTIPART:
        fields = await _from_form(request)
    elif kind == JSON:
        fields = await _from_json(request)
    else:
        raise HTTPException(415, f"the content type is {kind[:100]!r}; {MULTIPART} and {JSON} are accepted")
    photo, name = fields.pop("photo", None), fields.pop("name", "photo")
    if not isinstance(photo, bytes):
        raise HTTPException(422, "photo is missing; an image file is accepted")
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME:
        raise HTTPException(422, f"name is no text of 1 to {MAX_NAME} characters")
    if unknown := [field for field in fields if field not in names]:
        raise HTTPException(422, f"{unknown[0][:100]!r} is no field here; photo, {', '.join(names)} are accepted")
    try:
        asked = _of_text(fields) if kind == MULTIPART else _of_json(fields)
    except InputError as error:
        raise HTTPException(422, str(error)) from None
    except ValidationError as error:
        raise HTTPException(422, _sentence(error)) from None
    _check(len(photo), asked, limits)
    return Upload(photo, name, asked)


def _of_text(fields: dict[str, str]) -> Asked:
    return replace(Asked(), **{name: declaration.read(Asked, name, text) for name, text in fields.items()})


def _of_json(fields: dict[str, Any]) -> Asked:
    """Strictly: numbers are numbers, and what has structure is no text. One prompt may be given as such."""
    if isinstance(fields.get("prompt"), str):
        fields["prompt"] = [fields["prompt"]]
    try:
        text = json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError("the request holds half a letter; text in UTF-8 is accepted") from None
    return _ADAPTER.validate_json(text, strict=True)


class _Form(MultiPartParser):
    """A form that knows whether its closing boundary came: a last field that was cut off would be missing unnoticed."""

    whole = False

    def on_end(self) -> None:
        self.whole = True


async def _from_form(request: Request) -> dict[str, Any]:
    """The parts by name. HTTPException 422 for a body that is no form, or parts that are not those of a photo."""
    fields: dict[str, Any] = {}
    parser = _Form(request.headers, request.stream(), max_files=1, max_fields=MAX_FIELDS)
    try:
        form = await parser.parse()
    except (MultiPartException, UnicodeError) as error:
        raise HTTPException(422, f"the body is no form that can be read ({error})") from None
    try:
        if not parser.whole:
            raise HTTPException(422, "the form is cut off: its closing boundary is missing")
        for key, value in form.multi_items():
            if key in fields:
                raise HTTPException(422, f"the field {key[:100]!r} is given twice")
            if isinstance(value, UploadFile) != (key == "photo"):
                raise HTTPException(422, "photo, and nothing else, is sent as a file")
            if isinstance(value, UploadFile):
                fields.setdefault("name", PurePosixPath(value.filename or "").name[-MAX_NAME:] or "photo")
                fields[key] = await value.read()
            else:
                fields[key] = value
    finally:
        await form.close()
    return fields


async def _from_json(request: Request) -> dict[str, Any]:
    """The object, its photo decoded. HTTPException 422 for what is no such object."""
    try:
        fields = json.loads(await request.body(), object_pairs_hook=_object)
        if not isinstance(fields, dict):
            raise ValueError("it is no object")
    except (ValueError, RecursionError) as error:
        raise HTTPException(422, f"the body is no JSON object ({error})") from None
    if isinstance(fields.get("photo"), str):
        try:
            fields["photo"] = base64.b64decode(fields["photo"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise HTTPException(422, f"photo is not base64 ({error})") from None
    return fields


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; ValueError where a key is given twice, of which `json` would silently take the last."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field is given twice")
    return fields


def _check(photo_bytes: int, asked: Asked, limits: Limits) -> None:
    """Raise HTTPException for what is more than the limits allow."""
    if photo_bytes > limits.upload_bytes:
        found = f"the photo has {photo_bytes / 2**20:.1f} MiB"
        raise HTTPException(413, f"{found}; at most {limits.max_upload_mib} MiB are accepted")
    images = asked.num * max(1, len(asked.prompt))
    if images > limits.max_num:
        found = f"num is {asked.num}" + (f" for {len(asked.prompt)} prompts" if len(asked.prompt) > 1 else "")
        raise HTTPException(422, f"{found}, at most {limits.max_num} images are accepted")
    if asked.steps > limits.max_steps:
        raise HTTPException(422, f"steps is {asked.steps}, at most {limits.max_steps} is accepted")
    if max(map(len, (*asked.prompt, asked.negative_prompt))) > MAX_PROMPT:
        raise HTTPException(422, f"a prompt has more than the {MAX_PROMPT} characters that are accepted")


def _sentence(error: ValidationError) -> str:
    """What does not fit, without the values."""
    problems = error.errors(include_url=False, include_input=False)
    told = [(".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, ")) for each in problems]
    return "; ".join(f"{place}: {message}" if place else message for place, message in told)


def body(names: Sequence[str], limits: Limits) -> dict[str, Any]:
    """What OpenAPI is to say about a request that `read` reads with these names."""
    whole, helps = _ADAPTER.json_schema(), declaration.helps(Asked)
    kinds = whole.pop("$defs", {})
    fields = {name: _inlined(whole["properties"][name], kinds) | {"description": helps[name]} for name in names}
    usual = Asked()
    for name, schema in fields.items():
        schema["default"] = declaration.to_json(getattr(usual, name))
    for name, most in (("num", limits.max_num), ("steps", limits.max_steps)):
        if name in fields:
            fields[name]["maximum"] = most
    required = ["photo", *(["prompt"] if "prompt" in names else [])]
    if "prompt" in names:
        one = {"type": "string", "minLength": 1, "maxLength": MAX_PROMPT}
        fields["prompt"] = {
            "anyOf": [one, {"type": "array", "items": one, "minItems": 1}], "description": helps["prompt"]
        }  # fmt: skip
    schema = {
        "type": "object", "additionalProperties": False, "required": required,
        "properties": {"photo": _PHOTO, "name": _NAME, **fields},
    }  # fmt: skip
    form = copy.deepcopy(schema)
    form["properties"] = {"photo": {"type": "string", "format": "binary"}} | {
        name: _text(name, field) for name, field in fields.items()
    }  # the name is the file's
    content = {MULTIPART: {"schema": form}, JSON: {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


def _text(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A field of a form: as the command line takes it."""
    written = declaration.form(Asked, name)
    if written is None and name != "prompt":
        return schema
    form = f" As text: {written.form}." if written else ""
    return {"type": "string", "description": schema["description"] + form}


def _inlined(schema: Any, kinds: dict[str, Any]) -> Any:
    """A JSON schema with its references replaced by what they refer to."""
    if isinstance(schema, list):
        return [_inlined(part, kinds) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(kinds[schema["$ref"].rpartition("/")[2]], kinds)
    return {name: _inlined(part, kinds) for name, part in schema.items()}
