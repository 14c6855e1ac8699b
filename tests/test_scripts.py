"""The scripts outside the package: each says how it is called, and what it takes from the package is there."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(file for folder in ("benchmarks", "recipes", "reproduce") for file in (ROOT / folder).glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_script_says_its_command_and_imports_what_there_is(script):
    tree = ast.parse(script.read_text(encoding="utf-8"))
    assert f"python {script.parent.name}/{script.name}" in ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "shoemodel":
            module = importlib.import_module(node.module)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")
