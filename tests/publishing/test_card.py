import json

import pytest

from shoemodel import InputError, packs
from shoemodel.apps.cli.main import main
from shoemodel.publishing import card


@pytest.fixture
def report(tiny_pack, tmp_path):
    """A report of `evaluate areas` on the tiny pack."""
    file = tmp_path / "areas.json"
    content = {"group": "held-out shoes", "split": "test", "pack": packs.identity(tiny_pack), "n": 40, "shoes": 12}
    content |= {"IoU": {"wearable": 81.25, "visible": 95.5}, "intervals": {"IoU": {"wearable": [78.5, 83.5]}}}
    file.write_text(json.dumps(content))
    return file


def test_the_card_says_what_is_in_the_pack_and_what_is_not_known(tiny_pack):
    text = card.write(tiny_pack, "someone/tiny")
    head, _, body = text.removeprefix("---\n").partition("---\n")
    assert "license: apache-2.0" in head and "pipeline_tag: image-to-image" in head
    assert 'from_pretrained("someone/tiny")' in body
    assert all(f"| `{name}` |" in body for name in packs.component_bytes(packs.read_manifest(tiny_pack)))
    assert "Of what these learnt from nothing is known: `areas`" in body
    assert "None were given" in body and "must not grade them" in body


def test_figures_stand_with_their_interval_number_and_group(tiny_pack, report):
    text = card.write(tiny_pack, "someone/tiny", [report])
    assert "| wearable area, IoU % | 81.25 | 78.5 to 83.5 | 40 | 12 | held-out shoes |" in text
    assert "| visible area, IoU % | 95.5 |  | 40 | 12 | held-out shoes |" in text
    assert "wearable area" not in text.partition("Not measured here")[2].partition("\n")[0]


def test_reports_on_another_pack_or_without_figures_are_refused(tiny_pack, report):
    content = json.loads(report.read_text())
    for changed, words in (
        ({"pack": {"name": "other", "sha256": "0" * 64}}, "reports on another pack"),
        ({"IoU": {}}, "holds no figure of a card"),
        ({"pack": None}, "cannot be read"),
    ):
        report.write_text(json.dumps(content | changed))
        with pytest.raises(InputError, match=words):
            card.write(tiny_pack, "someone/tiny", [report])


def test_lineage_and_licences_of_published_weights(tmp_path, tiny_pack):
    stages = {
        "unet": [
            {"repository": "a/b", "revision": "87ae", "licence": "CreativeML Open RAIL-M"},
            {
                "run": "sw", "steps": 100, "batch": 8, "calls": [{"commit": "0123456789abcdef"}],
                "data": [{"folder": "d", "sha256": "f" * 64, "world": {"seed": 3, "size": 256, "assets": False}}],
            },
        ]
    }  # fmt: skip
    (tmp_path / "pack" / "unet").mkdir(parents=True)
    (tmp_path / "pack" / "unet" / "config.json").write_text("{}")
    packs.write_manifest(tmp_path / "pack", "mine", "Other 1.0", {"unet": "sw", "vae": "x"}, stages)
    text = card.write(tmp_path / "pack", "someone/mine")
    assert 'license: other\nlicense_name: "Other 1.0"' in text
    assert "- a/b at 87ae, licence CreativeML Open RAIL-M" in text and "- a/b: CreativeML Open RAIL-M" in text
    assert (
        "- run sw: 100 steps of 8 on d (256 px, seed 3, asset files: none, sha256 ffffffffffff); commit 0123456789ab"
        in text
    )
    assert "`vae`:\n\n- unknown" in text and "nothing is known: `vae`." in text


def test_the_shipped_pack_has_a_card_and_nothing_is_sent(tmp_path, capsys):
    assert main(["push", "mini", "someone/mini", "--card", str(tmp_path / "card" / "README.md")]) == 0
    assert "nothing was sent" in capsys.readouterr().out
    text = (tmp_path / "card" / "README.md").read_text()
    assert "None" not in text.replace("None were given", "") and "True" not in text and "{" not in text
