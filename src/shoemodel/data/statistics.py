"""What a folder of tuples holds, in figures: shares of kinds, percentiles of quantities, visibility of each keypoint.

`facts` is what one tuple adds, `summarise` what a folder of them amounts to. Words that the world writes into the
record under `scene` are counted as they stand; a record without one counts as "not recorded".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from shoemodel.data.sample import Sample
from shoemodel.data.splits import SPLITS, split_of
from shoemodel.image.pose import ABSENT, HIDDEN, NAMES, VISIBLE

KINDS = {
    "family": ("family",),
    "crop": (),
    "view": (),
    "feet": (),
    "place": ("scene", "place"),
    "ground": ("scene", "ground"),
    "pose": ("scene", "pose", "name"),
    "garment": ("scene", "outfit", "garment"),
}
"""What is counted, and where it stands in the record; () for what `facts` works out."""
UNRECORDED = "not recorded"
AZIMUTHS = (("front", 25), ("three-quarter", 65), ("side", 115), ("three-quarter back", 155), ("back", 180))
"""Names of views and up to how many degrees from straight before the toes they reach."""
PERCENTILES = (5, 50, 95)

Facts = dict[str, Any]


def facts(sample: Sample) -> Facts:
    """What the statistics need of one tuple."""
    shoe, meta = sample.areas.shoe, sample.meta
    feet = list(meta["feet"])
    kinds: dict[str, str] = {name: _word(meta, path) for name, path in KINDS.items() if path}
    kinds |= {"crop": _crop(sample), "view": _view(meta), "feet": _feet(feet)}
    columns = np.flatnonzero(shoe.any(axis=0))
    quantities = {
        "visible area, % of the picture": 100 * float(sample.areas.visible.mean()),
        "wearable area, % of the picture": 100 * float(sample.areas.wearable.mean()),
        "wearable area, % of the shoe": 100 * float(sample.areas.wearable.sum() / max(shoe.sum(), 1)),
        "shoes' width, % of the picture": 100 * float(np.ptp(columns) + 1) / shoe.shape[1] if columns.size else 0.0,
        "camera's elevation, degrees": _number(meta, ("scene", "view", "elevation_deg")),
        "field of view, degrees": _number(meta, ("camera", "fov_deg")),
        "caption, words": float(np.mean([float(len(text.split())) for text in meta["captions"]] or [np.nan])),
        "draws thrown away": float(len(meta.get("redraws", []))),
    }
    return {
        "kinds": kinds,
        "quantities": quantities,
        "shoe": str(meta["shoe_id"]),
        "split": split_of(str(meta["shoe_id"]), str(meta["family"])),
        "world": _world(sample),
        "captions": list(meta["captions"]),
        "visibility": sample.pose.visibility.tolist(),
        "present": [name.split("_")[0] in feet for name in NAMES],
    }


def summarise(rows: Sequence[Facts]) -> dict[str, Any]:
    """Figures of all tuples, ready for JSON.

    worlds, splits and each of `kinds` say how many tuples there are of what (splits and families also how many shoes);
    quantities are percentiles; keypoints are shares of the tuples that hold the point's leg.
    """
    captions = [text for row in rows for text in row["captions"]]
    return {
        "tuples": len(rows),
        "shoes": len({row["shoe"] for row in rows}),
        "worlds": _counts([row["world"] for row in rows]),
        "splits": {name: _part(rows, name) for name in SPLITS},
        "kinds": {kind: _counts([row["kinds"][kind] for row in rows]) for kind in KINDS},
        "shoes of a family": _counts([family for family, _ in {(r["kinds"]["family"], r["shoe"]) for r in rows}]),
        "captions": {
            "written": len(captions),
            "different": len(set(captions)),
            "words": len({word.strip(",.") for text in captions for word in text.split()}),
        },
        "quantities": {name: _percentiles(rows, name) for name in (rows[0]["quantities"] if rows else ())},
        "keypoints": _keypoints(rows),
    }


def _world(sample: Sample) -> str:
    meta = sample.meta
    if not sample.has_unworn:
        return f"photos, {meta['size']} px"
    return f"seed {meta['seed']}, version {meta['version']}, {meta['size']} px"


def _counts(values: Sequence[str]) -> dict[str, int]:
    """How often each value occurs, the most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _part(rows: Sequence[Facts], split: str) -> dict[str, int]:
    shoes = [row["shoe"] for row in rows if row["split"] == split]
    return {"tuples": len(shoes), "shoes": len(set(shoes))}


def _percentiles(rows: Sequence[Facts], name: str) -> dict[str, float]:
    values = np.array([row["quantities"][name] for row in rows])
    values = values[~np.isnan(values)]
    if not values.size:
        return {}
    figures = {f"p{p}": round(float(np.percentile(values, p)), 2) for p in PERCENTILES}
    return {**figures, "least": round(float(values.min()), 2), "most": round(float(values.max()), 2)}


def _keypoints(rows: Sequence[Facts]) -> dict[str, dict[str, float]]:
    """Per name: tuples with its leg, and of these the shares outside the picture, hidden and visible."""
    visibility, present = (np.array([row[key] for row in rows]).reshape(-1, 12) for key in ("visibility", "present"))
    shares: dict[str, dict[str, float]] = {}
    for index, name in enumerate(NAMES):
        seen = visibility[present[:, index].astype(bool), index]
        states = {"outside": ABSENT, "hidden": HIDDEN, "visible": VISIBLE}
        shares[name] = {"tuples": int(seen.size)}
        shares[name] |= {word: round(float((seen == state).mean()), 4) for word, state in states.items() if seen.size}
    return shares


def _crop(sample: Sample) -> str:
    """How much of the leg the picture shows, by the highest of its joints that lies inside."""
    if "keypoints" in sample.lacks:
        return UNRECORDED
    seen = {NAMES[i].split("_", 1)[1] for i in np.flatnonzero(sample.pose.exists)}
    if "hip" in seen:
        return "hip and down"
    if "knee" in seen:
        return "knee and down"
    return "below the knee" if "ankle" in seen else "foot alone"


def _feet(feet: Sequence[str]) -> str:
    if not feet:
        return UNRECORDED
    return "both" if len(feet) > 1 else f"{feet[0]} alone"


def _view(meta: dict[str, Any]) -> str:
    azimuth = _number(meta, ("scene", "view", "azimuth_deg"))
    if np.isnan(azimuth):
        return UNRECORDED
    side = abs((azimuth + 180) % 360 - 180)
    return next(name for name, limit in AZIMUTHS if side <= limit)


def _at(meta: dict[str, Any], path: Sequence[str]) -> Any:
    """What stands at a path of the record, None where it ends early."""
    value: Any = meta
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _word(meta: dict[str, Any], path: Sequence[str]) -> str:
    value = _at(meta, path)
    return UNRECORDED if value is None else str(value)


def _number(meta: dict[str, Any], path: Sequence[str]) -> float:
    value = _at(meta, path)
    return float("nan") if value is None else float(value)
