"""The same project, whose try-ons have a django-q2 cluster of their own."""

from tests.settings import *  # noqa: F403

Q_CLUSTER = {**Q_CLUSTER, "ALT_CLUSTERS": {"tryons": {"workers": 2, "queue_limit": 2}}}  # noqa: F405
GENLOOK_Q_CLUSTER = "tryons"
