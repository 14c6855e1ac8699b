"""The examples: each says what it is called with, reads a photo that is shipped, and the notebook runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from shoemodel.apps.catalogue import manifest
from shoemodel.request import Request

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
NOTEBOOK = ROOT / "examples" / "first_steps.ipynb"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_an_example_names_its_command_and_a_photo_that_is_there(script):
    text = script.read_text(encoding="utf-8")
    assert f"python examples/{script.name}" in (ast.get_docstring(ast.parse(text)) or "")
    photos = re.findall(r'"(\w+\.jpg)"', text)
    assert photos and all((ROOT / "examples" / name).exists() for name in photos)
    assert f"`{script.name}`" in (ROOT / "examples" / "README.md").read_text(encoding="utf-8")


def test_the_table_is_a_catalogue_of_the_photos():
    rows = manifest.read(ROOT / "examples" / "shoes.csv", Request(prompt=("legs in {trousers}",)))
    assert len(rows) == 3 and all(row.photo.exists() for row in rows)


def test_the_notebook_is_kept_without_output():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert not [cell for cell in notebook.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]


@pytest.mark.slow
def test_the_notebook_runs(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=570, kernel_name="python3", resources={"metadata": {"path": tmp_path}})
    client.execute()
    shown = [data for cell in notebook.cells for output in cell.get("outputs", ()) for data in output.get("data", {})]
    assert "image/png" in shown
    assert (tmp_path / "jeans" / "image_00.png").exists()
