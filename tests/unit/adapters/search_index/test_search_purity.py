"""The shared parts serve every engine: they bring in none."""

import subprocess
import sys

import pytest

PURE = ("entries", "plan", "parse", "tokens", "scan", "emergency", "highlight", "interface")


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_bring_in_no_engine(module):
    program = (
        f"import sys, archive_service.adapters.search_index.{module}\n"
        "assert not [name for name in sys.modules if name.startswith(('whoosh', 'numpy', 'sqlalchemy'))]"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)
