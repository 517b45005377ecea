"""What the shop itself has its workers do."""

import os
import time


def where() -> str:
    """The name of the cluster that runs this, as its process was told."""
    return os.environ.get("Q_CLUSTER_NAME", "")


def nap(seconds: float) -> None:
    """Keep a worker from everything else."""
    time.sleep(seconds)
