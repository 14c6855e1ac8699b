"""Bearer tokens: who may use the service, where not everybody who reaches it may."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from shoemodel.errors import InputError

VARIABLE = "SHOEMODEL_TOKENS"
MIN_LENGTH = 16


class Tokens:
    """The tokens that are accepted, as hashes; none means that everybody is let in."""

    def __init__(self, tokens: list[str]):
        """Raises InputError for a token that could be guessed."""
        if short := [token for token in tokens if len(token) < MIN_LENGTH]:
            raise InputError(f"a token has {len(short[0])} characters, at least {MIN_LENGTH} are accepted")
        self._hashes = [_hash(token) for token in tokens]

    @classmethod
    def read(cls, file: Path | None, environment: Mapping[str, str]) -> Tokens:
        """One token a line in `file`, and those in SHOEMODEL_TOKENS between spaces.

        Raises:
            InputError: the file cannot be read or holds no token, or a token is too short.
        """
        tokens = environment.get(VARIABLE, "").split()
        if file is not None:
            try:
                lines = file.read_text(encoding="utf-8").split()
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(f"the tokens in {file} cannot be read ({error})") from error
            if not lines:
                raise InputError(f"{file} holds no token; one a line is accepted")
            tokens += lines
        return cls(tokens)

    def __bool__(self) -> bool:
        """Whether any token is asked for."""
        return bool(self._hashes)

    def admit(self, token: str | None) -> bool:
        """Whether a request with this token is let in; the time this takes says nothing about any token."""
        if not self._hashes:
            return True
        given = _hash(token or "")
        return any([hmac.compare_digest(given, known) for known in self._hashes])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
