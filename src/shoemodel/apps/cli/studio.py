"""The command `shoemodel studio`: the browser app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tyro.conf import arg

from shoemodel.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Studio:
    """Open the studio: a page in the browser to drop photos, correct, pose and generate. Runs until interrupted.

    Nothing leaves the machine: the page asks no other server for anything.

    Example: shoemodel studio --port 7860
    """

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 lets others in, and there is no password."""
    port: int = 7860
    """Port to listen on."""
    pack: Annotated[str, arg(metavar="mini|FOLDER|OWNER/NAME")] = "mini"
    """Weights."""

    def run(self) -> int:
        try:
            import gradio  # noqa: F401
        except ImportError as error:
            raise InputError(f"studio needs the package {error.name}: install shoemodel[studio]") from error
        from shoemodel.apps.studio.app import serve

        serve(self.host, self.port, self.pack)
        return 0
