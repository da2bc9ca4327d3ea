# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed anywhere can be started again: no change is lost, and no password.

Where the password of a user is set, and where many workers run, it is ansible-playbook that is killed, with its workers
and the module. Elsewhere it is a process that is the action and nothing else.
"""

from __future__ import annotations

import signal
import typing as t
from collections import Counter
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import moto_server
import pytest
import yaml
from helpers.accounts.everything import ACCOUNT, EXPECTED, GENERATED, OPTIONS, describe, prepare
from helpers.modules.forked import run_here, start_action
from helpers.moto import open_moto
from helpers.moto.clients import iam_client
from helpers.moto.fault_proxy import NO_FAULTS, FaultProxy, Faults
from helpers.moto.open_moto import read_passwords
from helpers.processes.control_node import ControlNode, Run
from moto_server import MotoServer

if t.TYPE_CHECKING:
    from helpers.moto.fault_rules import Moment

ACTION = "cloudhsm.iam.iam_users"
# Seconds.
TIMEOUT = 60.0
# Write calls of the scenario, in an order that is the same in each run of one worker.
WRITES = 31
# Those that set a password.
PASSWORDS = (19, 25)


class Lane:
    """A server, a proxy and a control node, for one run after the other."""

    def __init__(self, folder: Path, moto: str, proxy: FaultProxy) -> None:
        self.moto = moto
        self.proxy = proxy
        self.node = ControlNode(folder, proxy.url)
        self.store = folder / "private" / "passwords.yml"
        self.iam = iam_client(proxy.url)

    def begin(self) -> None:
        """Make the account as it is before a run, and forget what was stored."""
        moto_server.reset(self.moto)
        self.proxy.faults = NO_FAULTS
        self.proxy.clear()
        self.store.unlink(missing_ok=True)
        prepare(self.iam)
        self.proxy.calls.clear()

    def options(self, workers: int) -> dict[str, t.Any]:
        """What asks for the scenario's end state."""
        return {**OPTIONS, "workers": workers, "credentials_store": "file", "credentials_path": str(self.store)}

    def run(self, workers: int) -> Run:
        """Ask for it in a playbook."""
        play = self.node.write_playbook([{"name": "Everything", ACTION: self.options(workers)}])
        return self.node.playbook(play)

    def run_killed(self, number: int, moment: Moment, workers: int) -> None:
        """The same, killed at the write call with this number."""
        self.proxy.faults = Faults(kill=(number, moment), on_kill=self.node.kill)
        run = self.run(workers)
        assert run.status == -signal.SIGKILL, run.output
        self.proxy.faults = NO_FAULTS

    def kill_action(self, number: int, moment: Moment) -> None:
        """The same with the action alone, which has one worker."""
        started: list[BaseProcess] = []

        def kill() -> None:
            started[0].kill()

        self.proxy.faults = Faults(kill=(number, moment), on_kill=kill)
        started.append(start_action(ACTION, self.options(workers=1), self.proxy.url))
        started[0].join(TIMEOUT)
        assert started[0].exitcode == -signal.SIGKILL
        self.proxy.faults = NO_FAULTS

    def check(self) -> None:
        """The end state, and that the stored passwords are those that are set."""
        assert describe(self.iam) == EXPECTED
        stored = yaml.safe_load(self.store.read_text())[ACCOUNT]
        passwords = read_passwords(self.moto)
        assert {name: stored[name]["password"] for name in stored} == {name: passwords[name] for name in GENERATED}
        assert passwords["stranger"] == "Somebody-elses-1"


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    with (
        MotoServer(program=Path(open_moto.__file__)) as server,
        FaultProxy(server.url) as proxy,
    ):
        yield Lane(tmp_path_factory.mktemp("lane"), server.url, proxy)


def test_the_scenario_has_every_kind_of_change(lane: Lane) -> None:
    lane.begin()
    run = lane.run(workers=1)
    assert run.status == 0, run.output
    lane.check()
    writes = [call.action for call in lane.proxy.writes]
    assert len(writes) == WRITES
    assert tuple(number for number, action in enumerate(writes, 1) if action == "CreateLoginProfile") == PASSWORDS
    assert Counter(writes) == {
        "CreateUser": 1,
        "UpdateUser": 1,
        "TagUser": 2,
        "UntagUser": 1,
        "AddUserToGroup": 3,
        "RemoveUserFromGroup": 2,
        "AttachUserPolicy": 4,
        "DetachUserPolicy": 2,
        "PutUserPermissionsBoundary": 1,
        "DeleteUserPermissionsBoundary": 1,
        "CreateLoginProfile": 2,
        "DeleteLoginProfile": 2,
        "UpdateAccessKey": 1,
        "DeleteAccessKey": 1,
        "DeleteUserPolicy": 1,
        "DeactivateMFADevice": 1,
        "DeleteVirtualMFADevice": 1,
        "DeleteSSHPublicKey": 1,
        "DeleteSigningCertificate": 1,
        "DeleteUser": 2,
    }


KILLS: list[tuple[int, Moment]] = [
    *((number, "after") for number in range(1, WRITES + 1)),
    *((number, "before") for number in (1, *PASSWORDS)),
]
WITH_ANSIBLE = [(number, moment) for number, moment in KILLS if number in PASSWORDS]


@pytest.mark.parametrize(("number", "moment"), WITH_ANSIBLE)
def test_a_playbook_killed_where_it_sets_a_password_is_finished_by_the_next(
    lane: Lane, number: int, moment: Moment
) -> None:
    lane.begin()
    lane.run_killed(number, moment, workers=1)
    finish(lane)


@pytest.mark.parametrize(("number", "moment"), [kill for kill in KILLS if kill not in WITH_ANSIBLE])
def test_a_run_killed_at_any_write_is_finished_by_the_next(lane: Lane, number: int, moment: Moment) -> None:
    """Between two writes only a password is ever stored: before any other it is as it was after the one before."""
    lane.begin()
    lane.kill_action(number, moment)
    assert len(lane.proxy.writes) == number
    result = run_here(ACTION, lane.options(workers=8), lane.proxy.url)
    assert not result.get("failed"), result
    lane.check()


@pytest.mark.parametrize("number", [1, 7, 13, 19, 25])
def test_a_run_of_many_workers_can_be_killed_too(lane: Lane, number: int) -> None:
    lane.begin()
    lane.run_killed(number, "after", workers=8)
    finish(lane)


def finish(lane: Lane) -> None:
    """Start the run again, and see that it ends where an undisturbed one would."""
    run = lane.run(workers=8)
    assert run.status == 0, run.output
    lane.check()
