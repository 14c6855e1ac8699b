"""How much one client may ask of the service."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is refused, and how much runs at once."""

    max_upload_mib: int = 20
    """Bytes of one photo, in MiB; more is answered with 413."""
    max_pixels: int = 25_000_000
    """Pixels of one photo; more is answered with 422."""
    max_num: int = 8
    """Pictures or poses of one request."""
    max_steps: int = 100
    """Steps of one request."""
    max_seconds: int = 600
    """Seconds a job may run or a direct request may take."""
    queue: int = 64
    """Jobs that may wait; then 429 with Retry-After. As many areas and poses requests may wait beside them."""
    batch: int = 4
    """Jobs that run at once: their images are generated in one batch."""
    keep_hours: int = 168
    """Hours after which a finished job and its results are removed."""

    def check(self) -> None:
        """Raise InputError for a limit below 1."""
        from shoemodel import arguments

        for field in fields(self):
            arguments.at_least(1, getattr(self, field.name), f"--{field.name.replace('_', '-')}")

    @property
    def upload_bytes(self) -> int:
        return self.max_upload_mib * 2**20

    @property
    def body_bytes(self) -> int:
        """Bytes of a whole request: a photo in base64 takes 4/3, and the other fields some."""
        return self.upload_bytes * 4 // 3 + 2**16
