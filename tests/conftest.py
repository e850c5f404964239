"""What several test modules start from."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

# The gate says the same each time. HYPOTHESIS_PROFILE=default searches on.
settings.register_profile("gate", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's own files, without what git ignores. Nobody may write to it."""
    copy = tmp_path_factory.mktemp("snapshot")
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in names:
        if name and (PROJECT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, copy / name)
    return copy
