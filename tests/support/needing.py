"""Programs that a test needs: missing in CI they are a failure, elsewhere a reason to skip."""

from __future__ import annotations

import os
import shutil

import pytest


def need(program: str, package: str = "") -> None:
    """Fails in CI, where `.ci/run` installs it; skips where somebody lacks it. `package`: if not called so too."""
    if shutil.which(program):
        return
    said = f"{program} is missing; install it: apt-get install -y {package or program}"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)
