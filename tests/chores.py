"""What the shop itself has its workers do."""

import os


def where() -> str:
    """The name of the cluster that runs this, as its process was told."""
    return os.environ.get("Q_CLUSTER_NAME", "")
