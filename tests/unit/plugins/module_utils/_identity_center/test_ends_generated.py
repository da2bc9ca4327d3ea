# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignments that end, in lists and at times that nobody thought of: in one run after another, and killed anywhere."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import denied_from, has_ended, set_name
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import with_end
from helpers.accounts.identity_center_engine import Engine, Result
from helpers.accounts.simulated_identity_center import (
    ADMINISTRATOR_ACCESS,
    CALLER,
    MANAGEMENT,
    PRODUCTION,
    READS,
    SANDBOX,
    Answer,
    Simulated,
)
from helpers.moto.kills import KilledError
from hypothesis import given
from hypothesis import strategies as st
from iam_simulator import Request, decide

TIMES = [f"2026-12-0{day}T18:00:00Z" for day in (1, 2, 3)]
NOWS = ["2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z", "2026-12-03T18:00:00Z"]
NAMES = {"g-admins": "Admins", "u-bob": "bob"}
# Who has which permission set where, and until when; None without an end.
Holder = tuple[str, str, str]
Listed: t.TypeAlias = "dict[Holder, str | None]"

HOLDERS = st.tuples(
    st.sampled_from(["Power", "New"]), st.sampled_from(sorted(NAMES)), st.sampled_from([SANDBOX, PRODUCTION])
)
LISTS = st.dictionaries(HOLDERS, st.sampled_from([None, *TIMES]), max_size=5)
SWITCHES = st.fixed_dictionaries({"purge_assignments": st.booleans()})


class Step(t.NamedTuple):
    """One run: when, with what, and how."""

    now: str
    listed: Listed
    access: str
    switches: dict[str, bool]

    def options(self) -> Result:
        """As a user gives them."""
        items = []
        for (permission_set, principal, account), until in self.listed.items():
            kind = "groups" if principal.startswith("g-") else "users"
            end = {"until": until, "reason": f"until {until}"} if until else {}
            items.append({"permission_set": permission_set, kind: [NAMES[principal]], "accounts": [account], **end})
        sets = [{"name": "New", "access": self.access}]
        return {"permission_sets": sets, "assignments": items, "max_deletions": 99, "purge_allow_empty": True}

    def run(self, engine: Engine) -> Result:
        return engine.run(replace(CALLER, now=self.now), **self.options(), **self.switches)

    def refused(self, engine: Engine) -> tuple[str, ...]:
        return engine.planned(replace(CALLER, now=self.now), **self.options(), **self.switches)[2].problems


STEPS = st.builds(
    lambda lists, accesses, switches: [Step(*each) for each in zip(NOWS, lists, accesses, switches, strict=True)],
    st.lists(LISTS, min_size=3, max_size=3),
    st.lists(st.sampled_from(["read_only", "power_user"]), min_size=3, max_size=3),
    st.lists(SWITCHES, min_size=3, max_size=3),
)


class Watched(Simulated):
    """An organization that is told of each write, before and after it."""

    def __init__(self) -> None:
        super().__init__()
        self.watch: Callable[[bool], None] = lambda _after: None
        self.assign(self.add_set("Admin", ADMINISTRATOR_ACCESS), "g-admins", MANAGEMENT)
        self.add_set("Power", "arn:aws:iam::aws:policy/ReadOnlyAccess", Description="Work")

    def call(self, operation: str, params: Answer) -> Answer:
        if operation.startswith(READS):
            return super().call(operation, params)
        self.watch(False)
        answer = super().call(operation, params)
        self.watch(True)
        return answer

    def held(self, now: str) -> set[Holder]:
        """Who can use which permission set where, then: copies count until their end, if they are whole."""
        found: set[Holder] = set()
        for arn, account, _kind, principal in self.assignments:
            one = self.sets[arn]
            tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
            until = tags.get("cloudhsm.iam/until")
            if until:
                assert denied_from(until) in json.loads(one["inline"])["Statement"], "assigned before it can end"
            if not until or not has_ended(until, now):
                found.add((str(tags.get("cloudhsm.iam/copy-of", one["Name"])), principal, account))
        return found

    def holdings(self) -> t.Any:
        """Everything that there is, by names."""
        names = {arn: one["Name"] for arn, one in self.sets.items()}
        sets = {
            one["Name"]: (
                sorted(one["policies"]),
                one.get("inline"),
                one.get("Description"),
                sorted(map(str, one["Tags"])),
            )
            for one in self.sets.values()
        }
        return sets, {(names[arn], *rest) for arn, *rest in self.assignments}


def expected(step: Step, before: set[Holder]) -> set[Holder]:
    """Who can use what after a run, of those who could before it."""
    wanted = {holder for holder, until in step.listed.items() if not until or not has_ended(until, step.now)}
    about = {"New", *(holder[0] for holder in step.listed)}
    kept = {holder for holder in before if holder[0] not in about} if step.switches["purge_assignments"] else before
    return wanted | kept


def in_order(steps: list[Step], pool: ThreadPoolExecutor) -> t.Iterator[tuple[Engine, Watched, Step]]:
    """An organization before each of the runs that is not refused."""
    aws = Watched()
    engine = Engine(aws, pool)
    for step in steps:
        problems = step.refused(engine)
        if problems:
            # Nothing else is wrong with these lists.
            assert all("is assigned without an end, which would stay" in problem for problem in problems), problems
            continue
        yield engine, aws, step


@given(STEPS)
def test_each_run_leads_to_what_was_listed_and_the_next_is_quiet(steps: list[Step]) -> None:
    with ThreadPoolExecutor(2) as pool:
        for engine, aws, step in in_order(steps, pool):
            before = aws.held(step.now)
            stays = before & expected(step, before)

            def nobody_is_locked_out(
                _after: bool, aws: Watched = aws, now: str = step.now, stays: set[Holder] = stays
            ) -> None:
                assert aws.held(now) >= stays

            aws.watch = nobody_is_locked_out
            result = step.run(engine)
            aws.watch = lambda _after: None
            assert result["failed_changes"] == []
            assert aws.held(step.now) == expected(step, before) | {("Admin", "g-admins", MANAGEMENT)}
            assert aws.held("9") == expected_for_good(aws), "what is left when all has ended"
            names = {one["Name"] for one in aws.sets.values()}
            assert {one["copy_name"] for one in result["temporary"]} <= names
            ended = {set_name(one, until) for one in ("New", *(holder[0] for holder in step.listed)) for until in TIMES}
            assert not {name for name in ended & names if has_ended(end_of(name), step.now)}
            aws.written.clear()
            again = step.run(engine)
            assert (again["changed"], aws.written) == (False, [])
            assert again["temporary"] == result["temporary"]


def expected_for_good(aws: Watched) -> set[Holder]:
    return {
        (aws.sets[arn]["Name"], principal, account)
        for arn, account, _kind, principal in aws.assignments
        if aws.sets[arn]["Name"] in ("Admin", "Power", "New")
    }


def end_of(name: str) -> str:
    return next(until for until in TIMES if name.endswith(set_name("", until)))


@given(STEPS, st.integers(1, 12), st.booleans())
def test_a_run_killed_at_any_write_is_finished_by_the_next(steps: list[Step], number: int, after: bool) -> None:
    with ThreadPoolExecutor(1) as pool:
        killed = in_order(steps, pool)
        for engine, aws, step in in_order(steps, pool):
            step.run(engine)
            other, cut, same = next(killed)
            assert same == step
            count = [number]

            def kill(count: list[int], done: bool) -> None:
                count[0] -= not done
                if count[0] < 0 or (count[0] == 0 and done == after):
                    count[0] = -1
                    raise KilledError

            cut.watch = partial(kill, count)
            try:
                step.run(other)
            except KilledError:
                cut.watch = lambda _after: None
                step.run(other)
            cut.watch = lambda _after: None
            assert cut.holdings() == aws.holdings()


ACTIONS = ["cloudhsm:DeleteHsm", "cloudhsm:DescribeClusters", "iam:CreateUser", "s3:GetObject"]
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Action": st.lists(st.sampled_from([*ACTIONS, "*", "cloudhsm:*", "iam:*"]), min_size=1, max_size=2),
        "Resource": st.sampled_from(["*", "arn:aws:s3:::*/*", "arn:aws:iam::123456789012:user/one"]),
    },
    optional={
        "Condition": st.sampled_from(
            [
                {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
                {"DateGreaterThan": {"aws:CurrentTime": "2026-11-30T00:00:00Z"}},
                {"DateGreaterThanEquals": {"aws:CurrentTime": "2026-12-01T12:00:00Z"}},
            ]
        )
    },
)
DOCUMENTS = st.lists(STATEMENTS, max_size=3).map(
    lambda listed: {"Version": "2012-10-17", "Statement": listed} if listed else {}
)
RESOURCES = {"s3:GetObject": "arn:aws:s3:::one/two", "iam:CreateUser": "arn:aws:iam::123456789012:user/one"}


def answers(policies: list[Mapping[str, t.Any]], now: str, mfa: bool) -> list[bool]:
    context = {"aws:CurrentTime": now, "aws:MultiFactorAuthPresent": str(mfa).lower()}
    return decide(policies, [Request(action, RESOURCES.get(action, "*"), context) for action in ACTIONS])


@given(
    DOCUMENTS,
    st.lists(DOCUMENTS.filter(bool), max_size=2),
    st.sampled_from(["2026-11-30T00:00:00Z", "2026-12-01T11:59:59Z", "2026-12-01T17:59:59Z"]),
    st.sampled_from(["2026-12-01T18:00:00Z", "2026-12-01T18:00:01Z", "2030-01-01T00:00:00Z"]),
    st.booleans(),
)
def test_a_copy_allows_what_its_set_does_until_the_end_and_nothing_from_then_on(
    inline: Mapping[str, t.Any], managed: list[Mapping[str, t.Any]], before: str, later: str, mfa: bool
) -> None:
    own = [*managed, *([inline] if inline else [])]
    copy = [*managed, with_end(inline, TIMES[0])]
    assert answers(copy, before, mfa) == (answers(own, before, mfa) if own else [False] * len(ACTIONS))
    assert answers(copy, later, mfa) == [False] * len(ACTIONS)


def test_an_administrator_can_do_everything_until_the_end() -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    for now, may in (("2026-12-01T17:59:59Z", True), (TIMES[0], False)):
        assert answers([everything, with_end({}, TIMES[0])], now, mfa=False) == [may] * len(ACTIONS)


def test_the_last_time_is_one_that_the_watch_would_notice() -> None:
    aws = Watched()
    arn = aws.add_set("New", tags={"cloudhsm.iam/until": TIMES[0]}, inline='{"Statement": []}')
    aws.assign(arn, "u-bob", SANDBOX)
    with pytest.raises(AssertionError, match="assigned before it can end"):
        aws.held(NOWS[0])
