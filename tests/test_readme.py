"""What README prints runs as printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_readme_has_python():
    assert PYTHON


@pytest.mark.slow
@pytest.mark.parametrize("text", PYTHON)
def test_python_of_readme_runs_and_saves_an_image(text, tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    subprocess.run([sys.executable, "-c", text], cwd=tmp_path, check=True, timeout=570)
    (saved,) = tmp_path.glob("*.png")
    assert Image.open(saved).size == Image.open(ROOT / "examples" / "sneaker.jpg").size


def test_images_and_links_of_readme_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text) + re.findall(r'src="([^"]+)"', text)
    assert targets
    assert not [target for target in targets if not target.startswith("http") and not (ROOT / target).exists()]
