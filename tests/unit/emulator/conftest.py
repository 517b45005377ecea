from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from PIL import Image, ImageDraw

from genlook_oscar.emulator import Emulator

DAY = 86_400


def encoded(image: Image.Image, kind: str = "JPEG", **save: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def person(size: tuple[int, int] = (800, 1000), ground: str = "#eceae6") -> Image.Image:
    """A person drawn flat: grey shirt, blue trousers, brown hair."""
    image = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(image)
    width, height = size
    middle = width / 2

    def x(share: float) -> float:
        return middle + share * width

    def y(share: float) -> float:
        return share * height

    for side in (-1, 1):
        pen.line([(x(side * 0.12), y(0.28)), (x(side * 0.17), y(0.52))], "#d9a27c", 34)
        leg = sorted((x(side * 0.02), x(side * 0.1)))
        pen.rectangle((leg[0], y(0.5), leg[1], y(0.95)), "#3c4a63")
    pen.rounded_rectangle((x(-0.145), y(0.25), x(0.145), y(0.53)), 30, "#9aa0a8")
    pen.rectangle((x(-0.03), y(0.2), x(0.03), y(0.26)), "#d9a27c")
    pen.ellipse((x(-0.07), y(0.08), x(0.07), y(0.22)), "#4a2f22")
    pen.ellipse((x(-0.052), y(0.1), x(0.052), y(0.22)), "#d9a27c")
    return image


def shirt(color: str = "#b8433a", ground: str = "white") -> Image.Image:
    image = Image.new("RGB", (800, 900), ground)
    points = [(35, 8), (65, 8), (82, 14), (97, 38), (84, 45), (76, 32), (77, 94)]
    points += [(100 - across, down) for across, down in reversed(points)]
    ImageDraw.Draw(image).polygon([(8 * a, 9 * d) for a, d in points], fill=color)
    return image


PHOTO = encoded(person())
SHIRT = encoded(shirt())


class Api:
    """Calls the emulator as a shop would, and shows its bare answers."""

    def __init__(self, emulator: Emulator, key: str = "gk_shop") -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.session.headers["x-api-key"] = key

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 20)
        return self.session.request(method, self.emulator.base_url + path, **kwargs)

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> requests.Response:
        return self.call("POST", path, **kwargs)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)

    def upload(self, content: bytes = PHOTO, **fields: str) -> requests.Response:
        return self.post("/images/upload", files={"file": ("me.jpg", content)}, data=fields)

    def image_id(self, **fields: str) -> str:
        answer = self.upload(PHOTO, **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["imageId"])

    def send(
        self, path: str, data: dict[str, Any], files: dict[str, bytes] | None = None
    ) -> requests.Response:
        """JSON without files, multipart with them."""
        if files is None:
            return self.post(path, json=data)
        parts = {name: (f"{name}.jpg", content, "image/jpeg") for name, content in files.items()}
        return self.post(path, data={"data": json.dumps(data)}, files=parts)

    def try_on(
        self,
        image_id: str | None = None,
        *,
        path: str = "/try-on",
        external_id: str | None = "SHIRT-1",
        title: str = "Linen shirt",
        **body: Any,
    ) -> requests.Response:
        """An inline or, without an external id, a one-shot try-on with bytes."""
        product = {"title": title, "images": [{"source": {"fileKey": "front"}}]}
        if external_id is not None:
            product["externalId"] = external_id
        source = {"id": image_id or self.image_id()}
        data = {"products": [product], "person": {"image": {"source": source}}, **body}
        return self.send(path, data, {"front": SHIRT})

    def reference(self, external_id: str, image_id: str, **body: Any) -> requests.Response:
        person = {"image": {"source": {"id": image_id}}}
        return self.send(
            "/try-on", {"products": [{"externalId": external_id}], "person": person, **body}
        )

    def generation(self, generation_id: str) -> dict[str, Any]:
        answer = self.get(f"/generations/{generation_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def credits(self) -> int:
        return int(self.get("/account/credits").json()["creditBalance"])

    def register(self, external_id: str, **fields: Any) -> requests.Response:
        data = {
            "externalId": external_id,
            "title": "Linen shirt",
            "description": "Cool in summer.",
            "images": [{"source": {"url": "https://shop.example/shirt.jpg"}}],
            **fields,
        }
        return self.send("/products", data)


@pytest.fixture
def make_emulator() -> Iterator[Callable[..., Emulator]]:
    """Start emulators with settings; closed at the end. Generations take 100 s."""
    running: list[Emulator] = []

    def make(**settings: Any) -> Emulator:
        settings = {"generation_seconds": 100, "requests_per_minute": None, **settings}
        running.append(Emulator(**settings).start())
        return running[-1]

    yield make
    for emulator in running:
        emulator.close()


@pytest.fixture
def emulator(make_emulator: Callable[..., Emulator]) -> Emulator:
    return make_emulator()


@pytest.fixture
def make_api() -> Iterator[Callable[..., Api]]:
    """Clients with a key each; their connections are closed at the end."""
    made: list[Api] = []

    def make(emulator: Emulator, key: str = "gk_shop") -> Api:
        made.append(Api(emulator, key))
        return made[-1]

    yield make
    for api in made:
        api.session.close()


@pytest.fixture
def api(emulator: Emulator, make_api: Callable[..., Api]) -> Api:
    return make_api(emulator)


def refused(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, after looking at its one documented shape."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (status, code, status)
    assert body["message"]
    return body


def paths(answer: requests.Response) -> list[str]:
    """The fields that a validation failure names."""
    body = refused(answer, 400, "VALIDATION_FAILED")
    assert all(detail["message"] for detail in body["details"])
    return [detail["path"] for detail in body["details"]]
