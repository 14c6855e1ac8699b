"""Run what README prints with an installed package, away from the repository: `make wheel` calls it.

python tests/readme_commands.py README.md ENVIRONMENT/bin examples

`shoemodel generate` and `verify` and every block of Python; servers and tables of other people's shoes are left out.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COMMAND = re.compile(r"^shoemodel (?:generate|verify) .*$", re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def main(readme: Path, programs: Path, examples: Path) -> None:
    """Raise CalledProcessError for the first that fails."""
    text = readme.read_text(encoding="utf-8")
    programs = programs.absolute()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(examples, Path(folder) / "examples")
        commands = [shlex.split(line, comments=True) for line in COMMAND.findall(text)]
        runs = [[str(programs / words[0]), *words[1:]] for words in commands]
        runs += [[str(programs / "python"), "-c", block] for block in PYTHON.findall(text)]
        if len(runs) < 3:
            raise SystemExit(f"{readme} has {len(runs)} commands to run, but at least 3 are expected")
        for run in runs:
            print(shlex.join(run)[:120], flush=True)
            subprocess.run(run, cwd=folder, check=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
