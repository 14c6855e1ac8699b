"""Signed pictures read back as valid, hold their certificate, and say so when somebody changes them."""

import datetime
import json
import sys

import numpy as np
import pytest
from PIL import Image

from shoemodel.apps.cli.main import main
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.output import credentials

pytest.importorskip("c2pa")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def name(words):
    parts = [(NameOID.COMMON_NAME, words), (NameOID.ORGANIZATION_NAME, "A shoe shop"), (NameOID.COUNTRY_NAME, "DE")]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def issued(subject, key, issuer, issuer_key, authority):
    """A certificate with the extensions that C2PA demands of an authority or of a leaf."""
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    usage |= {"digital_signature": not authority, "key_cert_sign": authority, "crl_sign": authority}
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=20_000))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def pem(*certificates):
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


@pytest.fixture(scope="module")
def identity(tmp_path_factory):
    """Files of a chain and its key, and of an authority's own certificate."""
    folder = tmp_path_factory.mktemp("identity")
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = issued("An authority", authority_key, "An authority", authority_key, True)
    leaf = issued("The photographer", key, "An authority", authority_key, False)
    (folder / "chain.pem").write_bytes(pem(leaf, authority))
    (folder / "self.pem").write_bytes(pem(issued("Myself", key, "Myself", key, True)))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    other = ec.generate_private_key(ec.SECP256R1())
    for file, kind, whose in (("openssl.pem", "TraditionalOpenSSL", key), ("other.pem", "PKCS8", other)):
        form = getattr(serialization.PrivateFormat, kind)
        (folder / file).write_bytes(whose.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return folder


@pytest.fixture
def run(tiny_pack, found_feet, shoe_photo, tmp_path, identity):
    """A signed run folder of two results."""
    how = ["--prompt", "jeans", "--num", "2", "--seed", "3", "--steps", "1", "--pack", str(tiny_pack)]
    signing = ["--c2pa", str(identity / "chain.pem"), str(identity / "key.pem")]
    assert main(["generate", str(shoe_photo), *how, *signing, "--out", str(tmp_path / "out")]) == 0
    return tmp_path / "out" / "shoe"


def test_signed_pictures_read_back_as_valid_with_their_certificate(run):
    told = json.loads((run / "certificate.json").read_text())
    for file in ("image_00.png", "image_01.png"):
        found = credentials.read(run / file)
        assert found["state"] in credentials.VALID and found["problems"] == []
        assert found["signer"] == "The photographer"
        assert found["certificate"]["results"] == {file: told["results"][file]}
        assert found["certificate"]["visible"] == told["visible"]
    assert "parameters" in Image.open(run / "image_00.png").text


def test_signing_changes_no_pixel(run, capsys):
    assert main(["verify", str(run)]) == 0
    assert "credentials of 2 pictures are valid" in capsys.readouterr().out


def test_a_catalogue_is_signed_too(tiny_pack, found_feet, shoe_photo, tmp_path, identity, capsys):
    (tmp_path / "shoes.csv").write_text("sku,photo\nA,shoe.png\n")
    how = ["--prompt", "jeans", "--steps", "1", "--pack", str(tiny_pack), "--out", str(tmp_path / "out")]
    signing = ["--c2pa", str(identity / "chain.pem"), str(identity / "key.pem")]
    assert main(["batch", str(tmp_path / "shoes.csv"), *how]) == 0
    assert credentials.signed(tmp_path / "out" / "A") == []
    assert main(["batch", str(tmp_path / "shoes.csv"), *how, *signing]) == 0  # another signer, so it is made again
    assert main(["verify", str(tmp_path / "out" / "A")]) == 0
    assert "credentials of 1 pictures are valid" in capsys.readouterr().out


def test_a_changed_byte_makes_them_invalid(run, capsys):
    file = run / "image_00.png"
    data = bytearray(file.read_bytes())
    place = data.index(b"parameters") + 40  # in the text: the picture itself stays readable
    data[place] ^= 1
    file.write_bytes(data)
    assert credentials.read(file)["state"] not in credentials.VALID
    assert main(["verify", str(run)]) == 1
    assert "content credentials of image_00.png are not valid" in capsys.readouterr().out


def test_what_cannot_sign_is_refused_before_any_work(identity, tmp_path):
    chain, key = identity / "chain.pem", identity / "key.pem"
    with pytest.raises(InputError, match=r"self\.pem and .*key\.pem cannot sign"):
        credentials.load(identity / "self.pem", key)
    with pytest.raises(InputError, match=r"other\.pem cannot sign"):
        credentials.load(chain, identity / "other.pem")
    with pytest.raises(InputError, match="holds no private key"):
        credentials.load(chain, chain)
    with pytest.raises(InputError, match=r"none\.pem cannot be read"):
        credentials.load(tmp_path / "none.pem", key)


def test_a_key_as_openssl_writes_it(identity):
    signer = credentials.load(identity / "chain.pem", identity / "openssl.pem")
    assert signer == credentials.load(identity / "chain.pem", identity / "key.pem")


def test_a_changed_pixel_makes_them_invalid(run):
    """With the credentials of the true picture put into the changed one."""
    file = run / "image_00.png"
    true = file.read_bytes()
    at = true.index(b"caBX") - 4
    chunk = true[at : at + 12 + int.from_bytes(true[at : at + 4], "big")]
    picture = images.load(file).rgb.copy()
    picture[0, 0, 0] ^= 1
    forged = images.encode_png(picture)
    file.write_bytes(forged[:33] + chunk + forged[33:])
    found = credentials.read(file)
    assert found["state"] not in credentials.VALID and found["problems"] == ["assertion.dataHash.mismatch"]


def test_an_unsigned_picture_has_none(tmp_path):
    images.save_png(tmp_path / "plain.png", np.zeros((40, 40, 3), np.uint8))
    with pytest.raises(InputError, match="holds no content credentials"):
        credentials.read(tmp_path / "plain.png")


def test_letters_within_a_picture_are_no_credentials(run, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    images.save_png(plain / "image_00.png", np.zeros((40, 40, 3), np.uint8), {"prompt": "caBX"})
    (plain / "image_01.png").write_bytes(b"cut off \x00\x00\x00\x04caBX")
    assert b"caBX" in (plain / "image_00.png").read_bytes() and credentials.signed(plain) == []
    assert credentials.signed(run) == ["image_00.png", "image_01.png"]


def test_a_missing_package_is_named(identity, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(InputError, match=r"install shoemodel\[provenance\]"):
        credentials.load(identity / "chain.pem", identity / "key.pem")
