"""A request's fields from multipart or from JSON, within the limits. No path or URL of a client is ever opened."""

from __future__ import annotations

import base64
import binascii
import copy
import json
from pathlib import PurePosixPath
from typing import Any, TypeVar

from fastapi import HTTPException, Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from shoemodel.apps.service.limits import Limits
from shoemodel.apps.service.schemas import AreasRequest, ImagesRequest, PosesRequest

MULTIPART, JSON = "multipart/form-data", "application/json"
MAX_NAME, MAX_FIELDS = 100, 20
Model = TypeVar("Model", bound=AreasRequest)


async def read(request: Request, model: type[Model], limits: Limits) -> Model:
    """The body as a model.

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
    try:
        # Numbers in a form are text; in JSON they are numbers.
        read = model.model_validate(fields, strict=kind == JSON)
    except ValidationError as error:
        raise HTTPException(422, _sentence(error)) from None
    _check(read, limits)
    return read


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


def _check(read: AreasRequest, limits: Limits) -> None:
    """Raise HTTPException for what is more than the limits allow."""
    if len(read.photo) > limits.upload_bytes:
        found = f"the photo has {len(read.photo) / 2**20:.1f} MiB"
        raise HTTPException(413, f"{found}; at most {limits.max_upload_mib} MiB are accepted")
    if isinstance(read, PosesRequest) and read.num > limits.max_num:
        raise HTTPException(422, f"num is {read.num}, at most {limits.max_num} is accepted")
    if isinstance(read, ImagesRequest) and read.steps > limits.max_steps:
        raise HTTPException(422, f"steps is {read.steps}, at most {limits.max_steps} is accepted")


def _sentence(error: ValidationError) -> str:
    """What does not fit, without the values, which may be a whole photo."""
    problems = [
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg'].removeprefix('Value error, ').removeprefix('--')}"
        for problem in error.errors(include_url=False, include_input=False)
    ]
    return "; ".join(problems)


def body(model: type[AreasRequest], limits: Limits) -> dict[str, Any]:
    """What OpenAPI is to say about a request that `read` reads."""
    schema = model.model_json_schema()
    properties = schema["properties"]
    if "num" in properties:
        properties["num"]["maximum"] = limits.max_num
    if "steps" in properties:
        properties["steps"]["maximum"] = limits.max_steps
    form = copy.deepcopy(schema)
    form["properties"]["photo"] = {"type": "string", "format": "binary"}
    del form["properties"]["name"]  # it is the file's
    content = {MULTIPART: {"schema": form}, JSON: {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}
