"""Signals of a try-on's life, for a shop's own code.

Each is sent with `send_robust` after the change stands in the database. Arguments:
`tryon` (the row) for those of a try-on; `code` and `message` for `alarm_raised`; `period`
("day" or "month"), `percent`, `spent` and `limit` for `budget_reached`, once for each threshold;
`credits` for `credits_low`.
"""

from django.dispatch import Signal

tryon_accepted = Signal()
tryon_completed = Signal()
tryon_failed = Signal()
alarm_raised = Signal()
budget_reached = Signal()
credits_low = Signal()
