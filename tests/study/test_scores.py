import csv
import json

import numpy as np
import pytest

from shoemodel.apps.cli.main import main
from shoemodel.study import answers, page, scores


@pytest.fixture
def key(study):
    return page.read(study)


def test_wins_are_counted_as_the_paper_does_and_ties_split(key, choose):
    given = [
        choose("ann", 0, "ours"),
        choose("ann", 1, "ours", "inpaint"),
        choose("bob", 0, "ours", "inpaint", "example"),
    ]
    report = scores.report(given, key)
    wins = {name: row["wins"] for name, row in report["methods"].items()}
    assert wins == {"ours": 1.8333, "inpaint": 0.8333, "example": 0.3333}
    assert report["methods"]["ours"]["wins a rater"] == 0.9167
    assert (report["answers"], report["ties"], report["line-ups"]) == (3, 2, 2)
    assert report["raters"] == {"ann": 2, "bob": 1}
    assert report["wins by place"] == [0.6111, 0.2778, 0.1111]


def test_bradley_terry_is_the_log_odds_of_two(monkeypatch):
    monkeypatch.setattr(scores, "PRIOR", 0)
    a, b = scores.bradley_terry(np.array([[0.0, 30.0], [10.0, 0.0]]))
    assert a - b == pytest.approx(np.log(3)) and a + b == pytest.approx(0)


def test_bradley_terry_solves_its_likelihood_equations(monkeypatch):
    monkeypatch.setattr(scores, "PRIOR", 0)
    beaten = np.array([[0.0, 7, 4, 9], [3, 0, 5, 6], [2, 1, 0, 4], [1, 2, 3, 0]])
    strength = scores.bradley_terry(beaten)
    expected = 1 / (1 + np.exp(strength[None] - strength[:, None]))
    assert ((beaten + beaten.T) * expected * (1 - np.eye(4))).sum(1) == pytest.approx(beaten.sum(1), abs=1e-4)


def test_who_always_wins_has_a_finite_score_and_an_interval(key, choose):
    report = scores.report([choose("ann", number, "ours") for number in range(4)], key)
    best, worst = report["methods"]["ours"], report["methods"]["inpaint"]
    assert best["share"] == 1 and best["share interval"] == [1, 1]
    assert np.isfinite(best["Bradley-Terry"]) and best["Bradley-Terry"] > worst["Bradley-Terry"] + 2


def test_intervals_come_from_other_pictures_and_the_seed(key, choose):
    given = [choose("ann", number, method) for number, method in enumerate(("ours", "ours", "inpaint", "example"))]
    report = scores.report(given, key)
    low, high = report["methods"]["ours"]["share interval"]
    assert 0 <= low < 0.5 < high <= 1
    least, most = report["methods"]["ours"]["Bradley-Terry interval"]
    assert least < report["methods"]["ours"]["Bradley-Terry"] < most
    assert scores.report(given, key) == report != scores.report(given, key, seed=1)


def test_agreement(key, choose):
    same = [
        choose(rater, number, method) for rater in ("ann", "bob") for number, method in ((0, "ours"), (1, "inpaint"))
    ]
    assert scores.agreement(same, key) == {"line-ups": 2, "agreement": 1.0, "alpha": 1.0}
    apart = [*same[:3], choose("bob", 1, "ours", "inpaint")]
    half = scores.agreement(apart, key)
    assert half["agreement"] == 0.75 and 0 < half["alpha"] < 1
    against = [
        choose("ann", 0, "ours"),
        choose("bob", 0, "inpaint"),
        choose("ann", 1, "inpaint"),
        choose("bob", 1, "ours"),
    ]
    assert scores.agreement(against, key)["alpha"] == -0.5


def test_agreement_of_one_rater_or_one_answer_is_not_said(key, choose):
    nothing = {"line-ups": 0, "agreement": None, "alpha": None}
    assert scores.agreement([choose("ann", 0, "ours"), choose("bob", 1, "ours")], key) == nothing
    unanimous = scores.agreement([choose("ann", 0, "ours"), choose("bob", 0, "ours")], key)
    assert unanimous == {"line-ups": 1, "agreement": 1.0, "alpha": None}


def test_read_prints_and_exports(study, key, choose, tmp_path, capsys):
    for rater in ("ann", "bob"):
        given = [choose(rater, 0, "ours"), choose(rater, 1, "inpaint", "ours")]
        (study / "answers" / f"{rater}.csv").write_text(answers.written(given, key))
    files = ["--csv", str(tmp_path / "rows.csv"), "--json", str(tmp_path / "report.json")]
    assert main(["study", "read", str(study), *files]) == 0
    out = capsys.readouterr().out
    assert "answers: 4, raters: 2, line-ups: 2 of 4, ties: 2" in out and "agreement of two raters: 100%" in out
    with (tmp_path / "rows.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 3 and sum(float(row["won"]) for row in rows) == 4
    assert {row["method"] for row in rows if row["won"] == "0.5"} == {"ours", "inpaint"}
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["methods"]["ours"]["wins"] == 3.0
    one = str(study / "answers" / "ann.csv")
    assert main(["study", "read", str(study), one]) == 0
    assert "agreement: needs two raters" in capsys.readouterr().out


def test_what_is_no_study_is_refused(tmp_path, capsys):
    assert main(["study", "read", str(tmp_path)]) == 2
    assert "is no folder of `shoemodel study make`" in capsys.readouterr().err
