# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks run as on a machine where nobody has set up anything, and find a Python there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = """#!/bin/sh
echo "home=$HOME nouser=$PYTHONNOUSERSITE index=$PIP_INDEX_URL path=${PYTHONPATH-unset} config=${XDG_CONFIG_HOME-unset}"
echo "found=$(ls -A "$HOME" | wc -l) made=$*"
exit 3
"""


def test_the_checks_run_from_an_empty_home(tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text(MAKE)
    make.chmod(0o755)
    given = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONPATH": "/mine",
        "XDG_CONFIG_HOME": "/mine",
        "PIP_INDEX_URL": "https://packages.example.com/simple",
    }
    ended = subprocess.run([str(ROOT / ".ci" / "run")], env=given, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    told = dict(word.split("=", 1) for word in ended.stdout.split() if "=" in word)
    home = Path(told.pop("home"))
    assert home != tmp_path
    assert not home.exists(), "it is removed at the end"
    assert told == {
        "nouser": "1",
        "index": "https://packages.example.com/simple",
        "path": "unset",
        "config": "unset",
        "found": "0",
        "made": "test",
    }


def test_no_setting_of_the_developers_is_seen() -> None:
    """ansible-core takes its settings when it is imported, which the tests' own helpers do."""
    junk = {
        "ANSIBLE_STRATEGY": "free",
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL": "https://iam.example.com",
        "MOTO_CALL_RESET_API": "false",
    }
    look = (
        "import pytest, sys\n"
        "class Look:\n"
        "    def pytest_collection_finish(self, session):\n"
        "        import os\n"
        "        from ansible import constants\n"
        "        print('seen', [name for name in os.environ if name in sys.argv[2:]], constants.DEFAULT_STRATEGY)\n"
        "sys.exit(pytest.main(['-q', '--collect-only', sys.argv[1]], plugins=[Look()]))\n"
    )
    command = [sys.executable, "-c", look, str(Path(__file__).parent / "test_house.py"), *junk]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, **junk}, capture_output=True, text=True, check=False)
    assert "seen [] linear" in ended.stdout, ended.stdout + ended.stderr


@pytest.mark.parametrize("by", ["variable", "shims", "home"])
def test_pyenvs_pythons_are_found_with_another_home(tmp_path: Path, by: str) -> None:
    root = tmp_path / ("home/.pyenv" if by == "home" else "pyenv")
    (root / "versions").mkdir(parents=True)
    # As pyenv-virtualenv has them: shims with no Pythons beside them.
    empty = tmp_path / "plugins" / "shims"
    empty.mkdir(parents=True)
    shims = f"{root}/shims:" if by == "shims" else ""
    given = {"PATH": f"{empty}:{shims}/usr/bin:/bin", "HOME": str(tmp_path / "home")}
    if by == "variable":
        given["PYENV_ROOT"] = str(root)
    command = ["bash", "-euc", ". tools/pyenv_root.sh; pyenv_root"]
    ended = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == str(root)
