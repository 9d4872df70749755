"""The model test with as many examples as one has time for: `./dev faults --model N`."""

import os
import subprocess
import sys
from pathlib import Path

TEST = "tests/unit/changes/test_change_model.py"


def check(examples: int) -> int:
    """The exit code of pytest over the model test alone."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", TEST]
    root = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "NETOPS_MODEL_EXAMPLES": str(examples)}
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode
