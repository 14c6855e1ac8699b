"""The fields that base, SW and baselines share: flags, help, and runs started with them."""

import dataclasses
import json
from pathlib import Path

import pytest
import tyro

from shoemodel.errors import InputError
from shoemodel.training import base, baselines, sw
from shoemodel.training.config import check_same_run, to_json

PRESETS = pytest.mark.parametrize("preset", [base.smoke, sw.smoke, baselines.smoke])


@PRESETS
def test_shared_fields_are_flags_and_explained(preset, capsys):
    default = preset()
    config = tyro.cli(type(default), default=default, args=["--latents", "elsewhere", "--views", "3"])
    assert config == dataclasses.replace(default, latents=Path("elsewhere"), views=3)
    with pytest.raises(SystemExit):
        tyro.cli(type(default), default=default, args=["--help"])
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "--latents PATH Folder that keeps encoded pictures between runs" in told


@PRESETS
def test_a_run_goes_on_with_other_folders_but_not_with_other_views(preset, tmp_path):
    config, file = preset(), tmp_path / "config.json"
    file.write_text(json.dumps(dict(reversed(to_json(config).items()))))  # the order of the fields does not count
    check_same_run(dataclasses.replace(config, latents=Path("elsewhere"), clip=Path("pack")), file)
    with pytest.raises(InputError, match="views=2, this command says 5"):
        check_same_run(dataclasses.replace(config, views=5), file)
