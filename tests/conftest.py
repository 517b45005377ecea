from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from PIL import Image, ImageDraw

# The live server and Playwright's loop share a thread; Django would refuse its ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def picture(
    color: str = "#4477aa", size: tuple[int, int] = (600, 750), kind: str = "JPEG", **save: Any
) -> bytes:
    """A small drawn picture as the bytes of a file."""
    image = Image.new("RGB", size, "#f4f4f2")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((width // 4, height // 5, width * 3 // 4, height * 4 // 5), fill=color)
    draw.ellipse((width * 2 // 5, height // 20, width * 3 // 5, height // 5), fill="#c68863")
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def wait_until(condition: Callable[[], Any], timeout: float = 60.0, what: str = "") -> Any:
    """Wait for a condition, never for a time; return what it returned."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout} s in vain for {what or condition}")
        time.sleep(0.02)


def need(what: str, available: object, reason: str) -> None:
    """Skip where a test's part is missing; fail where GENLOOK_REQUIRE says it must be there."""
    if available:
        return
    if what in os.environ.get("GENLOOK_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes long comes first, so that several who share the tests end together.
    def quick(item: pytest.Item) -> bool:
        return "browser" not in item.path.parts and not item.get_closest_marker("slow")

    items.sort(key=quick)


@pytest.fixture(autouse=True)
def _needs_postgres(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres"):
        from django.db import connection

        need(
            "postgres",
            connection.vendor == "postgresql",
            "run with DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/NAME of a server on "
            "which USER may create databases",
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """What is asked once in a process is not asked while a test counts: Django asks SQLite
    whether it knows JSON, and our first query on a page may stand behind a savepoint."""
    from django.db import connection

    from genlook_oscar.contained import proven

    with django_db_blocker.unblock():
        assert connection.features.supports_json_field
    proven.add(connection.alias)


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> None:
    """Empty the database after a test by deleting what is there. Django truncates all tables,
    which costs PostgreSQL seconds for the 150 of them, most of them empty."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return

    def sql_flush(style: Any, tables: list[str], **options: Any) -> list[str]:
        quoted = [connection.ops.quote_name(table) for table in tables]
        there = " UNION ALL ".join(
            f"SELECT {number} AS number, EXISTS (SELECT 1 FROM {name}) AS filled"
            for number, name in enumerate(quoted)
        )
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT number FROM ({there}) AS t WHERE filled")
            filled = [quoted[number] for (number,) in cursor.fetchall()]
        # In any order: Django's foreign keys are looked at when the transaction ends.
        return [f"DELETE FROM {name}" for name in filled]

    connection.ops.sql_flush = sql_flush  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _places(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whoever tests beside these tests is no crowd: each process has places for pictures of its
    own."""
    from genlook_oscar.pictures import places

    folder = tmp_path_factory.mktemp("places")
    places._folder = lambda: folder  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test begins without."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Any]:
    from genlook_oscar.emulator import Emulator

    with Emulator(port=0, generation_seconds=0) as service:
        yield service


@pytest.fixture
def emulator(_emulator: Any, settings: Any) -> Any:
    """A Genlook service over real HTTP, empty, whose generations are ready at once."""
    _emulator.control.reset()
    _emulator.control.settings(generation_seconds=0)
    settings.GENLOOK_BASE_URL = _emulator.base_url
    settings.GENLOOK_API_KEY = "gk_tests"
    return _emulator


@pytest.fixture
def configuration(db: None) -> Any:
    """A shop that is open, without the limits that a test of something else would run into."""
    from genlook_oscar.models import Configuration

    row = Configuration.load()
    row.enabled = True
    row.lift_limits()
    row.save()
    return row


@pytest.fixture
def say(configuration: Any) -> Callable[..., None]:
    """Write the merchant's own words in one language."""
    from genlook_oscar.models import Words

    def say(language: str = "en", **texts: str) -> None:
        row = {"configuration": configuration, "language": language}
        Words.objects.update_or_create(**row, defaults=texts)
        # What this object has read before.
        configuration.__dict__.pop("_words", None)

    return say


@pytest.fixture
def make_product(db: None) -> Callable[..., Any]:
    """Make an Oscar product with a stock record and, unless `color` is None, a picture."""
    from django.core.files.base import ContentFile
    from oscar.core.loading import get_model
    from oscar.test.factories import create_product

    ProductImage = get_model("catalogue", "ProductImage")

    def make(title: str = "Linen shirt", color: str | None = "#4477aa", **kwargs: Any) -> Any:
        kwargs.setdefault("price", "39.00")
        if kwargs.get("structure") != "parent":
            kwargs.setdefault("num_in_stock", 5)
        product = create_product(title=title, **kwargs)
        if color:
            ProductImage.objects.create(
                product=product,
                original=ContentFile(picture(color), name=f"{product.pk}.jpg"),
            )
        return product

    return make


@pytest.fixture
def product(make_product: Callable[..., Any]) -> Any:
    return make_product()


@pytest.fixture
def pass_time() -> Iterator[Callable[..., None]]:
    """Move the clock forward by a `timedelta(**delta)` until the end of the test."""
    from genlook_oscar import clock

    with ExitStack() as stack:
        yield lambda **delta: stack.enter_context(clock.shift(**delta))


@pytest.fixture
def noon() -> Iterator[None]:
    """Noon of the 15th where the shop is: what is about a day or a month must begin neither an
    hour before midnight nor two days before the first."""
    from django.utils import timezone

    from genlook_oscar import clock

    now = timezone.localtime(clock.now())
    middle = now.replace(day=15, hour=12, minute=0)
    with clock.shift(seconds=(middle - now).total_seconds()):
        yield


@pytest.fixture
def drain(pass_time: Callable[..., None], on_commit: Any) -> Callable[..., int]:
    """Run what stands in the queue, as workers would, until nothing is left to do.

    The tasks go through django-q2's own broker, signature and pickle; only the processes
    are left out. In place of the watcher's naps the clock is moved, so nothing waits.
    Returns the number of tasks. Call it outside of `on_commit`.
    """
    from django.utils.module_loading import import_string
    from django_q.models import OrmQ
    from django_q.signing import SignedPackage

    from genlook_oscar import tasks
    from genlook_oscar.engine import watching, workers
    from genlook_oscar.models import Account

    def run(limit: int = 200) -> int:
        done = 0
        watcher = None
        while done < limit:
            row = OrmQ.objects.order_by("pk").first()
            if row is not None:
                workers.sign()
                task = SignedPackage.loads(row.payload)
                row.delete()
                function = import_string(task["func"])
                done += 1
                if function is tasks.watch:
                    watcher = watcher or Account.take_watch(watching.LEASE_SECONDS)
                else:
                    with on_commit():
                        function(*task["args"], **task["kwargs"])
            elif watcher:
                Account.keep_watch(watcher, watching.LEASE_SECONDS)
                with on_commit():
                    pause = watching.look()
                done += 1
                if pause is None:
                    Account.end_watch(watcher)
                    watcher = None
                else:
                    pass_time(seconds=pause + 0.001)
            else:
                return done
        raise AssertionError(f"still busy after {done} tasks and rounds")

    return run


@pytest.fixture
def shopper(configuration: Any) -> Any:
    """A guest who has agreed to the current wording."""
    from genlook_oscar.models import Shopper
    from genlook_oscar.shopper import consent

    row = Shopper.objects.create()
    consent.record(row, configuration)
    return row


@pytest.fixture
def photo(make_photo: Callable[[str], Any]) -> Any:
    return make_photo("#aa7744")


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """A block at whose end what waits for the commit is done, tasks enqueued among it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def sweep(on_commit: Any) -> Callable[[], None]:
    """The sweep, up to the tasks it enqueues."""
    from genlook_oscar.engine import sweeping

    def act() -> None:
        with on_commit():
            sweeping.sweep()

    return act


@pytest.fixture
def click(on_commit: Any, shopper: Any, photo: Any, product: Any) -> Callable[..., Any]:
    """The shopper's click, up to the task in the queue; returns the try-on."""
    from genlook_oscar.engine import tryons

    def act(**kwargs: Any) -> Any:
        arguments = {"shopper": shopper, "product": product, "photo": photo} | kwargs
        with on_commit():
            return tryons.request(**arguments).tryon

    return act


@pytest.fixture
def make_photo(shopper: Any, configuration: Any) -> Callable[[str], Any]:
    """Take in another photo of the shopper's, told apart by its colour."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from genlook_oscar.shopper.photos import take_in

    return lambda color: take_in(
        shopper, SimpleUploadedFile("me.jpg", picture(color)), configuration
    )
