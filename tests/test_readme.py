"""What README shows and links is there; its Python runs in test_mini.py, its commands by `make wheel`."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_images_and_links_of_readme_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text) + re.findall(r'src="([^"]+)"', text)
    assert targets
    assert not [target for target in targets if not target.startswith("http") and not (ROOT / target).exists()]
