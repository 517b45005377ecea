"""Each setting of a project: what it may be, and what a project with a wrong one is told."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import Error, Warning, run_checks
from django.core.exceptions import ImproperlyConfigured

from genlook_oscar import known_good, setting_checks
from genlook_oscar.catalogue.eligibility import Reason, of_shop
from genlook_oscar.conf import Conf, conf, table
from genlook_oscar.models import Configuration

pytestmark = pytest.mark.anydb

ROOT = Path(__file__).resolve().parents[2]
TYPE, VALUE = "genlook_oscar.E010", "genlook_oscar.E011"

WRONG = [
    ("API_KEY", ["gk_secret"], TYPE, 'GENLOOK_API_KEY = os.environ.get("GENLOOK_API_KEY", "")'),
    ("API_KEY", "gk se\ncret", VALUE, 'GENLOOK_API_KEY = os.environ.get("GENLOOK_API_KEY", "")'),
    ("SITE_KEYS", ["gk_secret"], TYPE, "GENLOOK_SITE_KEYS = {2: os.environ.get("),
    ("SITE_KEYS", {"b.example": "gk_secret"}, VALUE, "GENLOOK_SITE_KEYS = {2: os.environ.get("),
    ("SITE_KEYS", {2: "gk_secret two"}, VALUE, "GENLOOK_SITE_KEYS = {2: os.environ.get("),
    ("SITE_KEYS", {0: "gk_secret"}, VALUE, "GENLOOK_SITE_KEYS = {2: os.environ.get("),
    ("BASE_URL", 5, TYPE, 'GENLOOK_BASE_URL = "https://api.genlook.app/tryon/v1"'),
    ("BASE_URL", "api.example", VALUE, 'GENLOOK_BASE_URL = "https://api.example/tryon/v1"'),
    (
        "BASE_URL",
        "https://api.example/",
        VALUE,
        'GENLOOK_BASE_URL = "https://api.example/tryon/v1"',
    ),
    ("BASE_URL", "api.example/v2", VALUE, 'GENLOOK_BASE_URL = "https://api.example/v2"'),
    ("BASE_URL", "ftp://api.example/v2", VALUE, 'GENLOOK_BASE_URL = "https://api.example/v2"'),
    ("BASE_URL", "127.0.0.1:9/x", VALUE, 'GENLOOK_BASE_URL = "http://127.0.0.1:9/x"'),
    ("BASE_URL", "http://[::1", VALUE, 'GENLOOK_BASE_URL = "https://api.genlook.app/tryon/v1"'),
    ("BASE_URL", "http://a:99999/x", VALUE, 'GENLOOK_BASE_URL = "https://api.genlook.app'),
    ("BASE_URL", "https://me:gk_secret@api.example/v1", VALUE, None),
    ("BASE_URL", "https://api.example/v1?a=b", VALUE, None),
    ("PRIVATE_ROOT", 5, TYPE, "GENLOOK_PRIVATE_ROOT = Path(__file__)"),
    ("PRIVATE_ROOT", "pri\0vate", VALUE, "GENLOOK_PRIVATE_ROOT = Path(__file__)"),
    ("REQUESTS_PER_MINUTE", -5, VALUE, "GENLOOK_REQUESTS_PER_MINUTE = 100"),
    ("REQUESTS_PER_MINUTE", "60", TYPE, "GENLOOK_REQUESTS_PER_MINUTE = 60"),
    ("REQUESTS_PER_MINUTE", "many", TYPE, "GENLOOK_REQUESTS_PER_MINUTE = 100"),
    ("REQUESTS_PER_MINUTE", 1.5, VALUE, "GENLOOK_REQUESTS_PER_MINUTE = 100"),
    ("REQUESTS_PER_MINUTE", True, TYPE, "GENLOOK_REQUESTS_PER_MINUTE = 100"),
    ("REQUESTS_PER_MINUTE", float("nan"), VALUE, "GENLOOK_REQUESTS_PER_MINUTE = 100"),
    ("DEADLINE_SECONDS", 0, VALUE, "GENLOOK_DEADLINE_SECONDS = 300"),
    ("DEADLINE_SECONDS", [300], TYPE, "GENLOOK_DEADLINE_SECONDS = 300"),
    ("CONNECT_TIMEOUT", 0, VALUE, "GENLOOK_CONNECT_TIMEOUT = 5"),
    ("CONNECT_TIMEOUT", "2.5", TYPE, "GENLOOK_CONNECT_TIMEOUT = 2.5"),
    ("READ_TIMEOUT", 15_000, VALUE, "GENLOOK_READ_TIMEOUT = 15"),
    ("READ_TIMEOUT", {}, TYPE, "GENLOOK_READ_TIMEOUT = 15"),
    ("MAX_PHOTO_BYTES", "20 MB", TYPE, "GENLOOK_MAX_PHOTO_BYTES = 20_971_520"),
    ("MAX_PHOTO_BYTES", 0, VALUE, "GENLOOK_MAX_PHOTO_BYTES = 20_971_520"),
    ("MAX_PHOTO_PIXELS", "64", TYPE, "GENLOOK_MAX_PHOTO_PIXELS = 64"),
    ("MAX_PHOTO_PIXELS", 10**12, VALUE, "GENLOOK_MAX_PHOTO_PIXELS = 64_000_000"),
    ("PHOTO_SECONDS", 0, VALUE, "GENLOOK_PHOTO_SECONDS = 1.9"),
    ("PHOTO_SECONDS", "3", TYPE, "GENLOOK_PHOTO_SECONDS = 3"),
    ("PHOTO_LONG_SIDE", 16, VALUE, "GENLOOK_PHOTO_LONG_SIDE = 1600"),
    ("PHOTO_LONG_SIDE", (1600, 1200), TYPE, "GENLOOK_PHOTO_LONG_SIDE = 1600"),
    ("EXTERNAL_ID_PREFIX", "de/", VALUE, 'GENLOOK_EXTERNAL_ID_PREFIX = "de-"'),
    ("EXTERNAL_ID_PREFIX", "_anon_x", VALUE, 'GENLOOK_EXTERNAL_ID_PREFIX = "de-"'),
    ("EXTERNAL_ID_PREFIX", 49, TYPE, 'GENLOOK_EXTERNAL_ID_PREFIX = "de-"'),
    ("PRODUCT_IMAGES", "url", VALUE, 'GENLOOK_PRODUCT_IMAGES = "urls"'),
    ("PRODUCT_IMAGES", "BYTES", VALUE, 'GENLOOK_PRODUCT_IMAGES = "bytes"'),
    ("PRODUCT_IMAGES", True, TYPE, 'GENLOOK_PRODUCT_IMAGES = "bytes"'),
    ("KIND_WORDS", {"top": "poncho"}, TYPE, 'GENLOOK_KIND_WORDS = {"top": ["poncho"]}'),
    ("KIND_WORDS", ["poncho"], TYPE, 'GENLOOK_KIND_WORDS = {"top": ["poncho", "kaftan"]}'),
    ("KIND_WORDS", {"leg": ["kilt"]}, VALUE, 'GENLOOK_KIND_WORDS = {"legs": ["kilt"]}'),
    (
        "KIND_WORDS",
        {"shoes": ["clog"]},
        VALUE,
        'GENLOOK_KIND_WORDS = {"top": ["poncho", "kaftan"]}',
    ),
    ("KIND_WORDS", {"top": [3, "cape"]}, VALUE, 'GENLOOK_KIND_WORDS = {"top": ["3", "cape"]}'),
    ("C2PA_CERTIFICATE", 5, TYPE, 'GENLOOK_C2PA_CERTIFICATE = "/etc/genlook/certificate.pem"'),
    ("C2PA_CERTIFICATE", "a\0b", VALUE, 'GENLOOK_C2PA_CERTIFICATE = "/etc/genlook/'),
    ("C2PA_KEY", b"/etc/key.pem", TYPE, 'GENLOOK_C2PA_KEY = "/etc/genlook/key.pem"'),
    ("C2PA_ALGORITHM", "ES256", VALUE, 'GENLOOK_C2PA_ALGORITHM = "es256"'),
    ("C2PA_ALGORITHM", 256, TYPE, 'GENLOOK_C2PA_ALGORITHM = "es256"'),
    ("SITE_URL", "shop.example", VALUE, 'GENLOOK_SITE_URL = "https://shop.example"'),
    ("SITE_URL", "https://shop.example/de/", VALUE, 'GENLOOK_SITE_URL = "https://shop.example"'),
    ("SITE_URL", False, TYPE, 'GENLOOK_SITE_URL = "https://shop.example"'),
    ("ATTRIBUTION_DAYS", 0, VALUE, "GENLOOK_ATTRIBUTION_DAYS = 7"),
    ("ATTRIBUTION_DAYS", "14", TYPE, "GENLOOK_ATTRIBUTION_DAYS = 14"),
    ("CLIENT_IP_HEADER", "HTTP_X_REAL_IP", VALUE, 'GENLOOK_CLIENT_IP_HEADER = "X-Real-Ip"'),
    ("CLIENT_IP_HEADER", ["X-Real-IP"], TYPE, 'GENLOOK_CLIENT_IP_HEADER = "X-Forwarded-For"'),
    ("TRUSTED_PROXIES", 0, VALUE, "GENLOOK_TRUSTED_PROXIES = 1"),
    ("TRUSTED_PROXIES", "2", TYPE, "GENLOOK_TRUSTED_PROXIES = 2"),
    ("Q_CLUSTER", {"name": "tryons"}, TYPE, 'GENLOOK_Q_CLUSTER = "tryons"'),
    ("Q_CLUSTER", "x" * 101, VALUE, 'GENLOOK_Q_CLUSTER = "tryons"'),
    ("HEALTH_TOKEN", 12345, TYPE, "GENLOOK_HEALTH_TOKEN = os.environ.get("),
    ("HEALTH_TOKEN", "gk_secret ", VALUE, "GENLOOK_HEALTH_TOKEN = os.environ.get("),
    ("RESULT_HOSTS", "a.internal", TYPE, 'GENLOOK_RESULT_HOSTS = ["a.internal"]'),
    ("ALERT_WEBHOOK", 5, TYPE, "GENLOOK_ALERT_WEBHOOK = os.environ.get("),
    ("ALERT_WEBHOOK", "hooks.example/gk_secret", VALUE, "GENLOOK_ALERT_WEBHOOK = os.environ.get("),
    ("ALERT_WEBHOOK", "ftp://hooks.example/gk_secret", VALUE, None),
    ("ALERT_WEBHOOK", "https://me:gk_secret@hooks.example/", VALUE, None),
    ("ALERT_WEBHOOK", "https://hooks.example/gk_secret x", VALUE, None),
    ("ALERT_WEBHOOK", "https://hooks.example:0/gk_secret", VALUE, None),
    ("SILENCED_FINDINGS", "drift", TYPE, 'GENLOOK_SILENCED_FINDINGS = ["drift"]'),
    ("SILENCED_FINDINGS", 5, TYPE, "GENLOOK_SILENCED_FINDINGS = []"),
    ("SILENCED_FINDINGS", ["drift", None], VALUE, 'GENLOOK_SILENCED_FINDINGS = ["drift"]'),
]


def told():
    return run_checks(tags=[setting_checks.TAG])


@pytest.mark.parametrize(("name", "value", "id", "line"), WRONG)
def test_a_wrong_one_is_told_once_with_the_line_to_write(settings, name, value, id, line):
    setattr(settings, f"GENLOOK_{name}", value)
    (message,) = told()
    assert isinstance(message, Error)
    assert message.id == id
    assert message.msg.startswith(f"GENLOOK_{name} ")
    assert message.hint.startswith(f"Write {line or f'GENLOOK_{name} = '}")
    assert "gk_secret" not in f"{message.msg} {message.hint}"


@pytest.mark.parametrize(("name", "value", "id", "line"), WRONG)
def test_whoever_writes_that_line_is_rid_of_it(settings, name, value, id, line):
    setattr(settings, f"GENLOOK_{name}", value)
    (message,) = told()
    names = {"__file__": "/srv/shop/settings.py", "os": os, "Path": Path}
    exec(message.hint.removeprefix("Write "), names)
    setattr(settings, f"GENLOOK_{name}", names[f"GENLOOK_{name}"])
    # The tests have no key in their environment, no folder /srv/shop, no host, no such cluster,
    # no certificate, and one shop.
    expected = {"genlook_oscar.W001", "genlook_oscar.W005", "genlook_oscar.W009"}
    expected |= {"genlook_oscar.W017", "genlook_oscar.W020", "genlook_oscar.E014"}
    assert {found.id for found in told()} <= expected


def test_each_setting_is_tried():
    assert {f"GENLOOK_{name}" for name, *_ in WRONG} == set(table())


@pytest.mark.parametrize(("name", "value", "id", "line"), WRONG)
def test_reading_a_wrong_one_raises_nothing_and_nothing_is_tried_on(
    settings, name, value, id, line
):
    setattr(settings, f"GENLOOK_{name}", value)
    for reading in vars(Conf):
        if reading == "private_root" and name == "PRIVATE_ROOT":
            with pytest.raises(ImproperlyConfigured):
                table()["GENLOOK_PRIVATE_ROOT"].read()
        else:
            getattr(conf, reading)
    assert conf.api_key == ""
    assert of_shop(Configuration(enabled=True), None) == Reason.NOT_CONFIGURED


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_the_default(settings, value):
    for name, setting in table().items():
        if name != "GENLOOK_PRIVATE_ROOT":
            setattr(settings, name, value)
            assert setting.read() == setting.default
    assert [message.id for message in told()] == ["genlook_oscar.W001"]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("REQUESTS_PER_MINUTE", 20.0, 20),
        ("READ_TIMEOUT", 2.5, 2.5),
        ("BASE_URL", "http://[::1]:8000/tryon/v1/", "http://[::1]:8000/tryon/v1"),
        ("SITE_URL", "https://shop.example/", "https://shop.example"),
        ("SILENCED_FINDINGS", {"drift"}, ("drift",)),
        ("ALERT_WEBHOOK", "https://a.example/b/?c=d%20", "https://a.example/b/?c=d%20"),
        ("KIND_WORDS", {"top": ("poncho",)}, {"top": ("poncho",)}),
        ("API_KEY", "gk_with_a_line_end\n", "gk_with_a_line_end\n"),
        ("PRIVATE_ROOT", "somewhere", Path("somewhere")),
    ],
)
def test_right_ones(settings, name, value, read):
    setattr(settings, f"GENLOOK_{name}", value)
    assert conf.faults == ()
    assert table()[f"GENLOOK_{name}"].read() == read


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GENLOOK_APIKEY", "GENLOOK_API_KEY"),
        ("GENLOOK_REQUEST_PER_MINUTE", "GENLOOK_REQUESTS_PER_MINUTE"),
        ("GENLOOK_QCLUSTER", "GENLOOK_Q_CLUSTER"),
        ("GENLOOK_SOMETHING_ELSE", None),
    ],
)
def test_a_misspelt_one(settings, name, meant):
    setattr(settings, name, "gk_secret")
    (message,) = told()
    assert isinstance(message, Warning)
    assert message.id == "genlook_oscar.W004"
    assert name in message.msg
    hint = f"Write {meant} in its place." if meant else f"Remove {name}. The README lists"
    assert message.hint.startswith(hint)
    assert "gk_secret" not in message.msg + message.hint
    assert conf.api_key


class TestTimeZones:
    """Moments in local time are not moments: an hour of them comes twice."""

    def test_it_is_told_before_anything_is_clicked(self, settings):
        settings.USE_TZ = False
        (message,) = told()
        assert isinstance(message, Error)
        assert (message.id, message.hint) == ("genlook_oscar.E004", "Write USE_TZ = True")

    def test_nothing_can_be_clicked(self, settings):
        settings.USE_TZ = False
        assert of_shop(Configuration(enabled=True), None) == Reason.NOT_CONFIGURED


STORED = """
from django.conf import global_settings
STORAGES = global_settings.STORAGES | {{
    "genlook": {{"BACKEND": "{backend}", "OPTIONS": {{"secret": "gk_secret"}}}}
}}
"""
PROJECT = """
from tests.settings import *
{lines}
"""


def checked(folder, lines):
    """What `manage.py check` does in the tests' project with other settings."""
    (folder / "wrong_settings.py").write_text(PROJECT.format(lines=lines))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "wrong_settings",
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        "GENLOOK_TEST_WAGTAIL": "0",
    }
    command = [sys.executable, "-m", "django", "check"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_manage_py_check_tells_of_all_of_them(tmp_path):
    """As a developer meets it: a project with every setting wrong at once."""
    wrong = {name: value for name, value, *_ in WRONG if value == value}
    wrong |= {"PRIVATE_ROOT": 5, "APIKEY": "x"}
    lines = [f"GENLOOK_{name} = {value!r}" for name, value in wrong.items()]
    done = checked(tmp_path, "\n".join(lines))
    said = re.findall(r"\((genlook_oscar\.\w+)\) (GENLOOK_\w+) ", done.stderr)
    assert done.returncode == 1
    assert sorted(name for _, name in said) == sorted(f"GENLOOK_{name}" for name in wrong)
    assert done.stderr.count("HINT: Write GENLOOK_") == len(wrong)


@pytest.mark.parametrize(
    ("lines", "id"),
    [
        ("del GENLOOK_PRIVATE_ROOT", "E001"),
        (STORED.format(backend="no.such.Storage"), "E005"),
        (STORED.format(backend="decimal.Decimal"), "E005"),
        ("USE_TZ = False", "E004"),
    ],
)
def test_manage_py_check_comes_as_far_as_to_tell(tmp_path, lines, id):
    done = checked(tmp_path, lines)
    assert done.returncode == 1
    assert re.findall(r"\(genlook_oscar\.(\w+)\)", done.stderr) == [id]
    assert "gk_secret" not in done.stderr


class TestDocumented:
    def rows(self):
        readme = (ROOT / "README.md").read_text()
        section = readme[readme.index("## Settings") : readme.index("## More")]
        cells = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", section, re.M)
        return {name: (default, takes) for name, default, takes, _ in cells}

    def test_the_readme_has_the_same_table(self):
        expected = {
            name: ("" if name == "GENLOOK_PRIVATE_ROOT" else setting.shown_default, setting.takes)
            for name, setting in table().items()
        }
        assert self.rows() == expected

    def test_documents_name_no_other(self):
        # A type of e-mail, and variables of the tests.
        known = {*table(), "GENLOOK_TRYON_READY", "GENLOOK_LIVES", "GENLOOK_WRITE_OUTCOMES"}
        known |= {"GENLOOK_WRITE_CAUSES", "GENLOOK_FUZZ"}
        for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
            named = set(re.findall(r"\bGENLOOK_[A-Z_]+\b", document.read_text()))
            assert {name for name in named if not name.endswith("_")} <= known, document.name


QUEUE = [
    ("x", "Q_CLUSTER is text"),
    (["x"], "Q_CLUSTER is a list"),
    ({"workers": "4"}, 'Q_CLUSTER["workers"] is text'),
    ({"workers": -1}, 'Q_CLUSTER["workers"] is a number'),
    ({"queue_limit": None}, 'Q_CLUSTER["queue_limit"] is'),
    ({"bulk": 0.5}, 'Q_CLUSTER["bulk"] is a number'),
    ({"timeout": "90"}, 'Q_CLUSTER["timeout"] is text'),
    ({"retry": [600]}, 'Q_CLUSTER["retry"] is a list'),
    ({"max_attempts": "1"}, 'Q_CLUSTER["max_attempts"] is text'),
    ({"poll": "0.05"}, 'Q_CLUSTER["poll"] is text'),
    ({"name": 5}, 'Q_CLUSTER["name"] is a number'),
    ({"redis": 6379}, 'Q_CLUSTER["redis"] is a number'),
    ({"ALT_CLUSTERS": ["tryons"]}, 'Q_CLUSTER["ALT_CLUSTERS"] is a list'),
    ({"ALT_CLUSTERS": {"tryons": 4}}, 'Q_CLUSTER["ALT_CLUSTERS"] is a dictionary'),
    (
        {"ALT_CLUSTERS": {"tryons": {"workers": "2"}}},
        'Q_CLUSTER["ALT_CLUSTERS"]["tryons"]["workers"] is text',
    ),
]


@pytest.mark.parametrize(("value", "sentence"), QUEUE)
def test_a_queue_that_django_q2_cannot_read(settings, value, sentence):
    settings.Q_CLUSTER = known_good.Q_CLUSTER | value if isinstance(value, dict) else value
    (message,) = told()
    assert isinstance(message, Error)
    assert message.id == "genlook_oscar.E012"
    assert message.msg.startswith(sentence)
    assert "Known to be good" in message.hint


@pytest.mark.parametrize("value", ['["x"]', '{"timeout": "90"}', '{"workers": "x"}'])
def test_and_one_that_it_dies_of_while_it_is_imported(tmp_path, value):
    done = checked(tmp_path, f"Q_CLUSTER = {value}")
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured: (genlook_oscar.E012) Q_CLUSTER" in last
    assert "Known to be good: Q_CLUSTER = " in last


def test_whatever_else_stands_there_no_check_ends_in_a_traceback(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", ["gk_secret"])
    (message,) = told()
    assert message.id == "genlook_oscar.E009"
    assert "DATABASES" in message.hint
    assert "gk_secret" not in message.msg + message.hint
