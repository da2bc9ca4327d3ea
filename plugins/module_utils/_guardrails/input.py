# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the options of cloudhsm_guardrails, and finds all problems that need no call to AWS."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.document import policy_of, text_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import TRIAL, Rails, Wanted
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import region_problem

DESCRIPTION = "What the organization guarantees for AWS CloudHSM, whoever administers an account"
WORKERS = 16
# A role in one account or in any, with its path. Only * and ? are wildcards.
_ROLE = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?:\*|\d{12}):role/(?:[\w+=,.@*?-]+/)*(?P<name>[\w+=,.@*?-]+)", re.ASCII
)
_NUMBERS = (
    ("workers", 1, WORKERS),
    ("wait_timeout", 1, None),
    ("canary_wait", 0, 86_400),
    ("max_detachments", 0, None),
)


def parse(params: Mapping[str, t.Any], partition: str) -> tuple[Wanted, list[str]]:
    """Return the options as values for the partition, and all problems: one sentence each, with the option first."""
    present = params["state"] == "present"
    rails = Rails(
        switches=frozenset(name for name in catalogue.SWITCHES if params[name]),
        regions=tuple(dict.fromkeys(params["regions"])),
        break_glass_roles=tuple(dict.fromkeys(params["break_glass_roles"])),
        break_glass_mfa=params["break_glass_mfa"],
        protect_break_glass_roles=params["protect_break_glass_roles"],
    )
    wanted = Wanted(
        name=params["name"],
        present=present,
        description=params["description"],
        document=policy_of(rails, partition) if present else {},
        targets=tuple(dict.fromkeys(params["targets"])) if present else (),
        canary=(params["canary_ou"] or "") if present else "",
        tags=params["tags"] or {},
    )
    found = [*_text_problems(wanted), *_target_problems(wanted), *_region_problems(rails, partition)]
    found += [*_role_problems(rails, partition), *_document_problems(wanted, rails), *_number_problems(params)]
    prefix = params.get("variables_prefix") or ""
    return wanted, [f"{called(option, prefix)}: {problem}" for option, problem in found]


def _text_problems(wanted: Wanted) -> Iterator[tuple[str, str]]:
    name = wanted.name
    longest = catalogue.NAME_LENGTH - len(TRIAL)
    if not name or name != name.strip() or not name.isprintable() or not name.isascii():
        yield "name", f"{name[:80]!r} can't be the name of a policy: printable ASCII, without spaces at either end"
    if len(name) > longest:
        yield "name", f"has {len(name)} characters, and may have {longest}"
    if name.endswith(TRIAL):
        yield "name", f"{name[:80]!r} ends with {TRIAL}, which this collection puts behind the name for the canary"
    if len(wanted.description) > catalogue.DESCRIPTION_LENGTH:
        yield "description", f"has {len(wanted.description)} characters, AWS allows {catalogue.DESCRIPTION_LENGTH}"
    for problem in tag_problems(wanted.tags):
        field, _colon, text = problem.partition(": ")
        yield field, text


def _region_problems(rails: Rails, partition: str) -> Iterator[tuple[str, str]]:
    for index, region in enumerate(rails.regions):
        if problem := region_problem(region, partition):
            yield f"regions[{index}]", f"{region[:80]!r} {problem}"


def _role_problems(rails: Rails, partition: str) -> Iterator[tuple[str, str]]:
    for index, pattern in enumerate(rails.break_glass_roles):
        field, match = f"break_glass_roles[{index}]", _ROLE.fullmatch(pattern)
        if not match:
            example = f"arn:{partition}:iam::*:role/BreakGlass"
            yield field, f"{pattern[:140]!r} is not the ARN of a role, or a pattern for one, as in {example}"
        elif match["partition"] != partition:
            yield field, f"{pattern[:140]!r} is of the partition {match['partition']}, and this one is {partition}"
        elif not re.sub(r"[*?]", "", match["name"]):
            yield field, f"{pattern[:140]!r} would exempt every role; give a name"
    if rails.break_glass_mfa and not rails.break_glass_roles:
        yield "break_glass_mfa", "is for break_glass_roles, and there are none"


def _document_problems(wanted: Wanted, rails: Rails) -> Iterator[tuple[str, str]]:
    if not wanted.present:
        return
    if not rails.switches and not rails.regions:
        yield "state", f"present needs at least one guard rail: {', '.join((*catalogue.SWITCHES, 'regions'))}"
    taken = len(text_of(wanted.document))
    if taken > catalogue.DOCUMENT_LIMIT:
        yield (
            "break_glass_roles" if len(rails.break_glass_roles) > len(rails.regions) else "regions",
            f"the policy would have {taken:,} characters, and AWS Organizations takes {catalogue.DOCUMENT_LIMIT:,}; "
            "give fewer, or patterns in place of single roles",
        )


def _target_problems(wanted: Wanted) -> Iterator[tuple[str, str]]:
    if wanted.present and not wanted.targets:
        yield "targets", "is empty; name the units or accounts that the guard rails are for"
    for index, target in enumerate(wanted.targets):
        if not target.strip():
            yield f"targets[{index}]", "is empty"


def _number_problems(params: Mapping[str, t.Any]) -> Iterator[tuple[str, str]]:
    for name, lowest, highest in _NUMBERS:
        value = params[name]
        if not (lowest <= value and (highest is None or value <= highest)):
            bounds = f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"
            yield name, f"must be {bounds}, not {value}"
