import numpy as np
import pytest
import torch
from PIL import Image

from shoemodel import ShoeModelPipeline
from shoemodel.compose import placed
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.sw.sampler import Sampler

pytestmark = pytest.mark.usefixtures("found_feet")


@pytest.fixture
def photo(shoe_photo):
    return images.load(shoe_photo)


def run(pipeline, photo, **changes):
    usual = {"num_images_per_prompt": 2, "generator": 3, "num_inference_steps": 2, "output_type": "np"}
    return pipeline(photo, "jeans", **usual | changes)


def test_every_visible_pixel_is_the_photos(pipeline, photo):
    result = run(pipeline, photo)
    transform = result.layout.transform
    assert transform.is_integer_translation
    dx, dy = int(transform.dx), int(transform.dy)
    height, width = photo.size
    opaque = result.shoe.visible
    assert ((result.shoe.rgba[..., 3] == 255) == opaque).all() and not result.shoe.rgb[~opaque].any()
    assert (opaque[dy : dy + height, dx : dx + width] == result.areas.visible).all()
    for image in result.images:
        assert image.shape[:2] == result.layout.canvas
        moved = image[dy : dy + height, dx : dx + width]
        assert (moved[result.areas.visible] == photo.rgb[result.areas.visible]).all()


def test_result_holds_every_intermediate(pipeline, photo):
    result = run(pipeline, photo)
    assert len(result.images) == len(result.poses) == len(result.pose_images) == len(result.prompts) == 2
    assert result.images[0].shape == (*result.layout.canvas, 3) and result.fits == ()
    assert result.region.source == "alpha"
    assert {"region", "areas", "poses", "generate", "paste"} <= set(result.timings_s)
    assert result.seeds == [3, 4]


def test_a_result_depends_on_the_seed_and_its_number_alone(pipeline, photo):
    two, one = run(pipeline, photo), run(pipeline, photo, num_images_per_prompt=1)
    other = run(pipeline, photo, generator=8)
    assert (two.images[0] == one.images[0]).all()
    assert (two.images[0] != other.images[0]).any()


def test_save_and_load_round_trip(pipeline, photo, tmp_path):
    pipeline.save_pretrained(tmp_path / "saved")
    loaded = ShoeModelPipeline.from_pretrained(tmp_path / "saved", backend="diffusion", dtype=torch.float32)
    saved, again = (run(each, photo, refine_strength=0.0).images for each in (pipeline, loaded))
    for before, after in zip(saved, again, strict=True):
        assert np.abs(before.astype(int) - after).max() <= 1  # the last bit depends on where in memory weights lie


def test_prompts_of_every_kind(pipeline, photo):
    assert run(pipeline, photo, num_images_per_prompt=1).warnings == []
    pipeline(photo, "", num_inference_steps=1, generator=0)
    pipeline(photo, "牛仔裤 и сапоги 👢", num_inference_steps=1, generator=0)
    (warning,) = pipeline(photo, "word " * 100, num_inference_steps=1, generator=0).warnings
    assert "the first 77 count" in warning


def test_stages_and_steps_are_reported(pipeline, photo):
    calls = []
    run(pipeline, photo, progress=lambda *call: calls.append(call))
    assert calls[0] == ("region", 0, 1)
    drawing = [call for call in calls if call[0] == "generate"]  # two passes of two steps, for each of two
    assert [done for _, done, _ in drawing] == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert {total for *_, total in drawing} == {8}
    calls.clear()
    run(pipeline, photo, progress=lambda *call: calls.append(call), refine_strength=0)
    assert ("generate", 4, 4) in calls and ("generate", 5, 4) not in calls


def test_layout_can_be_chosen(pipeline, photo):
    kept = run(pipeline, photo, num_images_per_prompt=1, layout="keep")
    assert kept.layout.canvas == photo.size
    turned = run(pipeline, photo, num_images_per_prompt=1, layout="0.5,0.6,0.8,10")
    opaque = turned.shoe.visible
    assert (turned.images[0][opaque] == turned.shoe.rgb[opaque]).all()
    with pytest.raises(InputError):
        run(pipeline, photo, layout="nowhere")


def test_a_mask_wins_over_transparency(pipeline, photo, shoe_mask):
    upper = shoe_mask & (np.arange(96)[:, None] < 55)
    assert (run(pipeline, photo, num_images_per_prompt=1, mask=upper).region.mask == upper).all()


@pytest.mark.usefixtures("unchecked")
def test_pil_and_arrays_are_photos_too(pipeline, photo, shoe_mask):
    from_array = run(pipeline, photo.rgb, num_images_per_prompt=1, mask=shoe_mask)
    from_pil = run(pipeline, Image.fromarray(photo.rgb), num_images_per_prompt=1, mask=shoe_mask)
    assert (from_array.images[0] == from_pil.images[0]).all()
    with pytest.raises(InputError, match=r"an array \(96, 128\) of float64"):
        pipeline(np.zeros((96, 128)), "jeans")


def test_a_generator_may_give_the_seed(pipeline, photo):
    one = {"num_images_per_prompt": 1}
    seeds = [run(pipeline, photo, generator=torch.Generator().manual_seed(5), **one).seeds for _ in range(2)]
    assert seeds[0] == seeds[1]


def test_offloaded_networks_draw_the_same(tiny_pack, pipeline, photo):
    offloaded = ShoeModelPipeline.from_pretrained(tiny_pack, backend="diffusion", dtype=torch.float32)
    offloaded.enable_model_cpu_offload(device="cpu")
    assert (run(offloaded, photo).images[1] == run(pipeline, photo).images[1]).all()


def test_another_solver_draws_another_picture_with_the_same_shoe(pipeline, photo):
    plain = run(pipeline, photo, num_inference_steps=4)
    other = run(pipeline, photo, num_inference_steps=4, solver="unipc", guidance_interval=(0.2, 0.9))
    assert (plain.images[0] != other.images[0]).any()
    opaque = plain.shoe.visible
    assert (plain.images[0][opaque] == other.images[0][opaque]).all()


@pytest.mark.usefixtures("unchecked")
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

    def watched(sampler, drafts, *options):
        shown.extend((draft.condition[:3] > 0).all(0).float().mean() for draft in drafts)
        return [np.zeros((sampler.side_px, sampler.side_px, 3), np.uint8) for _ in drafts]

    pipeline.controlnet.register_to_config(sees_photo=True)
    pipeline.save_pretrained(tmp_path / "pack")
    pipeline.controlnet.register_to_config(sees_photo=False)
    knowing = type(pipeline).from_pretrained(tmp_path / "pack", backend="diffusion", dtype=torch.float32)
    for each, background in ((knowing, "photo"), (knowing, "scene"), (pipeline, "photo")):
        monkeypatch.setattr(Sampler, "__call__", watched)
        run(each, photo, background=background, layout="keep", num_images_per_prompt=1, refine_strength=0.0)
    in_photo, *on_black = shown
    assert in_photo > 0.5 > max(on_black)


def test_images_are_pillow_s_unless_arrays_are_asked_for(pipeline, photo):
    arrays = run(pipeline, photo)
    pictures = run(pipeline, photo, output_type="pil").images
    assert [type(image) for image in pictures] == [Image.Image] * 2
    assert all((np.array(image) == pixels).all() for image, pixels in zip(pictures, arrays.images, strict=True))


def test_each_image_may_have_its_own_generator(pipeline, photo):
    own = run(pipeline, photo, generator=[torch.Generator().manual_seed(5), np.int64(9)])
    one = run(pipeline, photo, num_images_per_prompt=1, generator=torch.Generator().manual_seed(5))
    assert own.seeds == [one.seeds[0], 9]
    with pytest.raises(ValueError, match="3 generators were given for 2 images"):
        run(pipeline, photo, generator=[1, 2, 3])


def test_a_misspelt_option_fails_at_the_call(pipeline, photo):
    with pytest.raises(TypeError, match="num_inference_step'"):
        run(pipeline, photo, num_inference_step=3)


def test_latents_can_be_seen_and_changed_after_each_step(pipeline, photo):
    calls = []

    def look(pipe, step, timestep, tensors):
        calls.append((pipe, step, int(timestep), tuple(tensors["latents"].shape)))
        return {"latents": torch.zeros_like(tensors["latents"])} if step == 1 else tensors

    plain = run(pipeline, photo, refine_strength=0.0)
    seen = run(pipeline, photo, refine_strength=0.0, callback_on_step_end=look)
    assert [call[:2] for call in calls] == [(pipeline, 0), (pipeline, 1)] * 2 and calls[0][2] > calls[1][2]
    assert calls[0][3][:2] == (1, 4) and (plain.pixels[0] != seen.pixels[0]).any()


def test_the_placed_shoe_is_computed_once(pipeline, photo, monkeypatch):
    """Both passes of two images: one square of X_w, and one leg mask a pose."""
    built, mask = [], placed.LegMask
    monkeypatch.setattr(placed, "LegMask", lambda *given: built.append(given) or mask(*given))
    result = run(pipeline, photo)
    assert len(built) == 2 and list(result.shoe._squares) == [pipeline.sampler.side_px]
