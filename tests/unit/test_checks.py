"""Each system check: what sets it off, what silences it, and that its hint is the remedy."""

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.core.checks import Error, Warning, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django_q.models import Schedule

from genlook_oscar import apps, checks, known_good, queue_checks
from genlook_oscar.engine.queue import ensure_schedules
from tests import ROOT

pytestmark = pytest.mark.anydb

SQLITE = "django.db.backends.sqlite3"
POSTGRES = "django.db.backends.postgresql"
GOOD = known_good.Q_CLUSTER


def found():
    """What our checks say, by id."""
    return {message.id.split(".")[1]: message for message in run_checks(tags=[checks.TAG])}


PROJECT = """
import django
import tests.settings
others = [app for app in tests.settings.INSTALLED_APPS if app != "genlook_oscar"]
after_oscar = others.index("oscar.config.Shop") + 1
tests.settings.INSTALLED_APPS = {apps}
django.setup()
from django.core.checks import run_checks
from django.template.loader import get_template
for message in run_checks(tags=["genlook_oscar"]):
    print(type(message).__name__, message.id)
print(get_template("oscar/catalogue/detail.html").origin.name)
"""


def project_with(apps):
    """What a project with these apps is told, and the template of its product page. In a
    process of its own, because Wagtail cannot be set up twice in one."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", PROJECT.format(apps=apps)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=ROOT,
    )
    *told, template = done.stdout.splitlines()
    return told, template


def without(*names):
    return {name: value for name, value in GOOD.items() if name not in names}


def test_a_good_project_hears_nothing():
    assert found() == {}


def test_they_run_with_djangos_own(settings):
    del settings.GENLOOK_PRIVATE_ROOT
    with pytest.raises(SystemCheckError, match=r"genlook_oscar\.E001"):
        call_command("check")


class TestPrivateStorage:
    def test_a_folder_must_be_named(self, settings):
        for value in (None, ""):
            settings.GENLOOK_PRIVATE_ROOT = value
            assert isinstance(found()["E001"], Error)
        del settings.GENLOOK_PRIVATE_ROOT
        assert "GENLOOK_PRIVATE_ROOT = Path(__file__)" in found()["E001"].hint

    def test_or_a_storage(self, settings, tmp_path):
        del settings.GENLOOK_PRIVATE_ROOT
        settings.STORAGES = settings.STORAGES | {
            "genlook": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
        }
        assert found() == {}

    @pytest.mark.parametrize("served", ["MEDIA_ROOT", "STATIC_ROOT"])
    @pytest.mark.parametrize("inside", ["", "private", "deep/er"])
    def test_not_in_a_served_folder(self, settings, tmp_path, served, inside):
        setattr(settings, served, str(tmp_path))
        settings.GENLOOK_PRIVATE_ROOT = tmp_path / inside
        assert isinstance(found()["E002"], Error)
        assert served in found()["E002"].msg

    @pytest.mark.parametrize("served", ["MEDIA_ROOT", "STATIC_ROOT"])
    def test_not_around_a_served_folder(self, settings, tmp_path, served):
        setattr(settings, served, str(tmp_path / "var" / "served"))
        settings.GENLOOK_PRIVATE_ROOT = tmp_path / "var"
        assert "E002" in found()

    def test_not_through_a_symbolic_link(self, settings, tmp_path):
        (tmp_path / "media").mkdir()
        (tmp_path / "private").symlink_to(tmp_path / "media", target_is_directory=True)
        settings.MEDIA_ROOT = tmp_path / "media"
        settings.GENLOOK_PRIVATE_ROOT = tmp_path / "private"
        assert "E002" in found()
        settings.GENLOOK_PRIVATE_ROOT = tmp_path / "media" / ".." / "media" / "x"
        assert "E002" in found()

    def test_nor_when_it_is_the_served_folder_that_is_linked(self, settings, tmp_path):
        (tmp_path / "private").mkdir()
        (tmp_path / "media").symlink_to(tmp_path / "private", target_is_directory=True)
        settings.MEDIA_ROOT = tmp_path / "media"
        settings.GENLOOK_PRIVATE_ROOT = tmp_path / "private"
        assert "E002" in found()

    @pytest.mark.parametrize("entry", [str, lambda folder: ("prefix", folder)])
    def test_not_where_collectstatic_takes_it_from(self, settings, tmp_path, entry):
        settings.STATICFILES_DIRS = [entry(tmp_path)]
        settings.GENLOOK_PRIVATE_ROOT = tmp_path / "private"
        assert "STATICFILES_DIRS" in found()["E002"].msg

    def test_beside_it_is_well(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "media"
        settings.STATIC_ROOT = None
        settings.GENLOOK_PRIVATE_ROOT = tmp_path / "media-private"
        assert found() == {}

    def test_a_relative_folder_is_meant_from_here(self, settings, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        settings.MEDIA_ROOT = str(tmp_path / "media")
        settings.GENLOOK_PRIVATE_ROOT = "media/private"
        assert "E002" in found()

    def test_a_storage_of_files_is_looked_at_too(self, settings, tmp_path):
        backend = "django.core.files.storage.FileSystemStorage"
        for options in ({}, {"location": str(Path(settings.MEDIA_ROOT) / "x")}):
            settings.STORAGES = settings.STORAGES | {
                "genlook": {"BACKEND": backend, "OPTIONS": options}
            }
            assert "E002" in found()
        settings.STORAGES = settings.STORAGES | {
            "genlook": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}
        }
        assert found() == {}


class TestInstallation:
    def test_the_key(self, settings):
        for value in ("", None):
            settings.GENLOOK_API_KEY = value
            assert isinstance(found()["W001"], Warning)

    def test_no_key_is_ever_told(self, settings):
        settings.GENLOOK_API_KEY = "gk_secret"
        settings.GENLOOK_PRIVATE_ROOT = None
        settings.Q_CLUSTER = {}
        told = " ".join(f"{message.msg} {message.hint}" for message in found().values())
        assert told
        assert "gk_secret" not in told

    @pytest.mark.parametrize(
        "apps",
        [
            '[*others, "genlook_oscar"]',
            '[*others[:after_oscar], "genlook_oscar", *others[after_oscar:]]',
        ],
    )
    def test_after_oscar_the_button_does_not_appear_by_itself(self, apps):
        told, template = project_with(apps)
        assert told == ["Warning genlook_oscar.W002"]
        assert "genlook_oscar" not in template

    def test_before_oscar_it_does(self):
        told, template = project_with('["genlook_oscar", *others]')
        assert told == []
        assert "genlook_oscar" in template

    def test_django_q2(self):
        told, _ = project_with('["genlook_oscar", *(app for app in others if app != "django_q")]')
        assert told == ["Error genlook_oscar.E003"]

    def test_addresses_of_pictures_need_a_host(self, settings):
        settings.GENLOOK_PRODUCT_IMAGES = "urls"
        assert isinstance(found()["W009"], Warning)
        settings.GENLOOK_SITE_URL = "https://shop.example"
        assert found() == {}
        settings.GENLOOK_SITE_URL = ""
        settings.MEDIA_URL = "https://media.example/"
        assert found() == {}

    def test_sqlite_without_immediate_transactions(self, monkeypatch, settings):
        sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}
        for options in (None, {}, {"transaction_mode": "DEFERRED"}):
            monkeypatch.setitem(settings.DATABASES, "default", sqlite | {"OPTIONS": options})
            assert isinstance(found()["W003"], Warning)
        for mode in ("IMMEDIATE", "immediate"):
            options = {"transaction_mode": mode}
            monkeypatch.setitem(settings.DATABASES, "default", sqlite | {"OPTIONS": options})
            assert found() == {}

    def test_other_databases_need_no_such_thing(self, monkeypatch, settings):
        other = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {}}
        monkeypatch.setitem(settings.DATABASES, "default", other)
        assert found() == {}


class TestQueue:
    def test_the_known_good_one_is_good(self, settings):
        settings.Q_CLUSTER = eval(queue_checks.KNOWN_GOOD.split("=", 1)[1].strip().rstrip("."))
        assert settings.Q_CLUSTER == GOOD
        assert found() == {}

    def test_django_q2_as_it_comes_is_unsafe(self, settings):
        for value in ({}, {"orm": "default", "workers": 4}, None):
            settings.Q_CLUSTER = value
            expected = {"W010", "W011", "W012"} if value else {"W010"}
            assert set(found()) - {"W013"} == {*expected, "W015"}
        del settings.Q_CLUSTER
        assert "W010" in found()

    @pytest.mark.parametrize("timeout", [None, 0, 10, 59])
    def test_timeout(self, settings, timeout):
        settings.GENLOOK_CONNECT_TIMEOUT, settings.GENLOOK_READ_TIMEOUT = 5, 20
        settings.Q_CLUSTER = GOOD | {"timeout": timeout}
        assert set(found()) == {"W010"}
        assert '"timeout": 90' in found()["W010"].hint

    def test_timeout_follows_the_timeouts_of_http(self, settings):
        settings.GENLOOK_CONNECT_TIMEOUT, settings.GENLOOK_READ_TIMEOUT = 5, 20
        settings.Q_CLUSTER = GOOD | {"timeout": 60}
        assert found() == {}
        settings.GENLOOK_READ_TIMEOUT = 60
        assert '"timeout": 140' in found()["W010"].hint

    @pytest.mark.parametrize(
        ("workers", "queue_limit", "bulk", "timeout", "longest"),
        [(4, 4, 1, 90, 270), (2, 2, 1, 60, 180), (4, 3, 1, 60, 120), (8, 1, 1, 60, 120)],
    )
    def test_retry(self, settings, workers, queue_limit, bulk, timeout, longest):
        cluster = GOOD | {
            "workers": workers,
            "queue_limit": queue_limit,
            "bulk": bulk,
            "timeout": timeout,
        }
        settings.Q_CLUSTER = cluster | {"retry": longest}
        assert set(found()) == {"W011"}
        settings.Q_CLUSTER = cluster | {"retry": longest + 1}
        assert found() == {}

    def test_retry_counts_what_is_prefetched_by_default(self, settings):
        # django-q2's default queue_limit is workers squared.
        settings.Q_CLUSTER = without("queue_limit") | {"retry": 540}
        assert set(found()) == {"W011", "W015"}
        settings.Q_CLUSTER = without("queue_limit") | {"retry": 541}
        assert set(found()) == {"W015"}

    @pytest.mark.parametrize("broker", ["orm", "sqs", "mongo", "iron_mq", "broker_class"])
    def test_retry_matters_to_brokers_that_give_a_task_out_again(self, settings, broker):
        settings.Q_CLUSTER = without("orm", "retry") | {broker: "x"}
        assert set(found()) - {"W016"} == {"W011"}

    def test_and_not_to_redis(self, settings):
        settings.Q_CLUSTER = without("orm", "retry", "max_attempts", "ack_failures") | {
            "redis": {"host": "127.0.0.1"}
        }
        assert found() == {}

    def test_attempts(self, settings):
        for cluster in (
            without("max_attempts", "ack_failures"),
            GOOD | {"max_attempts": 0, "ack_failures": False},
        ):
            settings.Q_CLUSTER = cluster
            assert set(found()) == {"W012"}
        for cluster in (without("max_attempts"), without("ack_failures")):
            settings.Q_CLUSTER = cluster
            assert found() == {}

    def test_workers(self, settings):
        settings.Q_CLUSTER = GOOD | {"workers": 1, "queue_limit": 1}
        assert set(found()) == {"W013"}

    def test_workers_by_default_are_the_processors(self, settings, monkeypatch):
        settings.Q_CLUSTER = without("workers") | {"queue_limit": 1}
        monkeypatch.setattr(os, "cpu_count", lambda: 1)
        assert "W013" in found()
        monkeypatch.setattr(os, "cpu_count", lambda: 4)
        assert found() == {}

    def test_sync(self, settings):
        settings.Q_CLUSTER = GOOD | {"sync": True}
        assert set(found()) == {"W014"}
        settings.DEBUG = True
        assert found() == {}

    def test_the_cluster_that_runs_try_ons_is_the_one_that_counts(self, settings):
        settings.Q_CLUSTER = GOOD | {"ALT_CLUSTERS": {"tryon": {"workers": 1, "queue_limit": 1}}}
        assert found() == {}
        settings.GENLOOK_Q_CLUSTER = "tryon"
        assert "W013" in found()

    @pytest.mark.parametrize("more", [{"queue_limit": 5}, {"bulk": 2}, {"workers": 3}])
    def test_no_more_is_taken_ahead_than_there_are_workers(self, settings, more):
        settings.Q_CLUSTER = GOOD | more
        assert set(found()) == {"W015"}
        assert f'"queue_limit": {more.get("workers", 4)}, "bulk": 1' in found()["W015"].hint

    @pytest.mark.parametrize(
        "broker",
        [
            {"redis": {"host": "queue.internal", "port": 6379}},
            {"redis": "redis://queue.internal:6379/0"},
            {"sqs": {"aws_region": "eu-west-1"}},
        ],
    )
    def test_several_hosts_need_a_database_that_all_reach(self, settings, monkeypatch, broker):
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", SQLITE)
        settings.Q_CLUSTER = without("orm") | broker
        assert set(found()) - {"W003"} == {"W016"}
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", POSTGRES)
        assert found() == {}

    @pytest.mark.parametrize(
        "redis",
        [{}, {"host": "127.0.0.1"}, {"unix_socket_path": "/run/redis"}, "redis://localhost/1"],
    )
    def test_one_host_may_use_sqlite(self, settings, monkeypatch, redis):
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", SQLITE)
        settings.Q_CLUSTER = without("orm") | {"redis": redis}
        assert set(found()) - {"W003"} == set()

    def test_the_cluster_of_tryons_must_be_known(self, settings):
        settings.GENLOOK_Q_CLUSTER = "tryons"
        settings.Q_CLUSTER = GOOD | {"ALT_CLUSTERS": {"others": {}}}
        assert set(found()) == {"W017"}
        assert '"ALT_CLUSTERS": {"tryons":' in found()["W017"].hint
        settings.Q_CLUSTER = GOOD | {"ALT_CLUSTERS": {"tryons": {}}}
        assert found() == {}
        settings.GENLOOK_Q_CLUSTER = "shop"
        assert found() == {}

    @pytest.mark.parametrize(
        "cluster",
        [
            {"orm": "default"},
            {"orm": "default", "workers": 2, "queue_limit": 50, "retry": 10, "timeout": 5},
            GOOD | {"workers": 1, "retry": 61, "timeout": 60},
            GOOD | {"timeout": 600},
        ],
    )
    def test_who_writes_what_the_hints_say_is_rid_of_the_warnings(self, settings, cluster):
        for _ in range(3):
            settings.Q_CLUSTER = cluster
            for message in found().values():
                hint = message.hint.split(" Known to be good")[0]
                for name, value in re.findall(r'"(\w+)": (\d+|True)', hint):
                    cluster = cluster | {name: value == "True" or int(value)}
        settings.Q_CLUSTER = cluster
        assert found() == {}


@pytest.mark.django_db
class TestSchedule:
    def told(self):
        messages = run_checks(tags=["database"], databases=["default"])
        return [message for message in messages if message.id == "genlook_oscar.W018"]

    def test_it_is_there_after_migrate(self, settings):
        assert self.told() == []
        settings.GENLOOK_Q_CLUSTER = "tryons"
        (message,) = self.told()
        assert "another cluster" in message.msg
        ensure_schedules()
        assert self.told() == []

    def test_without_it_nothing_is_repaired(self):
        Schedule.objects.all().delete()
        (message,) = self.told()
        assert "migrate" in message.hint
        ensure_schedules()
        assert self.told() == []

    def test_only_who_may_ask_the_database_does(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            run_checks()


def test_every_check_is_documented():
    package = Path(checks.__file__).parent
    source = "".join(path.read_text() for path in package.glob("*.py"))
    ids = set(re.findall(r'"(genlook_oscar\.[EW]\d{3})"', source))
    assert len(ids) >= 20
    documented = (ROOT / "docs/checks.md").read_text()
    assert ids == set(re.findall(r"### `(genlook_oscar\.[EW]\d{3})`", documented))


def test_a_system_that_cannot_bound_a_process_is_told_so(monkeypatch):
    monkeypatch.setattr(apps, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="WSL or in a container"):
        apps.GenlookOscarConfig("genlook_oscar", import_module("genlook_oscar"))
