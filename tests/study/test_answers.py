import pytest

from shoemodel.errors import InputError
from shoemodel.study import answers, page


@pytest.fixture
def key(study):
    return page.read(study)


def test_what_is_written_is_read_again(key, choose):
    given = [choose("ann", 0, "ours"), choose("ann", 1, "ours", "example")]
    assert answers.parse(answers.written(given, key), key, "a.csv") == given


def test_the_later_of_two_answers_counts(choose):
    early, late = choose("ann", 0, "ours"), choose("ann", 0, "inpaint", at="2030-01-02T00:00:00.000Z")
    other = choose("bob", 0, "example")
    assert set(answers.merged([late], [early, other])) == {late, other}


def test_files_beside_the_study_are_read_and_none_is_refused(study, key, choose, tmp_path):
    with pytest.raises(InputError, match="there are no answers"):
        answers.read(study, key)
    (study / "answers" / "ann.csv").write_text("\ufeff" + answers.written([choose("ann", 0, "ours")], key))
    assert [each.rater for each in answers.read(study, key)] == ["ann"]
    with pytest.raises(InputError, match=r"none\.csv cannot be read"):
        answers.read(study, key, [tmp_path / "none.csv"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("study,rater", "study;rater", "holds no answers: its first line"),
        ("ann", "../ann", "line 2: the rater '../ann' is no name"),
        ("4.0", "soon", "are no seconds and time"),
        ("2030-01-01T", "yesterday", "are no seconds and time"),
    ],
)
def test_what_the_page_did_not_write_is_refused(key, choose, old, new, words):
    text = answers.written([choose("ann", 0, "ours")], key)
    with pytest.raises(InputError, match=words):
        answers.parse(text.replace(old, new), key, "a.csv")


def test_answers_to_another_study_line_up_or_picture_are_refused(key, choose):
    answer = choose("ann", 0, "ours")
    text = answers.written([answer], key)
    other = next(name for name in key.owners if name != answer.lineup)
    stranger = next(iter(key.owners[other]))
    for old, new, words in (
        (key.study, "0" * 16, "the answer is to the study 0000"),
        (answer.lineup, "f" * 16, "no line-up"),
        (answer.lineup, other, "the winners .* are no pictures"),
        (f",{answer.winners[0]},", f",{stranger},", "the winners .* are no pictures"),
        (f",{answer.winners[0]},", ",,", "the winners '' are no pictures"),
        (" ".join(answer.shown), answer.shown[0], "what was shown is not the line-up"),
    ):
        assert old in text
        with pytest.raises(InputError, match=words):
            answers.parse(text.replace(old, new), key, "a.csv")
