# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests share: one moto server, a proxy that counts calls, and a control node of one's own."""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

import moto_server
import pytest
from helpers.moto import enforcing_moto
from helpers.moto.clients import iam_client
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode
from helpers.processes.own_imports import foreign_imports
from moto_server import MotoServer

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_the_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fail at the end of a run that imported what another machine may not have."""
    yield
    assert foreign_imports(sys.modules, tmp_path_factory.getbasetemp()) == {}


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """URL of a moto server that all tests share."""
    with MotoServer() as server:
        yield server.url


@pytest.fixture(scope="session")
def enforcing() -> Iterator[str]:
    """URL of a server that enforces policies."""
    with MotoServer(program=Path(enforcing_moto.__file__)) as server:
        yield server.url


@pytest.fixture
def aws(moto: str) -> Iterator[FaultProxy]:
    """An empty account, behind a proxy that notes every call and can be told to go wrong."""
    moto_server.reset(moto)
    with FaultProxy(moto) as proxy:
        yield proxy


@pytest.fixture
def iam(aws: FaultProxy, moto: str) -> IAMClient:
    """A client that goes past the proxy, for looking at what the account holds."""
    return iam_client(moto)


@pytest.fixture
def node(aws: FaultProxy, tmp_path: Path) -> ControlNode:
    """A control node with an empty home folder, whose calls go through the proxy."""
    return ControlNode(tmp_path, aws.url)
