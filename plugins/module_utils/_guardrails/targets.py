# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds the IDs of the named targets, and problems with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization_names import ids_named
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import Options, Organization, Wanted


@dataclass(frozen=True)
class Targets:
    """IDs of the targets, including the canary, and one sentence for each problem."""

    ids: tuple[str, ...] = ()
    canary: str = ""
    problems: tuple[str, ...] = ()


def resolve(wanted: Wanted, organization: Organization, options: Options) -> Targets:
    """Return the targets in an organization. Problems begin with the option."""
    problems: list[str] = []
    ids: dict[str, None] = {}
    for index, name in enumerate(wanted.targets):
        found = ids_named(name, organization.units, organization.accounts)
        wrong = list(_problems(name, found, organization))
        problems += [f"{options.called('targets')}[{index}]: {problem}" for problem in wrong]
        ids.update(dict.fromkeys(() if wrong else found))
    canary = ""
    if wanted.canary:
        found = ids_named(wanted.canary, organization.units, organization.accounts)
        wrong = [*_problems(wanted.canary, found, organization), *_canary_problems(wanted.canary, found, organization)]
        problems += [f"{options.called('canary_ou')}: {problem}" for problem in wrong]
        canary = "" if wrong else found[0]
    return Targets(tuple(dict.fromkeys([*([canary] if canary else []), *ids])), canary, tuple(problems))


def _problems(name: str, found: list[str], organization: Organization) -> Iterator[str]:
    if not found:
        known = [unit.path for unit in organization.units] + [account.name for account in organization.accounts]
        close = nearest(name, known)
        hint = f"; did you mean {close[0]}?" if close else ""
        yield f"the organization has no unit or account {name[:140]}{hint}"
    elif len(found) > 1:
        yield f"{name[:140]} can be {' or '.join(found)}; give the id"
    elif found[0] == organization.management_account:
        yield (
            f"{organization.label(found[0])} is the management account, and service control policies don't hold there, "
            "whatever they are attached to; leave it out"
        )


def _canary_problems(name: str, found: list[str], organization: Organization) -> Iterator[str]:
    if len(found) != 1:
        return
    unit = next((unit for unit in organization.units if unit.id == found[0]), None)
    if unit is None:
        yield f"{name[:140]} is an account, and has to be an organizational unit"
    elif unit.parent_id is None:
        yield f"{name[:140]} is the root, and so the whole organization; name a unit"
    elif not [one for one in organization.accounts_under(unit.id) if one.id != organization.management_account]:
        yield f"{organization.label(unit.id)} has no account that service control policies bind; name another"
