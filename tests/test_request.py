"""A request is declared once: text, JSON, limits and the command all follow from it."""

import json
import shlex
from dataclasses import replace

import pytest

from shoemodel import declaration
from shoemodel.apps.cli.main import _parse
from shoemodel.errors import InputError
from shoemodel.image import placement
from shoemodel.request import DIFFUSION_ONLY, IN_PYTHON, NAMES, Request

FULL = Request(
    prompt=("a man's legs", "-bare feet"), num=3, seed=4, backend="diffusion", background="photo", edges="given",
    layout=placement.parse("0.5,0.6,1.25,-10,flip,4:5"), box=(1, 2.5, 30, 40), points=((5, 6), (7.5, 8)), keep=2,
    rejected=True, steps=7, solver="unipc", guidance=2.5, interval=(0.1, 0.9), refine=0.5, negative_prompt="fog",
)  # fmt: skip


def test_every_field_has_help_and_a_usual_value():
    assert tuple(declaration.helps(Request)) == NAMES == tuple(declaration.hints(Request))
    assert all(text.endswith(".") for text in declaration.helps(Request).values())
    assert Request().changed() == {}


def test_json_comes_back_as_it_was():
    told = json.loads(json.dumps(FULL.to_dict()))
    assert Request.of(told) == FULL
    assert told["box"] == [1, 2.5, 30, 40] and told["points"] == [[5, 6], [7.5, 8]]
    assert told["layout"]["place"]["angle_deg"] == -10 and told["layout"]["shape"] == [4, 5]
    assert Request.of({"prompt": "jeans"}).prompt == ("jeans",)


def test_other_backends_do_not_tell_the_options_of_the_diffusion():
    assert not set(DIFFUSION_ONLY) & set(Request().to_dict()) and set(DIFFUSION_ONLY) <= set(FULL.to_dict())


def test_only_the_diffusion_s_best_need_a_judge():
    best = Request(prompt=("jeans",), num=2, keep=1)
    assert replace(best, backend="diffusion").needs_judge
    assert not best.needs_judge and not replace(best, keep=None, backend="diffusion").needs_judge


def test_text_comes_back_as_it_was():
    for name in NAMES:
        if name != "prompt":
            text = declaration.write(Request, name, getattr(FULL, name))
            assert declaration.read(Request, name, text) == getattr(FULL, name), name


def test_the_command_is_read_as_the_request_it_was_written_from():
    words = shlex.split(FULL.command("shoe.png", "out", {"pack": "mini"}))
    assert words[:3] == ["shoemodel", "generate", "shoe.png"]
    verb, _ = _parse(words[1:])
    assert verb.request == FULL and str(verb.out) == "out"


def test_the_pipeline_takes_every_field():
    import inspect

    from shoemodel.pipeline import ShoeModelPipeline

    taken = inspect.signature(ShoeModelPipeline.__call__).parameters
    assert set(FULL.arguments()) <= set(taken) and set(IN_PYTHON) <= set(NAMES)
    usual = Request(prompt=("",)).arguments()
    for name in set(usual) - {"prompt", "generator", "backend", "layout"}:
        assert usual[name] == taken[name].default, name


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"num": 0}, "num is 0, at least 1 is accepted"),
        ({"seed": -1}, "seed is -1, at least 0"),
        ({"seed": 2**53}, "seed is 9007199254740992, at most 9007199254740991"),
        ({"guidance": float("nan")}, "guidance is nan"),
        ({"refine": 1.5}, "refine is 1.5, at most 1"),
        ({"solver": "euler"}, "solver is 'euler'; ddim or unipc or dpm"),
        ({"interval": (0.9, 0.1)}, "interval is 0.9,0.1"),
        ({"box": (3, 2, 1, 4)}, "box is '3,2,1,4'"),
        ({"points": ((1, float("inf")),)}, "pairs of numbers"),
        ({"rejected": True}, "rejected was given without keep"),
    ],
)
def test_values_that_make_no_sense(values, words):
    with pytest.raises(InputError, match=words):
        Request(**values)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"steps_": 3}, "steps_ is no field of a request"),
        ({"num": "3"}, "does not fit"),
        ({"layout": "there"}, "layout has the place 'there'"),
        ({"layout": {"place": {"x": 0.5}}}, "does not fit"),
        ({"layout": {"place": {"x_unit": 2, "y_unit": 0}}}, "x_unit 2; 0 to 1"),
        ({"layout": {"shape": [0, 5]}}, "the shape 0:5"),
    ],
)
def test_json_that_does_not_fit(values, words):
    with pytest.raises(InputError, match=words):
        Request.of(values)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("box", "1,b", "box is '1,b', but x0,y0,x1,y1"),
        ("points", "1,2,3", "points is '1,2,3'"),
        ("keep", "worst:2", "keep is 'worst:2', but best:K"),
        ("num", "many", "num is 'many', but a whole number"),
        ("guidance", "much", "a number is accepted"),
        ("rejected", "maybe", "true or false"),
        ("layout", "there", "layout 'there' is not readable"),
    ],
)
def test_text_that_cannot_be_read(name, text, words):
    with pytest.raises(InputError, match=words):
        declaration.read(Request, name, text)


def test_a_complete_request_has_a_prompt_and_enough_images():
    with pytest.raises(InputError, match="no prompt was given"):
        Request().require_complete()
    with pytest.raises(InputError, match="keep is best:3, but num is 2"):
        Request(prompt=("jeans",), num=2, keep=3).require_complete()
    FULL.require_complete()
