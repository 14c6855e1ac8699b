"""The direct routes, and what they refuse."""

import base64
import io
import json
import threading

import numpy as np
import pytest
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families

from shoemodel import packs
from shoemodel.image import io as images
from tests.apps.service.conftest import QUICK


def picture(text):
    return np.array(Image.open(io.BytesIO(base64.b64decode(text))))


def sentence(answer, status):
    """The answer has this status and holds one sentence, no trace."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert list(body) == ["detail"] and "Traceback" not in body["detail"]
    return body["detail"]


def test_areas_from_multipart_and_json_agree(client, photo, shoe_mask):
    form = client.post("/v1/areas", files={"photo": photo}).json()
    text = base64.b64encode(photo[1]).decode()
    assert client.post("/v1/areas", json={"photo": text}).json() == form
    assert (form["width"], form["height"], form["source"]) == (128, 96, "alpha")
    labels = picture(form["areas_png"])
    assert labels.shape == shoe_mask.shape
    assert ((labels > 0) == shoe_mask).mean() > 0.9
    assert form["visible_pixels"] == (labels == 1).sum() and form["wearable_pixels"] == (labels == 2).sum()


def test_poses_stand_on_the_canvas(client, photo):
    answer = client.post("/v1/poses", files={"photo": photo}, data={"num": 3, "seed": 1, "layout": "keep"}).json()
    assert (answer["canvas_width"], answer["canvas_height"]) == (128, 96)
    assert 1 <= len(answer["poses"]) <= 3
    assert set(answer["poses"][0]) > {"left_hip", "right_heel"}


def test_images_hold_the_shoe(client, photo, shoe_photo):
    answer = client.post("/v1/images", files={"photo": photo}, data={**QUICK, "num": 2, "layout": "keep"}).json()
    assert [image["name"] for image in answer["images"]] == ["image_00.png", "image_01.png"]
    shoe = picture(base64.b64encode(client.get(f"/v1/jobs/{answer['id']}/results/shoe.png").content))
    kept = shoe[..., 3] == 255
    for image in answer["images"]:
        pixels = picture(image["png"])
        assert (pixels[kept] == images.load(shoe_photo).rgb[kept]).all()
        assert client.get(image["href"]).content == base64.b64decode(image["png"])


def test_images_keep_the_photos_surroundings(client, photo, shoe_photo):
    wanted = {**QUICK, "background": "photo", "layout": "keep"}
    kept = client.post("/v1/images", files={"photo": photo}, data=wanted).json()
    own = images.load(shoe_photo).rgb
    pixels = picture(kept["images"][0]["png"])
    assert pixels.shape == own.shape and (pixels == own).all(-1).mean() > 0.5


@pytest.mark.usefixtures("unchecked")
def test_what_cannot_be_used_is_refused_in_a_sentence(client, photo):
    def refuse(status, words, data=QUICK, file=photo, route="/v1/jobs"):
        assert words in sentence(client.post(route, files={"photo": file}, data=data), status)

    refuse(422, "is not a picture", file=("a.png", b"nothing"))
    refuse(422, "is not a picture", file=("a.png", b"http://example.com/shoe.png"))
    refuse(422, "at least 32 px", file=("a.png", images.encode_png(np.zeros((8, 8, 3), np.uint8))))
    refuse(422, "no prompt was given", data={"num": 1})
    refuse(422, "num is 9, at most 8 images", data={**QUICK, "num": 9})
    refuse(422, "steps is 101", data={**QUICK, "steps": 101})
    refuse(422, "seed", data={**QUICK, "seed": -1})
    refuse(422, "guidance", data={**QUICK, "guidance": "nan"})
    refuse(422, "box is '1,2'", data={**QUICK, "box": "1,2"})
    refuse(422, "layout 'there'", data={**QUICK, "layout": "there"})
    refuse(422, "'url' is no field here", data={**QUICK, "url": "http://example.com"})
    refuse(422, "does not lie inside", data={"box": "0,0,900,50"}, route="/v1/areas")
    text = client.post("/v1/jobs", files={"photo": (None, "/etc/passwd")})
    assert "nothing else, is sent as a file" in sentence(text, 422)
    assert "not base64" in sentence(client.post("/v1/jobs", json={"photo": "/etc/passwd!", **QUICK}), 422)
    assert "no JSON object" in sentence(client.post("/v1/jobs", json=[1]), 422)
    assert "prompt" in sentence(client.post("/v1/jobs", json={"photo": "", "prompt": 3}), 422)
    assert "photo is missing" in sentence(client.post("/v1/jobs", json=QUICK), 422)
    plain = client.post("/v1/jobs", content="a", headers={"content-type": "text/plain"})
    assert "content type is 'text/plain'" in sentence(plain, 415)
    sentence(client.get("/v1/nothing"), 404)


@pytest.mark.usefixtures("unchecked")
def test_bodies_that_are_cut_off_or_odd_are_refused(client, photo):
    def refuse(words, body, kind):
        assert words in sentence(client.post("/v1/jobs", content=body, headers={"content-type": kind}), 422)

    def part(name, value, more=""):
        return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"

    whole = part("prompt", b"\xff-\xfe") + part("photo", photo[1], '; filename="a.png"') + part("steps", b"2")
    refuse("its closing boundary is missing", whole + part("seed", b"7"), "multipart/form-data; boundary=b")
    refuse("no form that can be read", whole + b"--b--\r\n", "multipart/form-data; boundary=b; charset=punycode")
    text = json.dumps({**QUICK, "photo": base64.b64encode(photo[1]).decode()})
    refuse("given twice", text[:-1] + ', "seed": 4}', "application/json")
    refuse("guidance: Input should be", text[:-1] + ', "guidance": NaN}', "application/json")
    refuse("no JSON object", text[:-1] + ', "num": ' + "9" * 5000 + "}", "application/json")
    refuse("no JSON object", "[" * 100_000, "application/json")
    refuse("half a letter", text.replace("jeans", "\\ud800"), "application/json")


def test_pictures_that_would_fill_the_memory_are_refused(client, photo):
    strip = ("a.png", images.encode_png(np.zeros((32, 400, 3), np.uint8)))
    assert "10 times the shorter" in sentence(client.post("/v1/areas", files={"photo": strip}), 422)
    answer = client.post("/v1/poses", files={"photo": photo}, data={"layout": "keep,1:99999"})
    assert "at most 100 megapixels" in sentence(answer, 422)


def test_a_direct_request_waits_for_its_turn_no_longer_than_a_job_may_run(serve, photo):
    with serve(max_seconds=1) as client, client.service.pipeline.alone():
        assert "too long for its turn" in sentence(client.post("/v1/areas", files={"photo": photo}), 503)


def test_a_direct_request_does_not_wait_for_a_server_that_stops(serve, photo):
    with serve() as client, client.service.pipeline.alone():
        threading.Timer(0.3, client.service.worker.close).start()
        assert "stopping" in sentence(client.post("/v1/areas", files={"photo": photo}), 503)


def test_a_client_cannot_name_a_path(client, photo, finished):
    file = ("../../../../etc/shoe.png", *photo[1:])
    job = finished(client, client.post("/v1/jobs", files={"photo": file}, data=QUICK).json()["id"])
    assert client.get(f"/v1/jobs/{job['id']}/results/run.json").json()["photo"]["name"] == "shoe.png"
    for name in ("../../jobs.sqlite3", "..%2F..%2Fjobs.sqlite3", "%2Fetc%2Fpasswd", "nothing.png"):
        assert client.get(f"/v1/jobs/{job['id']}/results/{name}").status_code in (404, 422)
    assert client.get("/v1/jobs/..%2F..").status_code in (404, 422)


def test_large_uploads_are_refused_before_they_are_read(serve, photo):
    with serve(max_upload_mib=1, max_pixels=10_000) as client:
        noise = ("a.png", bytes(2**20 + 1))
        assert "at most 1 MiB" in sentence(client.post("/v1/areas", files={"photo": noise}), 413)
        sentence(client.post("/v1/areas", files={"photo": ("a.png", bytes(2**21))}), 413)
        chunks = (bytes(2**16) for _ in range(64))
        sentence(client.post("/v1/areas", content=chunks, headers={"content-type": "application/json"}), 413)
        assert "at most 0.01 megapixels" in sentence(client.post("/v1/areas", files={"photo": photo}), 422)


def test_a_fault_of_ours_says_nothing_about_itself(client, photo, monkeypatch, finished):
    monkeypatch.setattr("shoemodel.apps.service.batching.SharedPipeline.find_region", lambda *_: 1 / 0)
    for route in ("/v1/areas", "/v1/poses", "/v1/images"):
        data = QUICK if route == "/v1/images" else None
        answer = client.post(route, files={"photo": photo}, data=data)
        assert sentence(answer, 500) == "internal error; the server's log says more"
    job = finished(client, client.post("/v1/jobs", files={"photo": photo}, data=QUICK).json()["id"])
    assert (job["status"], job["error"]) == ("failed", "internal error; the server's log says more")
    assert 'route="/v1/areas",status="500"} 1.0' in client.get("/metrics").text


def test_tokens(serve, photo):
    with serve(tokens=["secret-number-one", "secret-number-two"]) as client:
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
        for headers in ({}, {"Authorization": "Bearer secret-number-three"}, {"Authorization": "Basic abc"}):
            answer = client.post("/v1/areas", files={"photo": photo}, headers=headers)
            assert "bearer token" in sentence(answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer"
        headers = {"Authorization": "Bearer secret-number-two"}
        assert client.post("/v1/areas", files={"photo": photo}, headers=headers).status_code == 200


def test_other_origins_are_shut_out_unless_named(client, serve):
    preflight = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in client.options("/v1/areas", headers=preflight).headers
    assert "access-control-allow-origin" not in client.get("/healthz", headers=preflight).headers
    with serve(origins=["https://shop.example"], folder="other") as open_client:
        answer = open_client.options("/v1/areas", headers=preflight)
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_probes_and_metrics(client, photo):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    client.post("/v1/images", files={"photo": photo}, data=QUICK)
    client.get("/v1/jobs/" + "0" * 32)
    client.request("MADE-UP", "/healthz")
    text = client.get("/metrics").text
    assert {family.name for family in text_string_to_metric_families(text)} > {"shoemodel_jobs", "process_cpu_seconds"}
    assert 'method="other"' in text and "MADE-UP" not in text
    assert 'shoemodel_stored_jobs{status="done"} 1.0' in text
    assert 'shoemodel_requests_total{method="GET",route="/v1/jobs/{id}",status="404"} 1.0' in text
    assert "shoemodel_batch_pictures_count 2.0" in text  # both passes
    client.service.worker.close()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    assert "stopping" in sentence(client.post("/v1/jobs", files={"photo": photo}, data=QUICK), 503)


def test_run_json_says_how_the_results_were_made(client, photo, tiny_pack):
    answer = client.post("/v1/images", files={"photo": photo}, data=QUICK).json()
    run = client.get(f"/v1/jobs/{answer['id']}/results/run.json").json()
    asked = run["request"]
    assert {key: asked[key] for key in QUICK} == QUICK | {"prompt": ["jeans"]}
    assert (asked["backend"], asked["background"], asked["guidance"]) == ("diffusion", "scene", 7.0)
    assert run["pack"] == packs.identity(tiny_pack) and run["quality"][0]["score"] >= 0


@pytest.mark.usefixtures("unchecked")
def test_what_has_structure_is_structure_in_json(client, photo):
    text = base64.b64encode(photo[1]).decode()

    def post(route, **fields):
        return client.post(route, json={"photo": text, **fields})

    boxed = post("/v1/areas", box=[20, 20, 110, 90], points=[[64, 55]])
    assert boxed.status_code == 200 and boxed.json()["source"] == "box"
    placed = post("/v1/poses", layout={"place": {"x_unit": 0.5, "y_unit": 0.6}, "shape": [1, 1]}).json()
    assert placed["canvas_width"] == placed["canvas_height"]
    assert "box: Input should be" in sentence(post("/v1/areas", box="20,20,110,90"), 422)
    assert "layout" in sentence(post("/v1/poses", layout="keep"), 422)
    assert "num" in sentence(post("/v1/poses", num="2"), 422)
    assert "'prompt' is no field here" in sentence(post("/v1/areas", prompt="jeans"), 422)


def test_a_leg_is_rendered_where_no_backend_is_named(client, photo, finished):
    job = finished(client, client.post("/v1/jobs", files={"photo": photo}, data={"prompt": "jeans"}).json()["id"])
    assert job["status"] == "done", job["error"]
    run = client.get(f"/v1/jobs/{job['id']}/results/run.json").json()
    assert run["request"]["backend"] == "render" and run["fits"]


def test_the_best_are_kept_and_scored(client, photo, shoe_photo, finished):
    """A job leaves the folder that the command line writes, the images that were not kept included."""
    asked = {**QUICK, "num": 2, "keep": "best:1", "rejected": "true"}
    job = finished(client, client.post("/v1/jobs", files={"photo": photo}, data=asked).json()["id"])
    names = [result["name"] for result in job["results"]]
    assert {"image_00.png", "overview.png", "rejected/image_00.png"} <= set(names) and "image_01.png" not in names
    for result in job["results"]:
        assert client.get(result["href"]).status_code == 200
    run = client.get(f"/v1/jobs/{job['id']}/results/run.json").json()
    assert run["quality"][0]["score"] >= run["rejected"][0]["score"] and run["request"]["keep"] == 1
