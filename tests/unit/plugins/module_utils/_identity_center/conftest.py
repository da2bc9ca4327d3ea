# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Organizations that the tests of this folder begin with."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from helpers.accounts.identity_center_engine import Engine
from helpers.accounts.simulated_identity_center import ADMINISTRATOR_ACCESS, MANAGEMENT, PRODUCTION, Simulated


@pytest.fixture
def engine() -> Iterator[Engine]:
    with ThreadPoolExecutor(4) as pool:
        yield Engine(Simulated(), pool)


@pytest.fixture
def administered(engine: Engine) -> Engine:
    """An organization whose administrators are the members of Admins: ann."""
    engine.aws.assign(engine.aws.add_set("Admin", ADMINISTRATOR_ACCESS), "g-admins", MANAGEMENT, PRODUCTION)
    return engine
