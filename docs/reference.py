"""Pages of the site that are generated from the code, as a hook of mkdocs.

`reference/cli.md` is what `--help` prints, `reference/http.md` the service's OpenAPI. Files of the repository's root
that are pages too, the changelog say, are copied in, and links follow. `python docs/reference.py cli` prints a page.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

ROOT = Path(__file__).parents[1]
ROOT_PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "ATTRIBUTION.md": "attribution.md",
    "examples/README.md": "examples.md",
}
"""Files of the repository's root, and the pages that they are."""
WIDTH = 96
"""Columns of the help texts."""


def cli() -> str:
    """The command line: what each command's `--help` prints."""
    import tyro

    from shoemodel.apps.cli import flags, main

    os.environ["COLUMNS"] = str(WIDTH)
    text = "# Command line\n\nWhat `shoemodel COMMAND --help` prints, command by command.\n"
    for member in get_args(main.Verb):
        command, name = get_args(member)[0], next(one.name for one in get_args(member)[1:] if hasattr(one, "name"))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            tyro.cli(
                command, prog=f"shoemodel {name}", args=["--help"], config=main.STYLE, registry=flags.registry,
                description=inspect.getdoc(command),
            )  # fmt: skip
        plain = "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", printed.getvalue()).splitlines())
        text += f"\n## shoemodel {name}\n\n```text\n{plain.strip()}\n```\n"
    return text


def http() -> str:
    """The service's routes, from its OpenAPI."""
    from shoemodel.apps.service.app import create_app
    from shoemodel.apps.service.limits import Limits

    service: Any = SimpleNamespace(tokens=None, limits=Limits(), metrics=None, store=None, worker=None)
    schema = create_app(service).openapi()
    text = (
        "# HTTP\n\nFrom the service's OpenAPI, which a running server gives at `GET /openapi.json`. How to start one,\n"
        "with examples for curl and Python: [the service](../service.md).\n"
    )
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            text += f"\n## {method.upper()} {path}\n\n{route.get('description', route['summary'])}\n"
            text += _body(schema, route.get("requestBody", {}).get("content", {}))
            rows = [f"| {code} | {_cell(answer['description'])} |" for code, answer in route["responses"].items()]
            text += "\n| answer | |\n|---|---|\n" + "\n".join(rows) + "\n"
    return text


def _body(schema: dict[str, Any], content: dict[str, Any]) -> str:
    """A table of the fields that a request's body has."""
    if not content:
        return ""
    kinds = ", ".join(f"`{kind}`" for kind in content)
    body = _resolved(schema, next(iter(content.values()))["schema"])
    rows = []
    for name, field in body.get("properties", {}).items():
        told = _resolved(schema, field)
        usual = f"`{field['default']}`" if field.get("default") not in (None, "") else ""
        needed = "required" if name in body.get("required", ()) else usual
        rows.append(f"| `{name}` | {needed} | {_cell(field.get('description', told.get('description', '')))} |")
    return f"\nBody: {kinds}.\n\n| field | default | |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the document leads to."""
    while "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    return part


def _cell(text: str) -> str:
    return re.sub(r"([|\[\]])", r"\\\1", " ".join(text.split()))


GENERATED = {"reference/cli.md": cli, "reference/http.md": http}


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages."""
    from mkdocs.structure.files import File

    for name, page in ROOT_PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    for page, make in GENERATED.items():
        files.append(File.generated(config, page, content=make()))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Links that are right in the repository, made right on the site."""
    source = page.file.src_uri
    if source in ROOT_PAGES.values():
        markdown = re.sub(r"\]\(docs/", "](", markdown)
        markdown = re.sub(r"\[([^]]*)\]\(LICENSE\)", r"\1", markdown)
    for name, target in ROOT_PAGES.items():
        markdown = re.sub(rf"\]\((?:\.\./)*{name}", f"]({'../' * source.count('/')}{target}", markdown)
    return markdown


if __name__ == "__main__":
    print({"cli": cli, "http": http}[sys.argv[1]]())
