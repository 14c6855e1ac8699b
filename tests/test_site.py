"""The site is built strictly: no broken link or anchor, and the reference holds what the code has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from shoemodel.apps.cli import main
from shoemodel.request import NAMES

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


def test_the_command_line_s_reference_has_every_command_and_flag(site):
    text = (site / "reference" / "cli" / "index.html").read_text(encoding="utf-8")
    commands = [next(one.name for one in get_args(each)[1:] if hasattr(one, "name")) for each in get_args(main.Verb)]
    assert len(commands) > 10
    assert not [name for name in commands if f"usage: shoemodel {name}" not in text]
    assert not [name for name in NAMES if f"--{name.replace('_', '-')}" not in text]


def test_the_http_reference_has_every_field_of_a_request(site):
    text = (site / "reference" / "http" / "index.html").read_text(encoding="utf-8")
    assert "POST /v1/jobs" in text
    assert not [name for name in NAMES if f"<code>{name}</code>" not in text]


def test_the_python_reference_has_the_docstrings(site):
    text = (site / "reference" / "python" / "index.html").read_text(encoding="utf-8")
    for said in ("num_images_per_prompt", "Dress legs in the shoe of one photo", "detect_areas", "InputError"):
        assert said in text


def test_pages_of_the_root_are_there(site):
    assert "0.2.0" in (site / "changelog" / "index.html").read_text(encoding="utf-8")
    assert "Mindfront" in (site / "attribution" / "index.html").read_text(encoding="utf-8")
