"""The command `shoemodel evaluate areas | feet | legs | images`: how good a pack is on shoes it has never seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import arg, subcommand

from shoemodel import packs
from shoemodel.apps.cli import messages
from shoemodel.apps.cli.images import Images
from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.data.sample import Sample
    from shoemodel.pipeline import ShoeModelPipeline

Evaluation = Callable[["ShoeModelPipeline", "Iterable[Sample]", str], dict[str, Any]]
"""Pipeline, tuples, and the group's name -> its report."""


@dataclass(frozen=True, kw_only=True)
class _Held:
    """What all evaluations take."""

    data: Annotated[Path, arg(metavar="DIR")]
    """Folder written by `shoemodel synth`."""
    pack: Annotated[str, arg(metavar="mini|FOLDER|OWNER/NAME")] = "mini"
    """Weights."""
    split: Literal["test", "train", "all"] = "test"
    """test: the shoes that no training sees and, separately, the family that none sees; train: those that were learnt,
    to compare; all: every tuple, for a folder that no training has seen."""
    json: Annotated[Path | None, arg(metavar="FILE")] = None
    """Where to write the report as JSON."""


@dataclass(frozen=True, kw_only=True)
class Areas(_Held):
    """The paper's Table 4: IoU and accuracy of background, visible and wearable area, in percent.

    Pixels are counted over the whole set, then divided. Below each row stands the 95% interval (bootstrap over shoes),
    below the table the paper's own row, which was measured on 200 real photos.

    Example: shoemodel evaluate areas --data data --pack mini --json areas.json --out areas
    """

    region: Literal["exact", "found"] = "exact"
    """exact: the network alone, on the true shoe mask; found: behind the region module, as at inference."""
    out: Annotated[Path | None, arg(metavar="FOLDER")] = None
    """Where to draw a page of the worst cases."""

    def run(self) -> int:
        from shoemodel.evaluation import areas, tables
        from shoemodel.image import io as images
        from shoemodel.output import run_folder

        pages = {}

        def evaluation(pipeline: ShoeModelPipeline, samples: Iterable[Sample], name: str) -> dict[str, Any]:
            report, worst = areas.evaluate(pipeline, samples, self.region)
            pages[name] = areas.worst_page(worst)
            return report

        if self.out is not None:
            run_folder.require_writable(self.out)
        groups = _evaluate(self, evaluation, ("region", "areas"))
        messages.show(*(tables.areas(name, report, areas.PAPER) for name, report in groups.items()))
        _write(self, groups, {"region": self.region, "paper": areas.PAPER})
        if self.out is not None:
            self.out.mkdir(parents=True, exist_ok=True)
            for name, page in pages.items():
                target = self.out / f"worst {name}.jpg".replace(" ", "-")
                images.save_jpeg(target, page)
                print(f"the worst of the {name}: {target}")
        return 0


@dataclass(frozen=True, kw_only=True)
class Feet(_Held):
    """Foot keypoints: PCK by foot length, OKS AP, and whether the feet in the picture, and no others, are reported.

    A foot that is reported missing counts as four wrong points. Intervals hold 95% (bootstrap over shoes).

    Example: shoemodel evaluate feet --data data --pack mini --json feet.json
    """

    areas: Literal["exact", "found"] = "exact"
    """exact: the network alone, on the true visible area; found: behind the region module and WD, as at inference."""

    def run(self) -> int:
        from shoemodel.evaluation import feet, tables

        def evaluation(pipeline: ShoeModelPipeline, samples: Iterable[Sample], _: str) -> dict[str, Any]:
            return feet.evaluate(pipeline, samples, self.areas)

        groups = _evaluate(self, evaluation, ("region", "areas", "feet"))
        messages.show(tables.figures("foot keypoints", groups, FEET_LINES))
        _write(self, groups, {"areas": self.areas})
        return 0


FEET_LINES = {
    "PCK@0.05": ("PCK", "0.05"),
    "PCK@0.1": ("PCK", "0.1"),
    "median error, foot extents": ("median error, foot extents",),
    "OKS AP": ("OKS", "AP"),
    "OKS AP at 0.5": ("OKS", "AP50"),
    "OKS AP at 0.75": ("OKS", "AP75"),
    "left foot: precision": ("presence", "left", "precision"),
    "left foot: recall": ("presence", "left", "recall"),
    "right foot: precision": ("presence", "right", "precision"),
    "right foot: recall": ("presence", "right", "recall"),
    "pictures with both answers right": ("feet right",),
}
"""Of the table, and where each stands in the report."""


@dataclass(frozen=True, kw_only=True)
class Legs(_Held):
    """Leg poses: are they right, plausible, and as many as there are? 64 are sampled for each picture's true feet.

    Precision, recall, density and coverage compare them with real poses of other pictures with similar feet; "real
    poses reach" says what a second set of such real poses gets, which is what to hope for. A true pose that lies at
    0.5 among the sampled ones says that their spread is right; more: they crowd together; less: they scatter. The time
    is that of 10,000 poses in one batch.

    Example: shoemodel evaluate legs --data data --pack mini --json legs.json
    """

    poses: Annotated[Path | None, arg(metavar="FILE")] = None
    """Poses without pictures (`recipes/poses.py --split test`): more to find similar feet among."""

    def run(self) -> int:
        from shoemodel.evaluation import legs, tables

        def evaluation(pipeline: ShoeModelPipeline, samples: Iterable[Sample], _: str) -> dict[str, Any]:
            return legs.evaluate(pipeline, samples, further=self.poses)

        groups = _evaluate(self, evaluation, ("legs", "legs_scheduler"))
        messages.show(tables.figures("leg poses", groups, LEG_LINES))
        _write(self, groups, {"poses": self.poses and str(self.poses)})
        return 0


LEG_LINES = {
    "Eq. (1)": ("loss",),
    **{f"best of {n}, foot extents": ("best of n, foot extents", str(n)) for n in (1, 4, 16, 64)},
    "true pose among the sampled": ("true pose among the sampled",),
    "spread over neighbours' spread": ("spread", "median ratio"),
    **{name: (name,) for name in ("precision", "recall", "density", "coverage")},
    **{
        f"real poses reach: {name}": ("real poses reach", name)
        for name in ("precision", "recall", "density", "coverage")
    },
    "implausible poses, share": ("bodies", "sampled", "implausible"),
    "  true poses": ("bodies", "true", "implausible"),
    "knees bent backwards, share": ("bodies", "sampled", "knees bent backwards"),
    "  true poses' knees": ("bodies", "true", "knees bent backwards"),
    "seconds for 10,000 poses": ("speed", "seconds"),
    "  of processor time": ("speed", "processor seconds"),
    "threads": ("speed", "threads"),
}
"""As FEET_LINES."""

Verb = (
    Annotated[Areas, subcommand("areas", prefix_name=False)]
    | Annotated[Feet, subcommand("feet", prefix_name=False)]
    | Annotated[Legs, subcommand("legs", prefix_name=False)]
    | Annotated[Images, subcommand("images", prefix_name=False)]
)


@dataclass(frozen=True, kw_only=True)
class Evaluate:
    """Measure one module of a pack, or the images it generates, on shoes that no training has seen.

    Example: shoemodel evaluate areas --data data --pack mini --json areas.json
    """

    module: Verb

    def run(self) -> int:
        return self.module.run()


def _evaluate(
    options: _Held, evaluation: Evaluation, only: Sequence[str] = tuple(packs.COMPONENTS)
) -> dict[str, dict[str, Any]]:
    """A report for each group of the split that the folder holds, by the components `only` of the pack.

    Raises InputError where the folder has nothing of the split.
    """
    from shoemodel.evaluation import held_out
    from shoemodel.output import run_folder
    from shoemodel.pipeline import ShoeModelPipeline

    if options.json is not None:
        run_folder.require_writable(options.json.parent)
    wanted = held_out.GROUPS[options.split]
    found = [name for name, splits in wanted.items() if any(True for _ in held_out.read(options.data, splits))]
    if not found:
        raise InputError(f"{options.data} holds no tuple of {' or '.join(wanted)}: try another --split, or more data")
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, only=only)
    return {
        name: evaluation(pipeline, messages.tracked(held_out.read(options.data, wanted[name]), name), name)
        for name in found
    }


def _write(options: _Held, groups: Mapping[str, dict[str, Any]], more: Mapping[str, Any]) -> None:
    """The first group's report on top, the others beside it under their names."""
    if options.json is None:
        return

    first, *others = groups
    report = {"group": first, "split": options.split, "pack": packs.identity(options.pack), **more, **groups[first]}
    report |= {name: groups[name] for name in others}
    messages.write(options.json, report)
