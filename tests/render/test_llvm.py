"""The renderer's compiler: which one is taken, and that a broken one is said in a sentence."""

import sys

import pytest

from shoemodel.errors import InputError
from shoemodel.render import llvm, variant


def test_the_named_library_goes_first_then_the_newest_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.delenv(llvm.VARIABLE, raising=False)
    (tmp_path / "lib").mkdir()
    for name in ("libLLVM.so.15.0", "libLLVM.so.21.1", "libLLVM.so.19.1", "libLLVM.so"):
        (tmp_path / "lib" / name).touch()
    assert llvm.find_llvm() == tmp_path / "lib" / "libLLVM.so.21.1"
    named = tmp_path / "other.so"
    named.touch()
    monkeypatch.setenv(llvm.VARIABLE, str(named))
    assert llvm.find_llvm() == named


NAMES = {"libLLVM.so.19.1": 19, "libLLVM-20.so.1": 20, "libLLVM-21.1.so": 21, "libLLVM.so": 0, "libLLVMSupport.so": 0}


@pytest.mark.parametrize(("name", "version"), NAMES.items())
def test_the_version_is_read_off_the_name(tmp_path, name, version):
    assert llvm._named_version(tmp_path / name) == version


def test_a_missing_or_broken_library_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(llvm.VARIABLE, str(tmp_path / "none.so"))
    with pytest.raises(InputError, match="found no such file"):
        llvm.find_llvm()
    broken = tmp_path / "libLLVM.so.21.1"
    broken.write_bytes(b"not a library")
    with pytest.raises(InputError, match="can be loaded"):
        llvm.load_llvm(broken)


def test_without_a_compiler_the_slow_variant_is_taken(monkeypatch):
    monkeypatch.setattr(variant, "find_llvm", lambda: None)
    assert variant.default_variant() == "scalar_rgb"
