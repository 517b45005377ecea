"""`manage.py genlook_catalogue`: what a merchant's administrator runs and reads."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from genlook_oscar import api
from genlook_oscar.catalogue.links import link_for, make_links
from genlook_oscar.engine import products, walks
from genlook_oscar.engine.account import client
from genlook_oscar.management.progress import Progress
from genlook_oscar.models import CatalogueRun, Configuration, ProductLink, Ready

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


def run(*args: str) -> tuple[int, str, str]:
    """Exit code, what it answered, and what it said beside that."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("genlook_catalogue", *args, stdout=out, stderr=err)
    return int(left.value.code or 0), out.getvalue(), err.getvalue()


def known() -> set[str]:
    with client() as connection:
        return {product.external_id for product in connection.iter_products()}


@pytest.fixture
def shelf(configuration: Any, make_product: Callable[..., Any]) -> list[Any]:
    return [make_product(f"Item {number}", description="Airy") for number in range(4)]


class TestCheck:
    def test_a_catalogue_that_is_ready(self, shelf: list[Any]) -> None:
        code, out, err = run("check")
        assert (code, out.split()[:2]) == (0, ["Ready", "4"])
        assert out.endswith("4 of 4 products can be tried on.\n")
        assert "100%  4/4" in err
        assert ProductLink.objects.filter(ready_code="ready").count() == 4

    def test_what_is_not_ready_is_counted(self, shelf: list[Any], make_product: Any) -> None:
        make_product("Bare", color=None)
        code, out, _err = run("check", "--no-progress")
        assert code == 1
        assert "No picture" in out
        assert _err == ""

    def test_a_lost_file_is_found_when_all_are_read_anew(self, shelf: list[Any]) -> None:
        run("check")
        image = shelf[0].images.get()
        image.original.storage.delete(image.original.name)
        assert run("check")[0] == 0
        code, out, _err = run("check", "--anew")
        assert code == 1
        assert "No picture can be read" in out

    def test_it_goes_on_where_it_was_cut_off(self, shelf: list[Any]) -> None:
        make_links(shelf)
        pks = sorted(ProductLink.objects.values_list("pk", flat=True))
        walk = walks.begin("check", 4)
        walk.note(cursor=str(pks[2]), done=3, counts={"no_title": 1, "ready": 2})
        code, out, err = run("check")
        assert code == 1
        assert "Going on after 3" in err
        assert ProductLink.objects.exclude(checked_at=None).count() == 1
        assert [line.split()[-1] for line in out.splitlines()[:-1]] == ["3", "1"]
        # The next one begins anew, and so does one that is told to.
        assert "Going on" not in run("check")[2]
        walks.begin("check", 4).note(cursor=str(pks[2]), done=3)
        assert "Going on" not in run("check", "--restart")[2]

    def test_a_stop_in_the_middle_can_be_gone_on_with(
        self, shelf: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(walks, "NOTED_EVERY", 1)
        seen = []

        def stop_at_three(self: Progress, done: int, total: int) -> None:
            seen.append(done)
            if done == 3:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Progress, "tell", stop_at_three)
            code, _out, err = run("check")
        assert (code, seen) == (2, [1, 2, 3])
        assert "goes on from here" in err
        assert run("check")[1].split()[:2] == ["Ready", "4"]


class TestRegister:
    def test_what_can_be_tried_on_is_sent_once(self, emulator: Any, shelf: list[Any]) -> None:
        run("check")
        ProductLink.objects.filter(product=shelf[0]).update(enabled=False)
        code, out, _err = run("register")
        assert (code, out.split()) == (0, ["Sent", "3"])
        assert known() == {link_for(product).external_id for product in shelf[1:]}
        assert run("register")[1].split() == ["Known", "already", "3"]

    def test_it_waits_for_requests_that_nobody_else_needs(
        self, emulator: Any, shelf: list[Any], settings: Any, monkeypatch: Any, pass_time: Any
    ) -> None:
        from genlook_oscar import clock

        run("check")
        settings.GENLOOK_REQUESTS_PER_MINUTE = 4
        begun = clock.now()
        monkeypatch.setattr(clock, "sleep", lambda seconds: pass_time(seconds=seconds))
        assert run("register")[1].split() == ["Sent", "4"]
        # On a busy machine some of it passes by itself.
        assert clock.now() - begun > timedelta(seconds=60)

    def test_genlook_down(self, emulator: Any, shelf: list[Any], make_product: Any) -> None:
        make_product("Fifth", description="Airy")
        run("check")
        emulator.control.fault("error", path="/products", status=503, times=100)
        code, _out, err = run("register")
        assert code == 2
        assert "cannot be reached" in err

    def test_without_a_key(self, settings: Any, db: None) -> None:
        settings.GENLOOK_API_KEY = ""
        with pytest.raises(CommandError, match="GENLOOK_API_KEY"):
            call_command("genlook_catalogue", "register")


class TestDiff:
    @pytest.fixture
    def sent(self, emulator: Any, shelf: list[Any]) -> list[ProductLink]:
        run("check")
        links = list(ProductLink.objects.order_by("pk"))
        for link in links:
            products.send(link)
        return links

    def test_no_difference(self, sent: list[ProductLink]) -> None:
        assert run("diff")[:2] == (0, "")

    def test_each_difference_is_told_and_mended(
        self,
        emulator: Any,
        sent: list[ProductLink],
        on_commit: Any,
        drain: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(walks, "PAGE", 2)
        with client() as connection:
            connection.delete_product(sent[0].external_id)
            image = api.ProductImage(api.ImageUrl("https://shop.example/a.jpg"))
            connection.upsert_product(api.ProductUpsert("OTHER", "Other", images=[image]))
        ProductLink.objects.filter(pk=sent[1].pk).update(product=None)
        ProductLink.objects.filter(pk=sent[2].pk).update(checked_content="changed")
        with on_commit():
            code, out, _err = run("diff", "--mend")
        told = dict(reversed(line.split("\t")) for line in out.splitlines() if "\t" in line)
        assert code == 1
        assert told == {
            "OTHER": "stranger",
            sent[0].external_id: "missing",
            sent[1].external_id: "deleted",
            sent[2].external_id: "outdated",
        }
        drain()
        assert known() == {"OTHER", sent[2].external_id, sent[3].external_id}
        sent[0].refresh_from_db()
        assert sent[0].fingerprint == ""

    def test_it_goes_on_from_the_cursor(
        self, sent: list[ProductLink], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(walks, "PAGE", 2)
        walk = walks.begin("diff", 0)
        next(iter(walks.compare(walk, lambda done, total: None)), None)
        walk = CatalogueRun.objects.get(name="diff")
        assert walk.finished_at is not None
        with client() as connection:
            page = connection.list_products(limit=2)
        walk = walks.begin("diff", 0, restart=True)
        ProductLink.objects.filter(
            external_id__in=[product.external_id for product in page.items]
        ).update(listed_at=walk.started_at)
        walk.note(cursor=page.next_cursor, done=2)
        code, out, err = run("diff")
        assert (code, out) == (0, "")
        assert "Going on after 2" in err

    def test_what_another_shop_on_the_account_sent_is_left_alone(
        self, emulator: Any, configuration: Any, settings: Any, make_product: Any
    ) -> None:
        products.send(link_for(make_product()))
        ProductLink.objects.all().delete()
        settings.GENLOOK_EXTERNAL_ID_PREFIX = "de-"
        assert run("diff")[:2] == (0, "")


class TestForget:
    def test_by_name(self, emulator: Any, shelf: list[Any]) -> None:
        make_links(shelf)
        links = list(ProductLink.objects.order_by("pk"))
        for link in links:
            products.send(link)
        code, out, _err = run("forget", links[0].external_id, links[1].sku)
        assert (code, out.split()) == (0, ["Forgotten", "2"])
        assert known() == {links[2].external_id, links[3].external_id}
        with pytest.raises(CommandError, match="NOBODY"):
            call_command("genlook_catalogue", "forget", "NOBODY")
        with pytest.raises(CommandError, match="Give names"):
            call_command("genlook_catalogue", "forget")
        ProductLink.objects.filter(pk=links[2].pk).update(product=None)
        assert run("forget", "--deleted")[1].split() == ["Forgotten", "1"]
        code, out, _err = run("forget", "--all")
        assert code == 0
        assert known() == set()


def test_progress_in_a_terminal_moves_and_ends() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    progress = Progress("check", stream)
    progress.tell(1, 4)
    progress.tell(4, 4)
    progress.end()
    assert stream.getvalue().startswith("\rcheck")
    assert "[##############################] 100%  4/4" in stream.getvalue()
    assert stream.getvalue().endswith("\n")


def test_every_readiness_has_its_line(db: None) -> None:
    Configuration.load()
    assert len({str(code.label) for code in Ready}) == len(Ready)
