"""Content credentials: signed statements inside a picture of how it came about (C2PA, https://c2pa.org).

The certificate of the visible area (`certificate.py`) stands in them as an assertion, so that whoever holds one signed
picture knows who says that the shoe is the photo's own. Signing adds a chunk to the file and changes no pixel; it is
the last thing that happens to one. Who signs needs a certificate for e-mail or document signing that a certificate
authority has issued, the chain in one PEM file with the leaf first: C2PA refuses an authority that signs for itself.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.output import certificate, metadata

CERTIFICATE = "org.shoemodel.certificate"
"""Label of the assertion that holds the certificate of the visible area."""
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""What the pictures are: the photo's own pixels with a background that a trained model generated."""
VALID = ("Valid", "Trusted")
"""States of a reading: whole and rightly signed; and also signed by someone on a list of trust."""
_UNKNOWN = "signingCredential.untrusted"
"""Said of every signer who is on no list of trust; `state` says so already."""
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_PNG = "image/png"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK = b"caBX"
"""Type of the PNG chunk that credentials stand in."""


@dataclass(frozen=True)
class Signer:
    """A private key, what it signs with, and the chain of certificates that vouches for it, as PEM."""

    algorithm: str
    chain: bytes
    key: bytes


def load(chain: Path, key: Path) -> Signer:
    """Read a chain of certificates and its private key, and try them on a small picture.

    Raises:
        InputError: c2pa-python is missing, a file cannot be read, or C2PA does not accept what they hold.
    """
    _library()
    read = []
    for file, kind in ((chain, "certificates"), (key, "a private key")):
        try:
            read.append(file.read_bytes())
        except OSError as error:
            raise InputError(f"{file} cannot be read ({error.strerror}); a PEM file with {kind} is accepted") from error
    algorithm, secret = _private_key(read[1], key)
    signer = Signer(algorithm, read[0], secret)
    try:
        _checked(_signed(images.encode_png(np.zeros((32, 32, 3), np.uint8)), {}, signer))
    except (RuntimeError, ValueError) as error:
        raise InputError(
            f"{chain} and {key} cannot sign content credentials ({error}); a PEM chain, leaf first, that an authority "
            "issued for signing documents or e-mail, and the leaf's unencrypted private key are accepted"
        ) from error
    return signer


def sign(folder: Path, signer: Signer) -> None:
    """Give every image_*.png of a run folder its credentials, with its part of certificate.json, and read them back.

    RuntimeError where what was written does not read back as valid.
    """
    for picture in sorted(folder.glob("image_*.png")):
        data = _signed(picture.read_bytes(), _part(folder, picture.name), signer, picture.name)
        _checked(data)
        images.write_bytes(picture, data)


def read(picture: Path) -> dict[str, Any]:
    """The credentials of a picture: `state` (see VALID), `signer`, `problems` and the `certificate` in them.

    Raises:
        InputError: c2pa-python is missing, or the file cannot be read or holds no credentials.
    """
    try:
        return _read(picture.read_bytes())
    except OSError as error:
        raise InputError(f"{picture} cannot be read ({error.strerror}); a PNG file is accepted") from error
    except ValueError as error:
        raise InputError(f"{picture} holds no content credentials ({error}); a signed PNG is accepted") from error


def signed(folder: Path) -> list[str]:
    """Names of the image_*.png that carry credentials; whether these hold is not looked at."""
    return sorted(picture.name for picture in folder.glob("image_*.png") if _carries(picture.read_bytes()))


def _carries(png: bytes) -> bool:
    """Whether one of a PNG's chunks holds credentials; its pixels and texts may hold the same four letters."""
    at = len(_SIGNATURE) if png.startswith(_SIGNATURE) else len(png)
    while at + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == _CHUNK:
            return True
        at += 12 + length
    return False


def problems(folder: Path, names: Sequence[str]) -> list[str]:
    """What does not hold in the credentials of these pictures of a run folder, one sentence each.

    Raises:
        InputError: there are pictures to read and c2pa-python is missing.
    """
    found = []
    for name in names:
        told = read(folder / name)
        if told["state"] not in VALID:
            found.append(f"the content credentials of {name} are not valid ({', '.join(told['problems'])})")
        elif told["certificate"] != _part(folder, name):
            found.append(f"the content credentials of {name} hold another certificate than the folder")
    return found


def _part(folder: Path, name: str) -> dict[str, Any]:
    """What the folder's certificate says of one picture."""
    proof = json.loads((folder / certificate.FILE_NAME).read_text(encoding="utf-8"))
    return proof | {"results": {name: proof["results"][name]}}


def _library() -> Any:
    try:
        import c2pa
    except ImportError as error:
        raise InputError(f"content credentials need the package {error.name}: install shoemodel[provenance]") from error
    return c2pa


def _private_key(pem: bytes, file: Path) -> tuple[str, bytes]:
    """C2PA's name of what this key signs with, and the key as the library reads it (PKCS 8)."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InputError(f"{file} holds no private key ({error}); one in PEM without a password is accepted") from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm = "ed25519"
    elif isinstance(key, rsa.RSAPrivateKey):
        algorithm = "ps256"
    elif isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        algorithm = _CURVES[key.curve.name]
    else:
        kinds = f"Ed25519, RSA and the curves {', '.join(_CURVES)}"
        raise InputError(f"{file} holds a key of a kind that C2PA does not sign with; {kinds} are accepted")
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return algorithm, key.private_bytes(encoding, form, serialization.NoEncryption())


def _signed(png: bytes, proof: Mapping[str, Any], signer: Signer, title: str = "trial") -> bytes:
    """The same picture with credentials; RuntimeError where the library refuses."""
    c2pa = _library()
    manifest = {
        "claim_generator_info": [{"name": "shoemodel", "version": metadata.software().split()[1]}],
        "title": title,
        "format": _PNG,
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": SOURCE}]},
            },
            # As text, for readers of C2PA take lists of small numbers for bytes.
            {"label": CERTIFICATE, "data": {"json": json.dumps(proof)}},
        ],
    }
    target = io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(signer.algorithm, signer.chain, signer.key, None)
        with c2pa.Signer.from_info(info) as tool, c2pa.Builder(manifest) as builder:
            builder.sign(tool, _PNG, io.BytesIO(png), target)
    except c2pa.C2paError as error:
        raise RuntimeError(_sentence(error)) from error
    return target.getvalue()


def _checked(png: bytes) -> None:
    found = _read(png)
    if found["state"] not in VALID:
        raise RuntimeError(f"content credentials read back as {found['state']}: {', '.join(found['problems'])}")


def _read(png: bytes) -> dict[str, Any]:
    """See `read`; ValueError where there are no credentials."""
    c2pa = _library()
    try:
        with c2pa.Reader(_PNG, io.BytesIO(png)) as reader:
            state, store = reader.get_validation_state(), json.loads(reader.json())
    except c2pa.C2paError as error:
        raise ValueError(_sentence(error)) from error
    active = store["manifests"][store["active_manifest"]]
    failures = store.get("validation_results", {}).get("activeManifest", {}).get("failure", [])
    codes = [each["code"] for each in failures if each["code"] != _UNKNOWN]
    statements = [json.loads(each["data"]["json"]) for each in active["assertions"] if each["label"] == CERTIFICATE]
    return {
        "state": state,
        "signer": active["signature_info"].get("common_name"),
        "problems": codes,
        "certificate": statements[0] if statements else None,
    }


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
