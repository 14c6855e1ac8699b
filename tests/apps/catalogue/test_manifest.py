"""A manifest is checked whole before anything is made; faults are named by row."""

import json
from dataclasses import replace

import pyarrow
import pyarrow.parquet
import pytest

from shoemodel.apps.catalogue import manifest
from shoemodel.errors import InputError
from shoemodel.image import placement
from shoemodel.request import Request

DEFAULTS = Request(num=2, seed=5)


@pytest.fixture
def read(tmp_path):
    """Write a table and read it as a manifest."""

    def run(text, template=None, name="shoes.csv", request=DEFAULTS):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return manifest.read(tmp_path / name, replace(request, prompt=(template,) if template else ()))

    return run


def test_a_row_goes_before_the_flags(read, tmp_path):
    rows = read("sku,photo,prompt,num,seed,layout\nA,a.png,jeans,3,9,keep\nB,sub/b.png,skirt,,,\n")
    assert [row.sku for row in rows] == ["A", "B"]
    assert rows[0].request == Request(prompt=("jeans",), num=3, seed=9, layout=placement.parse("keep"))
    assert rows[1].request == Request(prompt=("skirt",), num=2, seed=5)
    assert rows[1].photo == tmp_path / "sub" / "b.png" and rows[1].named == "sub/b.png"


@pytest.mark.usefixtures("unchecked")
def test_any_field_of_a_request_may_be_a_column(read):
    table = "sku;photo;prompt;box;background;steps;keep\nA;a.png;jeans;1,2,30,40;photo;7;best:2\n"
    (row,) = read(table)
    assert row.request == replace(
        DEFAULTS, prompt=("jeans",), box=(1, 2, 30, 40), background="photo", steps=7, keep=2
    )  # fmt: skip
    with pytest.raises(InputError, match=r"row 1 .*background is 'beach'; auto or photo or scene is accepted"):
        read("sku,photo,prompt,background\nA,a.png,jeans,beach\n")


def test_several_prompts_are_several_outfits_of_each_row(tmp_path):
    (tmp_path / "shoes.csv").write_text("sku,photo,colour\nA,a.png,blue\n")
    (row,) = manifest.read(tmp_path / "shoes.csv", replace(DEFAULTS, prompt=("{colour} jeans", "bare legs")))
    assert row.request.prompt == ("blue jeans", "bare legs")


def test_the_template_is_filled_from_the_columns(read):
    table = "sku,photo,prompt,colour\nA,a.png,,blue\nB,b.png,a skirt,red\n"
    assert [row.request.prompt[0] for row in read(table, "{colour} jeans")] == ["blue jeans", "a skirt"]
    table = table.replace("a.png,,", "a.png,legs,")
    assert read(table, "{prompt} in {colour}")[1].request.prompt == ("a skirt in red",)
    with pytest.raises(InputError, match=r"with {size} in it; .* sku, photo, prompt, colour is accepted"):
        read(table, "{size}")
    with pytest.raises(InputError, match=r"with {colour.__class__} in it"):
        read(table, "{colour.__class__}")


def test_all_formats_say_the_same(read, tmp_path):
    rows = [
        {"sku": "A", "photo": "a.png", "num": 3, "seed": None},
        {"sku": "7", "photo": "b.png", "num": None, "seed": 1},
    ]
    csv = "\ufeffsku,photo,num,seed\nA,a.png,3,\n7,b.png,,1\n"
    lines = "\n\n".join(map(json.dumps, rows))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "shoes.parquet")
    expected = read(csv, "jeans")
    assert read(lines, "jeans", "shoes.jsonl") == expected
    assert manifest.read(tmp_path / "shoes.parquet", replace(DEFAULTS, prompt=("jeans",))) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sku,picture\nA,a.png\n", r"has the columns sku, picture, but not photo"),
        ("sku,photo\n", "no row below its header"),
        ("sku,photo\nA,a.png\n,b.png\n", r"1 bad row: row 2 \(line 3\): sku is empty"),
        (
            "sku,photo,num\nA,a.png,0\nB,b.png,x\n",
            r"row 1 .*num is 0, at least 1.*; row 2 .*num is 'x', but a whole number",
        ),
        ("sku,photo,seed\nA,a.png,-1\n", r"row 1 .*seed is -1, at least 0"),
        ("sku,photo,layout\nA,a.png,middle\n", r"row 1 .*layout 'middle'"),
        ("sku,photo\nA,a.png\nB,b.png\nA,c.png\n", r"row 3 .*'A' stands in row 1 \(line 2\) already"),
        ("sku,photo\nA-1,a.png\na-1,b.png\n", r"row 2 .*'a-1' stands in row 1 \(line 2\) already, as 'A-1', and some"),
        ("sku,photo\n\u00e9,a.png\ne\u0301,b.png\n", "row 2 .*stands in row 1 .*already, as 'é'"),
        ("sku,photo\nReport.HTML,a.png\n", "'Report.HTML' cannot name a folder"),
        ("sku,photo\nA,a.png,more\n", r"row 1 \(line 2\): it has more cells than the 2 columns"),
        ("sku,photo\nreport.html,a.png\n", "'report.html' cannot name a folder"),
        ("sku,photo,sku\nA,a.png,B\n", "the column 'sku' twice"),
        ("", "is empty; sku and photo are needed"),
        ('sku,photo\nA,a.png\n"B,b.png\nC,c.png\n', r"row 2 \(line 3\): unexpected end of data; cells in closed"),
        (f"sku,photo,seed\nA,a.png,{2**53}\n", "row 1 .*seed is 9007199254740992, at most"),
        (f"sku,photo\n{'x' * 201},a.png\n", "up to 200 bytes"),
    ],
)
def test_faults_are_named_by_row(read, text, words):
    with pytest.raises(InputError, match=words) as refused:
        read(text, "jeans")
    assert "\n" not in str(refused.value)


def test_a_row_needs_a_prompt(read):
    with pytest.raises(InputError, match=r"row 1 .*it has no prompt"):
        read("sku,photo\nA,a.png\n")
    with pytest.raises(InputError, match=r"row 2 .*colour is empty"):
        read("sku,photo,colour\nA,a.png,red\nB,b.png,\n", "{colour} jeans")


def test_faults_beyond_the_first_ten_are_counted(read):
    with pytest.raises(InputError, match=r"12 bad rows: .*row 10 .*; and 2 more$"):
        read("sku,photo,num\n" + "".join(f"{i},a.png,x\n" for i in range(12)), "jeans")


def test_fewer_than_are_to_be_kept(read):
    with pytest.raises(InputError, match=r"row 1 .*keep is best:3, but num is 2"):
        read("sku,photo,num\nA,a.png,2\n", "jeans", request=Request(num=4, keep=3))


def test_files_that_are_no_manifest(read, tmp_path):
    for name, text, words in (
        ("shoes.xls", "", "no table that can be read"),
        ("shoes.jsonl", "[1]", r"row 1 \(line 1\): '\[1\]' was found"),
        ("shoes.jsonl", "{", r"row 1 \(line 1\): no JSON"),
        ("bad.parquet", "sku", "a Parquet file is accepted"),
    ):
        with pytest.raises(InputError, match=words):
            read(text, "jeans", name)
    with pytest.raises(InputError, match="cannot be read"):
        manifest.read(tmp_path / "none.csv", DEFAULTS)
    (tmp_path / "latin.csv").write_bytes("sku,photo,prompt\nA,a.png,x\nB,b.png,Strümpfe\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.csv, line 3: b'\\xfc' is no UTF-8"):
        manifest.read(tmp_path / "latin.csv", DEFAULTS)


def test_cells_between_semicolons_or_tabs(read):
    table = "sku,photo,prompt\nA,a.png,jeans\n"
    expected = read(table)
    assert read(table.replace(",", ";")) == read("\ufeff" + table.replace(",", "\t")) == expected
    assert read("sku;photo;prompt\nA;a.png;jeans, a street\n")[0].request.prompt == ("jeans, a street",)


@pytest.mark.parametrize("cell", ['["A"]', '{"a": 1}', '"\\ud800"'])
def test_cells_that_are_neither_text_nor_number(read, cell):
    with pytest.raises(InputError, match=r"row 2 \(line 2\): sku is .*, text or a number is accepted"):
        read('{"sku": "B", "photo": "b.png"}\n{"photo": "a.png", "sku": ' + cell + "}", "jeans", "shoes.jsonl")


def test_skus_are_folders_of_their_own():
    names = {sku: manifest.folder_name(sku) for sku in ("AB-1 ü", "AB/1", "AB%2F1", "..", ".a", "a.b")}
    assert names["AB-1 ü"] == "AB-1 ü" and names["a.b"] == "a.b" and names["AB/1"] == "AB%2F1" and names[".."] == "%2E."
    assert len(set(names.values())) == len(names)
