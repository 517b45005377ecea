"""System checks of django-q2's settings, which run a task twice, for ever or never as they
come."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from . import known_good
from .conf import conf
from .setting import Fault, Setting, Wrong, described, written
from .setting_checks import TAG, check
from .setting_kinds import Seconds, Text, Whole

KNOWN_GOOD = f"Known to be good: {known_good.line('Q_CLUSTER', known_good.Q_CLUSTER)}."
E012 = "genlook_oscar.E012"
ENTRIES: dict[str, Setting[Any]] = {
    "name": Text("text", r".{1,100}"),
    "cluster_name": Text("text", r".{1,100}"),
    "orm": Text("the name of a database"),
    "workers": Whole(4, 0, 1_000),
    "queue_limit": Whole(4, 1, 100_000),
    "bulk": Whole(1, 1, 100_000),
    "poll": Seconds(0.05, 0, 3_600),
    "timeout": Seconds(90, 0, 604_800),
    "retry": Seconds(600, 0, 604_800),
    "max_attempts": Whole(1, 0, 1_000),
    "save_limit": Whole(100, -1, 10_000_000),
}
"""What django-q2 computes with (its module conf, 1.11). The bounds are chosen here: wide enough
for anybody, and narrow enough to find milliseconds."""
OPTIONAL = ("orm", "workers", "timeout", "max_attempts", "cluster_name")
"""May be None, which means the same as leaving them out."""
REDELIVERING = ("orm", "sqs", "mongo", "iron_mq", "broker_class")
"""Settings of Q_CLUSTER that choose a broker which gives a task out again after `retry`. All
others mean Redis, which does not."""


@check(TAG)
def check_queue(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Q_CLUSTER is what django-q2 can read (E012), and does not run a task twice, for ever, in
    a request, or where nobody works (W010 to W017)."""
    if not apps.is_installed("django_q"):
        return []
    wrong = [Error(fault.sentence, hint=fault.line, id=fault.id) for fault in faults()]
    return [*wrong] or [*_queue(_cluster())]


@register(Tags.database)
def check_schedule(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """The sweep is scheduled where try-ons are run (W018). It asks the database, so it runs
    with `check --database default` and before each `migrate`, as Django's own that do."""
    from .engine.queue import has_schedules, schedule_state

    # Before the first `migrate` there is no table, and after it there is a schedule.
    if "default" not in (databases or ()) or not has_schedules():
        return []
    state = schedule_state()
    if state == "ok":
        return []
    return [
        Warning(
            "The sweep, which repairs what crashes leave, is not scheduled."
            if state == "missing"
            else "The sweep is scheduled on another cluster than GENLOOK_Q_CLUSTER names.",
            hint="Run `manage.py migrate`: it puts the schedule right.",
            id="genlook_oscar.W018",
        )
    ]


def faults() -> list[Fault]:
    """What django-q2 could not read of Q_CLUSTER, `line` being the whole advice. Needs no app
    to be loaded."""
    given = getattr(settings, "Q_CLUSTER", None)
    if given is None:
        return []
    if not isinstance(given, dict):
        return [_fault("", given, "a dictionary", "")]
    found = [*_wrong_entries(given, "")]
    others = given.get("ALT_CLUSTERS")
    example = '"ALT_CLUSTERS": {"tryons": {"workers": 4, "queue_limit": 4}}'
    if others is not None and not isinstance(others, dict):
        found.append(_fault("ALT_CLUSTERS", others, "a dictionary of dictionaries", example))
    elif others:
        for name, own in others.items():
            if isinstance(own, dict):
                found += _wrong_entries(own, name)
            else:
                takes = "a dictionary of dictionaries"
                found.append(_fault("ALT_CLUSTERS", others, takes, example))
    return found


def _wrong_entries(given: Mapping[str, Any], cluster: str) -> Iterator[Fault]:
    for name, kind in ENTRIES.items():
        value = given.get(name)
        if name not in given or (value is None and name in OPTIONAL):
            continue
        try:
            if value is not False:
                kind.parse(value)
        except Wrong as wrong:
            good = known_good.Q_CLUSTER.get(name)
            instead = good if wrong.instead is None else wrong.instead
            yield _fault(name, value, kind.takes, f'"{name}": {written(instead)}', cluster)
    redis = given.get("redis")
    if redis is not None and not isinstance(redis, (dict, str)):
        example = '"redis": {"host": "127.0.0.1", "port": 6379, "db": 0}'
        yield _fault("redis", redis, "a dictionary or an address", example, cluster)


def _fault(name: str, value: Any, takes: str, line: str, cluster: str = "") -> Fault:
    where = f'Q_CLUSTER["ALT_CLUSTERS"]["{cluster}"]' if cluster else "Q_CLUSTER"
    entry = f'{where}["{name}"]' if name else where
    # Values are not shown: the address of a broker may hold its password.
    sentence = f"{entry} is {described(value)}; it takes {takes}."
    return Fault(E012, sentence, f"Write {line} in {where}. {KNOWN_GOOD}" if line else KNOWN_GOOD)


def _cluster() -> dict[str, Any]:
    """Q_CLUSTER as the cluster that runs try-ons sees it, which may be an alternative one."""
    given: Mapping[str, Any] = getattr(settings, "Q_CLUSTER", None) or {}
    others = given.get("ALT_CLUSTERS") or {}
    return {**given, **(others.get(conf.cluster) or {})}


def _queue(cluster: Mapping[str, Any]) -> Iterator[CheckMessage]:
    # The defaults are django-q2's own (its module conf, 1.11).
    workers = cluster.get("workers") or os.cpu_count() or 4
    queue_limit, bulk = cluster.get("queue_limit", workers**2), cluster.get("bulk", 1)
    prefetched = queue_limit + bulk
    timeout = cluster.get("timeout")
    retry = cluster.get("retry", 60)
    redelivers = any(cluster.get(name) for name in REDELIVERING)
    # A task may make two requests at their slowest: photo and try-on, or reference and inline.
    least = math.ceil(2 * (conf.connect_timeout + conf.read_timeout)) + 10
    if not timeout or timeout < least:
        yield Warning(
            "Q_CLUSTER has no timeout: a task that hangs holds its worker for ever."
            if not timeout
            else f"Q_CLUSTER's timeout of {timeout} s ends tasks that only wait for Genlook.",
            hint=f'Write "timeout": {max(least, 90)} in Q_CLUSTER. {KNOWN_GOOD}',
            id="genlook_oscar.W010",
        )
    longest = (timeout or least) * (1 + math.ceil(prefetched / workers))
    if redelivers and retry <= longest:
        yield Warning(
            f"Q_CLUSTER's retry of {retry} s is too short: tasks that wait in the cluster or "
            "still run are given out a second time.",
            hint=f'Write "retry": {longest + 60} in Q_CLUSTER; it must be more than timeout * '
            f"(1 + (queue_limit + bulk) / workers, rounded up). {KNOWN_GOOD}",
            id="genlook_oscar.W011",
        )
    if redelivers and not cluster.get("max_attempts") and not cluster.get("ack_failures"):
        yield Warning(
            "Q_CLUSTER runs a failing task again for ever.",
            hint='Write "max_attempts": 1, "ack_failures": True in Q_CLUSTER. Try-ons are '
            "repeated by rules of their own.",
            id="genlook_oscar.W012",
        )
    if workers < 2:
        yield Warning(
            "Q_CLUSTER has one worker: while it asks Genlook for pictures, nothing is sent.",
            hint='Write "workers": 2 or more in Q_CLUSTER.',
            id="genlook_oscar.W013",
        )
    if cluster.get("sync") and not settings.DEBUG:
        yield Warning(
            "Q_CLUSTER runs tasks at once (sync): every click would wait for Genlook.",
            hint='Remove "sync" from Q_CLUSTER, and start `manage.py qcluster`.',
            id="genlook_oscar.W014",
        )
    if queue_limit > workers or bulk > 1:
        yield Warning(
            f"Q_CLUSTER takes up to {prefetched} tasks ahead for {workers} workers: they wait in "
            "this cluster while others are free, and hold up its end.",
            hint=f'Write "queue_limit": {workers}, "bulk": 1 in Q_CLUSTER. {KNOWN_GOOD}',
            id="genlook_oscar.W015",
        )
    yield from _hosts(cluster)
    yield from _name()


def _hosts(cluster: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """A queue that other hosts reach, over a database that they do not."""
    database = settings.DATABASES.get("default", {})
    if str(database.get("ENGINE", "")).endswith("sqlite3") and _reaches_other_hosts(cluster):
        yield Warning(
            "Q_CLUSTER's broker serves several hosts, but the database is SQLite, a file on one "
            "of them: workers elsewhere would find no try-on.",
            hint='Write "ENGINE": "django.db.backends.postgresql" in DATABASES["default"], or '
            'keep to one host with "orm": "default" in Q_CLUSTER in place of its broker.',
            id="genlook_oscar.W016",
        )


def _reaches_other_hosts(cluster: Mapping[str, Any]) -> bool:
    if any(cluster.get(name) for name in ("sqs", "iron_mq")):
        return True
    redis = cluster.get("redis") or {}
    if isinstance(redis, str):
        host = urlsplit(redis).hostname
    else:
        host = "" if redis.get("unix_socket_path") else redis.get("host")
    return bool(host) and host not in ("localhost", "127.0.0.1", "::1")


def _name() -> Iterator[CheckMessage]:
    """The cluster of try-ons is one that can be started."""
    given: Mapping[str, Any] = getattr(settings, "Q_CLUSTER", None) or {}
    others = given.get("ALT_CLUSTERS") or {}
    own = given.get("cluster_name") or given.get("name", "default")
    if conf.cluster and conf.cluster != own and conf.cluster not in others:
        yield Warning(
            f'GENLOOK_Q_CLUSTER names the cluster "{conf.cluster}", which Q_CLUSTER does not '
            "know: no workers can be started for try-ons, and each of them waits in vain.",
            hint=f'Write "ALT_CLUSTERS": {{"{conf.cluster}": {{}}}} '
            f"in Q_CLUSTER, and start `Q_CLUSTER_NAME={conf.cluster} manage.py qcluster`.",
            id="genlook_oscar.W017",
        )
