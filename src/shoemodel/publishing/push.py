"""A pack on the hub: every file of its pack.json and its model card, in one commit."""

from __future__ import annotations

from pathlib import Path

import httpx2
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

from shoemodel import packs
from shoemodel.errors import InputError

CARD = "README.md"


def push(folder: Path, repository: str, card: str, *, private: bool = False, message: str = "") -> str:
    """Upload the pack in `folder` -> the address of the commit. What is there already is not sent again.

    Files of components that the pack does not have are removed from the repository; other files of it stay. The token
    is that of `hf auth login`, or HF_TOKEN.

    Raises:
        InputError: the pack is damaged, or the hub refuses it or cannot be reached.
    """
    manifest = packs.check(folder)
    names = [*manifest["files"], packs.MANIFEST]
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        CommitOperationAdd(name, str((folder / name).resolve())) for name in names
    ]
    operations.append(CommitOperationAdd(CARD, card.encode()))
    api = HfApi(library_name="shoemodel")
    try:
        api.create_repo(repository, private=private, exist_ok=True)
        held = api.list_repo_files(repository)
        operations += [CommitOperationDelete(name) for name in held if _is_stale(name, names)]
        said = message or f"pack {manifest['name']}"
        return api.create_commit(repository, operations, commit_message=said).commit_url
    except (OSError, ValueError, RuntimeError, httpx2.HTTPError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"the hub did not take {repository} ({reason}): see `hf auth login` for a token") from error


def _is_stale(name: str, names: list[str]) -> bool:
    """Whether a file of the repository belongs to a component, and not to this pack."""
    return name not in names and name.split("/")[0] in {*packs.COMPONENTS, *packs.OPTIONAL}
