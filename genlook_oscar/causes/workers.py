"""Whether anybody does the work."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from .cause import CRITICAL, EVERYWHERE, HEALTH, OK, SHOWN, WARNING, Cause

START = _(
    "See that “manage.py qcluster” is running and what its log says. If it runs and does "
    "nothing, end it and start it again."
)

HEALTHY = Cause("healthy", OK, _("All is well."), told=SHOWN)
DATABASE = Cause(
    "database",
    CRITICAL,
    _("The database cannot be asked, so nothing is known and nothing is done."),
    _("See that it runs and that this host reaches it."),
    told=frozenset({HEALTH}),
)
SECRET_KEY = Cause(
    "secret_key",
    CRITICAL,
    _("Workers throw away what the web server hands them: their SECRET_KEY differs."),
    _(
        "Give web server and workers the same SECRET_KEY, and Q_CLUSTER the same name; "
        "then start both again."
    ),
    rests=True,
)
FROZEN = Cause(
    "workers_frozen",
    CRITICAL,
    _("Work waits, and no worker shows a sign of life."),
    START,
    _("The fitting room has stopped for the moment. Please come back later."),
    rests=True,
    alarm="WORKERS",
)
SWEEP_LATE = Cause(
    "sweep_late",
    CRITICAL,
    _("The sweep, due each minute, has not run for more than three minutes."),
    _(
        "Workers are there: it fails, as their log says, or waits behind other tasks. "
        "Then give try-ons a cluster of their own."
    ),
    rests=True,
)
TOO_FEW = Cause(
    "too_few_workers",
    WARNING,
    _("Try-ons wait for more than half a minute although there are requests to spare."),
    _("Give Q_CLUSTER more workers, or try-ons a cluster of their own."),
    rests=True,
    told=EVERYWHERE,
    after=timedelta(minutes=10),
)
SCHEDULE_MISSING = Cause(
    "schedule_missing",
    WARNING,
    _("The sweep is not scheduled, so nobody repairs what a crash leaves."),
    _("Run “manage.py migrate”: it makes the schedule again."),
    rests=True,
)
SCHEDULE_ELSEWHERE = Cause(
    "schedule_elsewhere",
    WARNING,
    _("The sweep is scheduled on another cluster than GENLOOK_Q_CLUSTER names."),
    _("Run “manage.py migrate”: it puts the schedule right."),
    rests=True,
)
NEVER_SWEPT = Cause(
    "never_swept",
    WARNING,
    _("The sweep has not run yet. Workers make it within a minute of their start."),
    START,
    told=SHOWN,
)

ALL = (
    HEALTHY,
    DATABASE,
    SECRET_KEY,
    FROZEN,
    SWEEP_LATE,
    TOO_FEW,
    SCHEDULE_MISSING,
    SCHEDULE_ELSEWHERE,
    NEVER_SWEPT,
)
IDLE = frozenset(
    one.code
    for one in (FROZEN, SECRET_KEY, SWEEP_LATE, NEVER_SWEPT, SCHEDULE_MISSING, SCHEDULE_ELSEWHERE)
)
"""Those by which the workers do not do their work, or nobody has seen them do it: whoever asks
from outside tells of them, and not the sweep, which is the workers' own."""
