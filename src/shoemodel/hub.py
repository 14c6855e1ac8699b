"""The hub: how repositories are fetched, and which public weights a pack of the paper's sizes starts from.

The only file with model ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from shoemodel.errors import InputError
from shoemodel.lineage import UNKNOWN, Record

REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*(@[\w./-]+)?")
WANTED = ("*.json", "*.txt", "*.safetensors")
"""Files of a component; pickles and other frameworks' weights are never read."""
VARIANTS = ("*.fp16.*", "*.non_ema.*", "*.bin", "*.ckpt", "*.pt", "*.msgpack", "*.h5")
"""What published folders hold besides."""


@dataclass(frozen=True)
class Source:
    """Public weights that a pack of the paper's sizes starts from."""

    repository: str
    revision: str
    """Commit on the hub."""
    licence: str


SD15 = (
    Source(
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "451f4fe16113bff5a5d2269ed5ad43b0592e9a14",
        "CreativeML Open RAIL-M",
    ),
    Source("facebook/sam-vit-huge", "87aecf0df4ce6b30cd7de76e87673c49644bdf67", "Apache-2.0"),
    Source("usyd-community/vitpose-base-simple", "a93ac0c67e0b7e2c55287d21d4c460c8f3c54d45", "Apache-2.0"),
)
"""The paper names SD 1.5, SAM, SegFormer and ViTPose without their sizes: the sizes are ours."""


def record(repository: str, held: Path) -> Record:
    """Id, commit and, where SD15 names it, licence of a repository of which a folder is held in the hub's cache."""
    commits = [folder.name for folder in (held, held.parent) if folder.parent.name == "snapshots"]
    licences = [source.licence for source in SD15 if source.repository == repository]
    return {
        "repository": repository,
        "revision": commits[0] if commits else UNKNOWN,
        "licence": licences[0] if licences else UNKNOWN,
    }


def is_repository(place: str) -> bool:
    """Whether a text could name a repository: OWNER/NAME, or OWNER/NAME@REVISION."""
    return REPOSITORY.fullmatch(place) is not None


def fetch(place: str) -> Path:
    """The folder in the local cache of a repository on the hub, OWNER/NAME or OWNER/NAME@REVISION, downloaded where it
    is not there. Where the hub cannot be reached, what was downloaded before.

    Raises:
        InputError: the hub has no such repository, or cannot be reached.
    """
    from huggingface_hub import snapshot_download

    repository, _, revision = place.partition("@")
    known = {source.repository: source.revision for source in SD15}
    try:
        folder = snapshot_download(
            repository,
            revision=revision or known.get(repository),
            allow_patterns=list(WANTED),
            ignore_patterns=list(VARIANTS),
        )
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"there is no folder {place}, and the hub has no such repository or cannot be reached ({reason})"
        ) from error
    return Path(folder)
