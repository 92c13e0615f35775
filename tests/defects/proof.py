"""A pytest plugin that proves what is imported: the copy with the defect, never the tree beside it."""

import importlib
import os
from pathlib import Path

import pytest

PACKAGES = ("archive_service", "scanners", "retention", "demo", "tests")


def pytest_configure() -> None:
    """End the run where a package comes from elsewhere than the copy."""
    root = Path(os.environ["XUEJI_DEFECTS_ROOT"]).resolve()
    for name in PACKAGES:
        folders = [Path(folder).resolve() for folder in importlib.import_module(name).__path__]
        if any(not folder.is_relative_to(root) for folder in folders):
            raise pytest.UsageError(f"{name} is imported from {folders}, not from {root}")
