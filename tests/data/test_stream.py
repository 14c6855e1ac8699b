"""Tuples that stay in their shards: the same ones as in memory, from folders and URLs, without holding them."""

import multiprocessing
import os
import shutil
import tarfile
import threading

import fsspec
import numpy as np
import pytest

from shoemodel.data import index, pictures, places, shards
from shoemodel.data.datasets import load, stream
from shoemodel.errors import InputError
from shoemodel.lineage import shards_hash
from tests.toys import toy_sample


def test_they_are_those_in_memory_also_after_a_split(toy_folder):
    here, there = load(toy_folder).split()[0], stream(toy_folder).split()[0]
    assert len(here) == len(there) and there.worn.shape == here.worn.shape and there.size == here.size
    for name in ("worn", "unworn", "labels", "points", "visibility", "present", "is_worn", "has_unworn"):
        for row in (0, len(here) - 1):
            assert np.array_equal(getattr(there, name)[row], getattr(here, name)[row])
    assert np.array_equal(there.worn[[3, 1]], here.worn[[3, 1]])
    assert np.array_equal(there.worn[2, 5:9, 7:9], here.worn[2, 5:9, 7:9])
    for name in ("captions", "shoe_ids", "families"):
        assert tuple(getattr(there, name)) == getattr(here, name)


def test_a_picture_cannot_be_written_on_and_survives_the_way_to_another_process(toy_folder):
    tuples = stream(toy_folder)
    with pytest.raises(ValueError, match="read-only"):
        tuples.worn[0][:] = 0
    here, there = multiprocessing.Pipe(duplex=False)
    sending = threading.Thread(target=there.send, args=(tuples,))
    sending.start()
    sent = here.recv()
    sending.join()
    assert np.array_equal(sent.labels[5], tuples.labels[5]) and sent.captions[5] == tuples.captions[5]


@pytest.mark.parametrize(("kept", "read"), [(3 * 256 * 256 * 3, 3 + 1), (0, 3 + 4), (1 << 30, 3)])
def test_as_many_decoded_pictures_are_kept_as_they_may_take_bytes(toy_folder, monkeypatch, kept, read):
    calls, plain = [], index.Index.read
    monkeypatch.setattr(index.Index, "read", lambda *given: calls.append(given) or plain(*given))
    tuples = stream(toy_folder, kept_bytes=kept)
    for row in (0, 1, 2, 2, 1, 1, 0):
        tuples.worn[row]
    for row in (3,) if kept == 3 * 256 * 256 * 3 else ():
        tuples.worn[row]
    assert len(calls) == read
    source = tuples.worn._get.func.__self__
    assert sum(each.nbytes for each in source._kept.values()) <= kept


def test_the_index_is_made_once_and_anew_for_other_shards(toy_folder, tmp_path, monkeypatch):
    data = shutil.copytree(toy_folder, tmp_path / "data")
    first = index.index_of([data])
    made = []
    monkeypatch.setattr(index, "_make", lambda *_: made.append(1))
    assert index.index_of([data]).folder == first.folder and not made
    monkeypatch.undo()
    shards.write_shard(data, 1, toy_sample, range(48, 50))
    assert len(index.index_of([data]).rows) == len(first.rows) + 2
    assert index.index_of([data]).place_hash(0) == shards_hash(data) != first.place_hash(0)


def test_a_url_holds_the_same_tuples(toy_folder):
    store = fsspec.filesystem("memory")
    store.put(str(toy_folder), "/bucket/tuples", recursive=True)
    (folder,) = (path.rpartition("/")[0] for path in store.glob("/bucket/**/shard-*.tar"))
    here, there = load(toy_folder, limit=4), stream(f"memory:/{folder}")
    assert np.array_equal(there.worn[:4], here.worn) and there.captions[3] == here.captions[3]
    assert index.index_of([f"memory:/{folder}"]).place_hash(0) == shards_hash(toy_folder)
    named = stream(f"memory:/{folder}/shard-{{000000..000000}}.tar")
    assert np.array_equal(named.labels[1], here.labels[1])
    with pytest.raises(InputError, match="no shard"):
        stream("memory://bucket/nothing")
    with pytest.raises(InputError, match="cannot be read"):
        stream("nosuchscheme://bucket")


def test_a_chained_url_keeps_the_shards_on_disk(toy_folder, tmp_path):
    far = shutil.copytree(toy_folder, tmp_path / "far")
    tuples = stream(f"filecache::file://{far}")
    tuples.worn[3]
    shutil.rmtree(far)
    assert np.array_equal(tuples.worn[7], load(toy_folder, limit=8).worn[7])


def test_shards_are_named_by_numbers_in_braces():
    assert places._braces("a/{08..10}-{0..1}.tar") == [f"a/{n}-{k}.tar" for n in ("08", "09", "10") for k in (0, 1)]


def test_what_is_damaged_is_named(toy_folder, tmp_path):
    data = shutil.copytree(toy_folder, tmp_path / "data")
    file = data / "shard-000000.tar"
    with tarfile.open(file) as tar:
        at = next(info for info in tar if info.name.endswith("0000002.worn.png"))
    whole = bytearray(file.read_bytes())
    whole[at.offset_data + 60 : at.offset_data + at.size] = bytes(at.size - 60)
    file.write_bytes(whole)
    tuples = stream(data)
    assert tuples.unworn[2].any()
    with pytest.raises(InputError, match=r"shard-000000.tar: a picture of .*0000002 cannot be read"):
        tuples.worn[2]
    file.write_bytes(whole[: at.offset_data + 100])
    with pytest.raises(InputError, match="shard-000000"):
        tuples.unworn[40]
    with pytest.raises(InputError):
        stream(data)


def test_hashes_of_pictures_are_those_of_their_files(toy_folder, tmp_path):
    first, second = stream(toy_folder), stream(shutil.copytree(toy_folder, tmp_path / "other"))
    assert np.array_equal(pictures.digests(first.worn), pictures.digests(second.worn))
    assert not set(pictures.digests(first.worn)) & set(pictures.digests(first.unworn))
    few = load(toy_folder, limit=3)
    assert len(set(pictures.digests(few.worn))) == 3


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number(tmp_path):
    """Peak memory of a process that reads at random from 200 and from 4,000 small tuples."""
    import subprocess
    import sys

    command = [sys.executable, "benchmarks/loading.py", "memory", "--folder", str(tmp_path), "--counts", "200", "4000"]
    command += ["--batches", "100"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr[-2000:]
    few, many = (float(line.split()[1]) for line in done.stdout.splitlines() if line[:1].isdigit())
    assert many - few < 40
