import pytest

from shoemodel import packs
from tests.publishing import stub_hub


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub of its own, with an empty cache, and a token for it."""
    from huggingface_hub import constants

    held, server = stub_hub.start()
    monkeypatch.setattr(constants, "ENDPOINT", held.address)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", held.address + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_TOKEN", stub_hub.TOKEN)
    packs._fetched.cache_clear()
    yield held
    server.shutdown()
    server.server_close()
    packs._fetched.cache_clear()
