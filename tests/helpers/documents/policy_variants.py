# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every kind of CloudHSM policy that there is, for tests that have to hold for all of them."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import ACTIONS, LEVELS, allowed
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy

ACCOUNT = "123456789012"
CLUSTER_ARN = f"arn:aws:cloudhsm:us-east-1:{ACCOUNT}:cluster/cluster-abcdefghijk"
LIMITS: dict[str, t.Any] = {
    "cluster_arns": [CLUSTER_ARN],
    "regions": ["us-east-1", "eu-central-1"],
    "tags": {"team": "keys", "stage": "production"},
}
OPTIONS = ("allow_backup_copy", "allow_backup_sharing")


def _given(limits: t.Iterable[str], options: t.Iterable[str]) -> dict[str, t.Any]:
    return {name: LIMITS[name] for name in limits} | dict.fromkeys(options, True)


def wishes() -> dict[str, Wish]:
    """All levels of both profiles, and the hardened ones with every set of limits and options that go together."""
    guide = [Wish(level) for level in LEVELS]
    hardened = [
        Wish(level, "hardened", **_given(limits, options))
        for level in LEVELS
        for limits in _subsets(LIMITS)
        for options in _subsets(OPTIONS)
        if all(_has(level, option) and "cluster_arns" not in limits for option in options)
    ]
    return {_name(wish): wish for wish in [*guide, *hardened]}


def documents() -> dict[str, dict[str, t.Any]]:
    """The policies of all of them."""
    made = {name: build_policy(wish) for name, wish in wishes().items()}
    assert not [problems for _document, problems in made.values() if problems]
    return {name: document for name, (document, _problems) in made.items()}


def _subsets(names: t.Iterable[str]) -> list[tuple[str, ...]]:
    pool = tuple(names)
    return [subset for size in range(len(pool) + 1) for subset in itertools.combinations(pool, size)]


def _has(level: str, option: str) -> bool:
    return any(allowed(level, action.hardened) for action in ACTIONS if action.option == option)


def _name(wish: Wish) -> str:
    return "-".join([wish.level, wish.profile, *wish.limits_given])
