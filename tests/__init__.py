import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FROM_WHEEL = os.environ.get("GENLOOK_TEST_WHEEL") == "1"

if FROM_WHEEL:
    # The package as it was installed, not as it lies here beside the tests.
    sys.path.sort(key=lambda entry: Path(entry or ".").resolve() == ROOT)
