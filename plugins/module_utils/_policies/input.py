# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Builds a CloudHSM policy from the options for it, or lists their problems."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS, read_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.cloudhsm import (
    GUIDE,
    PROFILES,
    Limits,
    guide_policy,
    hardened_policy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import Document, read_policy, size_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.grammar import policy_problems

# Partitions, and the prefix of their region names.
_REGIONS = {"aws": "", "aws-cn": "cn-", "aws-us-gov": "us-gov-"}
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_ACCOUNT = re.compile(r"[0-9]{12}")
# Cluster ID as in CloudHSM's API reference.
_CLUSTER_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):cloudhsm:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":cluster/cluster-[2-7a-zA-Z]{11,16}"
)
# CloudHSM tags in ASCII, without *, ? and $, which have a meaning in policies.
_TAG_KEY = re.compile(r"(?!aws:)[\w .:/=+@-]{1,128}", re.ASCII | re.IGNORECASE)
_TAG_VALUE = re.compile(r"[\w .:/=+@-]{0,256}", re.ASCII)


@dataclass(frozen=True)
class Wish:
    """The options for one policy as they were given. None means left out."""

    level: t.Any
    profile: t.Any = GUIDE
    policy: t.Any = None
    # None if not known yet; then nothing is checked against it.
    partition: t.Any = "aws"
    account_id: t.Any = None
    cluster_arns: t.Any = None
    regions: t.Any = None
    tags: t.Any = None
    allow_backup_copy: t.Any = False
    allow_backup_sharing: t.Any = False
    # What the user calls the options, where that differs.
    names: Mapping[str, str] | None = None

    def called(self, *options: str) -> str:
        """The options by the names that the user gave them."""
        return ", ".join((self.names or {}).get(option, option) for option in options)

    @property
    def limits_given(self) -> list[str]:
        """The given options that only a hardened policy supports."""
        limits = [name for name in ("cluster_arns", "regions", "tags") if getattr(self, name) is not None]
        return limits + [name for name in _OPTIONS if getattr(self, name)]


_OPTIONS = ("allow_backup_copy", "allow_backup_sharing")


def build_policy(wish: Wish) -> tuple[Document, list[str]]:
    """The policy that the options ask for, and all problems with them."""
    wish = _typed(wish)
    problems = [*_choice_problems(wish)]
    if wish.policy is not None:
        own, wrong = _own_policy(wish)
        problems += wrong
        return ({} if problems else own), problems
    problems += [*_value_problems(wish)]
    if not problems:
        problems += [*_combination_problems(wish)]
    if problems:
        return {}, problems
    if wish.profile == GUIDE:
        return guide_policy(wish.level), []
    limits = Limits(
        cluster_arns=None if wish.cluster_arns is None else tuple(wish.cluster_arns),
        regions=None if wish.regions is None else tuple(wish.regions),
        tags=dict(wish.tags or {}),
        options=frozenset(name for name in _OPTIONS if getattr(wish, name)),
    )
    policy = hardened_policy(wish.level, wish.partition or "aws", limits)
    too_long = size_problem(policy)
    return policy, [f"{wish.called(*wish.limits_given)}: {too_long}; name fewer of them"] if too_long else []


def _typed(wish: Wish) -> Wish:
    """The wish with booleans and lists parsed from text, as from the command line."""
    read: dict[str, t.Any] = {
        name: BOOLEANS.get(getattr(wish, name).lower(), getattr(wish, name))
        for name in _OPTIONS
        if isinstance(getattr(wish, name), str)
    }
    for name in ("cluster_arns", "regions"):
        if isinstance(getattr(wish, name), str):
            elements, problems = read_list(getattr(wish, name))
            # Text that is not a list stays text, which _value_problems reports.
            read |= {} if problems else {name: elements}
    return replace(wish, **read)


def _choice_problems(wish: Wish) -> Iterator[str]:
    level = wish.called("level") if "level" in (wish.names or {}) else "the access level"
    choices: tuple[tuple[str, t.Any, t.Iterable[str]], ...] = (
        (level, wish.level, catalogue.LEVELS),
        (wish.called("profile"), wish.profile, PROFILES),
    )
    for name, value, known in choices:
        if not isinstance(value, str) or value not in known:
            yield f"{name}: is {value!r}, and has to be one of {', '.join(known)}"
    if wish.partition is not None and wish.partition not in _REGIONS:
        # The user can't change the account's partition, so the message names the access level.
        name = wish.called("partition") if "partition" in (wish.names or {}) else level
        name = name if wish.names else "partition"
        yield f"{name}: there is no policy for the partition {wish.partition!r}, only for {', '.join(_REGIONS)}"
    for name in _OPTIONS:
        if not isinstance(getattr(wish, name), bool):
            yield f"{wish.called(name)}: is neither true nor false"


def _own_policy(wish: Wish) -> tuple[Document, list[str]]:
    """The user's own policy, and the problems with it."""
    given = wish.limits_given + (["profile"] if wish.profile != GUIDE else [])
    policy = wish.called("policy")
    combined = f"your own policy is used as it is, so it can't be combined with {wish.called(*given)}"
    own, wrong = read_policy(wish.policy)
    problems = [*([combined] if given else []), *(wrong or policy_problems(own))]
    return own, [f"{policy}: {problem}" for problem in problems]


def _value_problems(wish: Wish) -> Iterator[str]:
    if wish.account_id is not None and not _ACCOUNT.fullmatch(str(wish.account_id)):
        yield f"{wish.called('account_id')}: {wish.account_id!r} is not an account ID, which has 12 digits"
    for name, check in (("cluster_arns", _cluster_arn_problem), ("regions", _region_of_wish_problem)):
        values = getattr(wish, name)
        if values is None:
            continue
        if not isinstance(values, list) or not values:
            yield f"{wish.called(name)}: must not be an empty list; leave it out for no limit"
            continue
        for number, value in enumerate(values):
            problem = check(value, wish) if isinstance(value, str) else "is not a string"
            if problem is None and value in values[:number]:
                problem = "is there twice"
            if problem:
                yield f"{wish.called(name)}[{number}]: {value!r} {problem}"
    if wish.tags is not None:
        yield from (f"{wish.called('tags')}{problem}" for problem in _tag_problems(wish.tags))


def _cluster_arn_problem(arn: str, wish: Wish) -> str | None:
    found = _CLUSTER_ARN.fullmatch(arn)
    if not found:
        return (
            "is not the ARN of a cluster, such as arn:aws:cloudhsm:us-east-1:123456789012:cluster/cluster-abcdefghijk"
        )
    if wish.partition is not None and found["partition"] != wish.partition:
        return f"is in the partition {found['partition']}, and the policy is for {wish.partition}"
    if wish.account_id is not None and found["account"] != str(wish.account_id):
        return f"is of the account {found['account']}, and the policy is for {wish.account_id}"
    problem = _region_of_wish_problem(found["region"], wish)
    if problem:
        return f"has a region that {problem}"
    if isinstance(wish.regions, list) and found["region"] not in wish.regions:
        return "is in none of the regions"
    return None


def _region_of_wish_problem(region: str, wish: Wish) -> str | None:
    return region_problem(region, wish.partition)


def region_problem(region: str, wanted: str | None) -> str | None:
    """Why this can't be the name of a region of the wanted partition, or None."""
    if not _REGION.fullmatch(region):
        return "is not the name of a region"
    partition = next(name for name in sorted(_REGIONS, reverse=True) if region.startswith(_REGIONS[name]))
    known = wanted in _REGIONS
    return f"is in the partition {partition}, not in {wanted}" if known and partition != wanted else None


def _tag_problems(tags: t.Any) -> Iterator[str]:
    """The problems in tags, to be appended to the option's name."""
    if not isinstance(tags, Mapping) or not tags:
        yield ": must not be an empty dictionary; leave it out for no limit"
        return
    for key, value in tags.items():
        if not isinstance(key, str) or not _TAG_KEY.fullmatch(key):
            yield f": {key!r} can't be the key of a tag"
        elif (eaten := text_problem(value)) and value is not None:
            yield f".{key}: {eaten}"
        elif not isinstance(value, str) or not _TAG_VALUE.fullmatch(value):
            yield f".{key}: {value!r} can't be the value of a tag"
    folded = [str(key).lower() for key in tags]
    if len(set(folded)) < len(folded):
        yield ": some keys differ by case only, which IAM does not tell apart"


def _combination_problems(wish: Wish) -> Iterator[str]:
    if wish.profile == GUIDE and wish.limits_given:
        needed = f"{wish.called('profile')} hardened"
        yield f"{wish.called(*wish.limits_given)}: need {needed}, because the guide's policies have no limits"
        return
    for option in _OPTIONS:
        if not getattr(wish, option):
            continue
        lowest = _lowest_level(option)
        if not catalogue.allowed(wish.level, lowest):
            yield f"{wish.called(option)}: the access level {wish.level} does not include this right; {lowest} does"
        elif wish.cluster_arns is not None:
            clusters, tags = wish.called("cluster_arns"), wish.called("tags")
            yield (
                f"{wish.called(option)}: can't be limited to {clusters}, because a backup's ARN does not name its "
                f"cluster; use {tags}"
            )


def _lowest_level(option: str) -> str:
    """The lowest access level that includes an option's rights."""
    return next(action.hardened for action in catalogue.ACTIONS if action.option == option)
