import numpy as np
import pytest
import torch
from PIL import Image

from shoemodel import ShoeModelPipeline
from shoemodel.errors import InputError
from shoemodel.image import io as images

pytestmark = pytest.mark.usefixtures("found_feet")


@pytest.fixture
def photo(shoe_photo):
    return images.load(shoe_photo)


def run(pipeline, photo, **changes):
    return pipeline(photo, "jeans", **{"num_images": 2, "generator": 3, "steps": 2, **changes})


def test_every_visible_pixel_is_the_photos(pipeline, photo):
    result = run(pipeline, photo)
    transform = result.layout.transform
    assert transform.is_integer_translation
    dx, dy = int(transform.dx), int(transform.dy)
    height, width = photo.size
    opaque = result.shoe[..., 3] == 255
    assert set(np.unique(result.shoe[..., 3])) == {0, 255}
    assert (opaque[dy : dy + height, dx : dx + width] == result.areas.visible).all()
    for image in result.images:
        assert image.shape[:2] == result.layout.canvas
        moved = image[dy : dy + height, dx : dx + width]
        assert (moved[result.areas.visible] == photo.rgb[result.areas.visible]).all()


def test_result_holds_every_intermediate(pipeline, photo):
    result = run(pipeline, photo)
    assert len(result.images) == len(result.poses) == len(result.pose_images) == len(result.prompts) == 2
    assert result.images[0].shape == (*result.layout.canvas, 3) and result.fit is None
    assert result.region.source == "alpha"
    assert {"region", "areas", "poses", "generate", "paste"} <= set(result.timings_s)
    assert result.seeds == [3, 4]


def test_a_result_depends_on_the_seed_and_its_number_alone(pipeline, photo):
    two, one, other = run(pipeline, photo), run(pipeline, photo, num_images=1), run(pipeline, photo, generator=8)
    assert (two.images[0] == one.images[0]).all()
    assert (two.images[0] != other.images[0]).any()


def test_save_and_load_round_trip(pipeline, photo, tmp_path):
    pipeline.save_pretrained(tmp_path / "saved")
    loaded = ShoeModelPipeline.from_pretrained(tmp_path / "saved", backend="diffusion", dtype=torch.float32)
    saved, again = (run(each, photo, repair=0.0).images for each in (pipeline, loaded))
    for before, after in zip(saved, again, strict=True):
        assert np.abs(before.astype(int) - after).max() <= 1  # the last bit depends on where in memory weights lie


def test_prompts_of_every_kind(pipeline, photo):
    assert run(pipeline, photo, num_images=1).notices == []
    pipeline(photo, "", steps=1, generator=0)
    pipeline(photo, "牛仔裤 и сапоги 👢", steps=1, generator=0)
    (notice,) = pipeline(photo, "word " * 100, steps=1, generator=0).notices
    assert "the first 77 count" in notice


def test_stages_and_steps_are_reported(pipeline, photo):
    calls = []
    run(pipeline, photo, callback=lambda *call: calls.append(call))
    assert calls[0] == ("region", 0, 1)
    drawing = [call for call in calls if call[0] == "generate"]  # two passes of two steps, for each of two
    assert [done for _, done, _ in drawing] == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8]
    assert {total for *_, total in drawing} == {8}
    calls.clear()
    run(pipeline, photo, callback=lambda *call: calls.append(call), repair=0)
    assert ("generate", 4, 4) in calls and ("generate", 5, 4) not in calls


def test_layout_can_be_chosen(pipeline, photo):
    kept = run(pipeline, photo, num_images=1, layout="keep")
    assert kept.layout.canvas == photo.size
    turned = run(pipeline, photo, num_images=1, layout="0.5,0.6,0.8,10")
    opaque = turned.shoe[..., 3] == 255
    assert (turned.images[0][opaque] == turned.shoe[..., :3][opaque]).all()
    with pytest.raises(InputError):
        run(pipeline, photo, layout="nowhere")


def test_a_mask_wins_over_transparency(pipeline, photo, shoe_mask):
    upper = shoe_mask & (np.arange(96)[:, None] < 55)
    assert (run(pipeline, photo, num_images=1, mask=upper).region.mask == upper).all()


def test_pil_and_arrays_are_photos_too(pipeline, photo, shoe_mask):
    from_array = run(pipeline, photo.rgb, num_images=1, mask=shoe_mask)
    from_pil = run(pipeline, Image.fromarray(photo.rgb), num_images=1, mask=shoe_mask)
    assert (from_array.images[0] == from_pil.images[0]).all()
    with pytest.raises(InputError, match=r"an array \(96, 128\) of float64"):
        pipeline(np.zeros((96, 128)), "jeans")


def test_a_generator_may_give_the_seed(pipeline, photo):
    seeds = [run(pipeline, photo, num_images=1, generator=torch.Generator().manual_seed(5)).seeds for _ in range(2)]
    assert seeds[0] == seeds[1]


def test_offloaded_networks_draw_the_same(tiny_pack, pipeline, photo):
    offloaded = ShoeModelPipeline.from_pretrained(tiny_pack, backend="diffusion", dtype=torch.float32)
    offloaded.enable_model_cpu_offload(device="cpu")
    assert (run(offloaded, photo).images[1] == run(pipeline, photo).images[1]).all()


def test_another_solver_draws_another_picture_with_the_same_shoe(pipeline, photo):
    plain, other = run(pipeline, photo, steps=4), run(pipeline, photo, steps=4, solver="unipc", interval=(0.2, 0.9))
    assert (plain.images[0] != other.images[0]).any()
    opaque = plain.shoe[..., 3] == 255
    assert (plain.images[0][opaque] == other.images[0][opaque]).all()


def test_an_unknown_background_is_refused(pipeline, photo):
    with pytest.raises(InputError, match="'Photo'; the diffusion backend accepts scene and photo"):
        run(pipeline, photo, background="Photo")


def test_the_photo_can_stay(pipeline, photo):
    kept = run(pipeline, photo, background="photo", layout="keep")
    for image, drawn in zip(kept.images, run(pipeline, photo, layout="keep").images, strict=True):
        assert image.shape == photo.rgb.shape
        assert (image[kept.areas.visible] == photo.rgb[kept.areas.visible]).all()
        same, anew = ((picture == photo.rgb).all(-1).mean() for picture in (image, drawn))
        assert same > 0.5 > anew


def test_a_controlnet_that_has_seen_photos_is_shown_this_one(pipeline, photo, tmp_path, monkeypatch):
    shown = []

    def watched(condition, *given, **options):
        shown.append((condition[:3] > 0).all(0).float().mean())
        return np.zeros((pipeline.side, pipeline.side, 3), np.uint8)

    pipeline.controlnet.register_to_config(sees_photo=True)
    pipeline.save_pretrained(tmp_path / "pack")
    pipeline.controlnet.register_to_config(sees_photo=False)
    knowing = type(pipeline).from_pretrained(tmp_path / "pack", backend="diffusion", dtype=torch.float32)
    for each, background in ((knowing, "photo"), (knowing, "scene"), (pipeline, "photo")):
        monkeypatch.setattr(each, "_sample", watched)
        run(each, photo, background=background, layout="keep", num_images=1, repair=0.0)
    in_photo, *on_black = shown
    assert in_photo > 0.5 > max(on_black)
