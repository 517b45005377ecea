"""How try-ons are doing, read from our own rows alone.

django-q2's own statistics are not asked: they stand in a cache that other processes may not
share, and a frozen cluster still looks alive there. A few queries, each answered from an
index, however many try-ons there have been.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from .. import clock
from ..causes import OK, SEVERITIES
from ..conf import conf
from ..models import (
    Account,
    Configuration,
    Erasure,
    TryOn,
)
from ..models.mark import marks
from ..models.moments import LONGEST_WATCH, ahead
from ..models.storage import private_is_writable
from . import asking, books, erasing, pacing, workers
from .findings import STUCK_SECONDS, Finding, judge
from .queue import schedule_state
from .signing import same_key

MINUTE = timedelta(minutes=1)
Status = TryOn.Status


@dataclass(frozen=True)
class Health:
    """What is known at this moment. Names that end in `_seconds` are ages, or times still to
    go where said so; None where there is nothing to tell.

    `oldest_unclaimed_seconds` is the age of the try-on that has waited longest for a worker,
    counted from when it was ready for one; `unasked_seconds` how long the question for some
    generation is overdue. `alive_seconds` is the age of the workers' last sign of life,
    `stopped_seconds` for how long clicks are refused because there is none. `could_begin` says
    whether requests for another try-on are free; only looked at when something has waited for
    long. `watcher` is alive, expired (it died with its lease) or free. `requests_last_minute`
    is None while no limit is set, because then nobody counts. `resting_seconds` is how long a
    429 of Genlook's still makes all wait, `rate_limited` whether one has done so in the last
    minute. `erasures_elsewhere` are those due in a Genlook account that is configured no more.
    `same_key` says whether workers can read what is signed here; None before any has been seen.
    `settings_ok` and `writable` are about the process that looks: its settings, and the folders
    that photos and pictures are written to.
    `ended_last_hour` and `failed_last_hour` count the try-ons clicked in the last hour that
    have their end, `sent_last_day` those of a day that were sent to Genlook.
    `networkless` says why guests' networks are not known, "" where they are: "proxied" (requests
    come through a proxy nobody told us of) or "header" (they lack GENLOOK_CLIENT_IP_HEADER).
    `reported_products` are hidden because shoppers reported bad pictures of them.
    `circuit` is empty while closed, else the reason for which clicks are refused, for
    `circuit_seconds` already. `schedule` of the sweep is ok, missing, or elsewhere (on a
    cluster that does not run try-ons). `storage_seconds` is for how long private storage has
    not been written, because it could not be. `mail_failure` is why the last e-mail did not
    leave, for the last time `mail_failed_seconds` ago, empty when it did; `webhook_failure` the
    same of the alert webhook. `drift` may be off by `drift_slack` credits in
    either direction, `drift_unexplained` is what is beyond that and beyond all uncertain
    try-ons; both since `drift_since`.
    """

    enabled: bool
    settings_ok: bool
    writable: bool
    api_key: bool
    queued: int
    submitting: int
    generating: int
    late: int
    oldest_unclaimed_seconds: float | None
    unasked_seconds: float | None
    alive_seconds: float | None
    stopped_seconds: float | None
    same_key: bool | None
    could_begin: bool | None
    watcher: str
    requests_last_minute: int | None
    requests_per_minute: int
    last_request_seconds: float | None
    resting_seconds: float
    rate_limited: bool
    answered_seconds: float | None
    credits: int | None
    credits_seconds: float | None
    alarm: str
    circuit: str
    circuit_seconds: float | None
    ended_last_hour: int
    failed_last_hour: int
    sent_last_day: int
    uncertain_last_day: int
    uncertain: int
    networkless: str
    reported_products: int
    erasures: int
    erasures_elsewhere: int
    oldest_erasure_seconds: float | None
    schedule: str
    swept_seconds: float | None
    storage_seconds: float | None
    mail_failure: str
    mail_failed_seconds: float | None
    webhook_failure: str
    webhook_failed_seconds: float | None
    drift: int
    drift_slack: int
    drift_unexplained: int
    drift_since: datetime | None
    findings: tuple[Finding, ...] = ()

    @property
    def severity(self) -> str:
        """The worst of the findings: ok, warning or critical."""
        return max((found.severity for found in self.findings), key=SEVERITIES.index, default=OK)

    def as_dict(self) -> dict[str, Any]:
        """All of it in types that JSON knows, in the language active now."""
        told = {
            name: round(value, 1) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }
        told["drift_since"] = self.drift_since.isoformat() if self.drift_since else None
        told["findings"] = [found.as_dict() for found in self.findings]
        return {"severity": self.severity, **told}


def health() -> Health:
    """Look at everything once, and judge it."""
    now = clock.now()
    causes = asking.networkless(now)
    told = {"hidden": asking.hidden(), **asking.unsent(), **causes}
    account = Account.mine().annotate(**told).first() or Account()
    live = asking.live(now)
    stopped = _age(account.stopped_since, now)
    age, unasked = _age(live["oldest"], now), _age(live["unasked"], now)
    recent = [at for at in account.pace if at > (now - MINUTE).timestamp()]
    # One that is only being repeated was done already.
    erasures = Erasure.objects.filter(done_at=None, erased_at=None).aggregate(
        count=Count("pk", filter=erasing.in_charge()),
        elsewhere=Count("external_user_id", filter=~Q(account__in=["", *marks()]), distinct=True),
        oldest=Min("requested_at", filter=erasing.in_charge()),
    )
    lately = asking.lately(now)
    uncertain, uncertain_last_day = books.uncertain(now - asking.DAY)
    facts = Health(
        enabled=Configuration.load().enabled,
        settings_ok=not conf.faults,
        writable=private_is_writable(),
        api_key=bool(conf.api_key),
        queued=live["queued"],
        submitting=live["submitting"],
        generating=live["generating"],
        late=TryOn.objects.here().filter(status=Status.FAILED, late_until__gt=now).count(),
        oldest_unclaimed_seconds=age,
        unasked_seconds=unasked,
        alive_seconds=_age(workers.last_sign(account, now), now),
        stopped_seconds=stopped,
        same_key=same_key(
            account,
            waiting=stopped is not None or max(age or 0, unasked or 0) > STUCK_SECONDS,
        ),
        could_begin=pacing.room(1) > 0 if age is not None and age > STUCK_SECONDS else None,
        watcher=_watcher(account, now),
        requests_last_minute=len(recent) if conf.requests_per_minute else None,
        requests_per_minute=conf.requests_per_minute,
        last_request_seconds=max(now.timestamp() - max(recent), 0.0) if recent else None,
        resting_seconds=_left(account.hold_until, now),
        rate_limited=_left(account.hold_until, now - MINUTE) > 0,
        answered_seconds=_age(account.answered_at, now),
        credits=account.credits,
        credits_seconds=_age(account.credits_at, now),
        alarm=account.alarm_code,
        circuit=account.circuit_reason,
        circuit_seconds=_age(account.circuit_since, now),
        ended_last_hour=lately["ended"],
        failed_last_hour=lately["failed"],
        sent_last_day=lately["sent"],
        uncertain_last_day=uncertain_last_day,
        uncertain=uncertain,
        networkless=next(
            (name.partition("_")[2] for name in causes if getattr(account, name, False)), ""
        ),
        reported_products=getattr(account, "hidden", None) or 0,
        erasures=erasures["count"],
        erasures_elsewhere=erasures["elsewhere"],
        oldest_erasure_seconds=_age(erasures["oldest"], now),
        schedule=schedule_state(),
        swept_seconds=_age(account.swept_at, now),
        storage_seconds=_age(account.storage_failed_at, now),
        mail_failure=getattr(account, "mail_why", None) or "",
        mail_failed_seconds=_age(getattr(account, "mail_at", None), now),
        webhook_failure=getattr(account, "webhook_why", None) or "",
        webhook_failed_seconds=_age(getattr(account, "webhook_at", None), now),
        drift=account.drift,
        drift_slack=account.books_slack + account.books_open,
        drift_unexplained=books.unexplained(account),
        drift_since=account.books_since,
    )
    return replace(facts, findings=judge(facts))


def _watcher(account: Account, now: datetime) -> str:
    if account.watcher_until is None:
        return "free"
    return "alive" if ahead(account.watcher_until, now, LONGEST_WATCH) else "expired"


def _age(moment: datetime | None, now: datetime) -> float | None:
    return max((now - moment).total_seconds(), 0.0) if moment else None


def _left(moment: datetime | None, now: datetime) -> float:
    return max((moment - now).total_seconds(), 0.0) if moment else 0.0
