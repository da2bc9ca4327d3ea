# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of identity_center_access on a simulated organization."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import snapshot as look
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.apply import apply_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.input import parse
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Options, Plan, Snapshot, Wanted
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.plan import make_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.requests import Patience
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.result import describe
from helpers.accounts.simulated_identity_center import CALLER, Simulated

Result = dict[str, t.Any]


@dataclass
class Engine:
    """Runs wishes on a simulated organization."""

    aws: Simulated
    pool: ThreadPoolExecutor
    slept: list[float] = field(default_factory=list)

    def planned(self, caller: Caller = CALLER, **options: t.Any) -> tuple[Wanted, Snapshot, Plan]:
        """The plan, or what speaks against it."""
        switches = {name: options.pop(name) for name in list(options) if name in Options.__dataclass_fields__}
        wanted, problems = parse(options, "aws")
        assert problems == []
        wanted, snapshot = look.read(self.aws.service(self.pool), caller, wanted, Options(**switches), None)
        return wanted, snapshot, make_plan(wanted, snapshot, Options(**switches))

    def problems(self, caller: Caller = CALLER, **options: t.Any) -> str:
        """What speaks against it, and that nothing was written."""
        problems = "; ".join(self.planned(caller, **options)[2].problems)
        assert self.aws.written == []
        return problems

    def run(self, caller: Caller = CALLER, **options: t.Any) -> Result:
        """The result."""
        wanted, snapshot, plan = self.planned(caller, **options)
        assert plan.problems == ()
        patience = Patience(30, clock=lambda: sum(self.slept), sleep=self.slept.append)
        outcomes, _arns = apply_plan(plan, snapshot, self.aws.service(self.pool), patience, lambda _line: None)
        return describe(wanted, snapshot, plan, outcomes, check_mode=False)
