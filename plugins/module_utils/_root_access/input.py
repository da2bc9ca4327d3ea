# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the options of root_access, and finds all problems that need no call to AWS."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import ACCOUNT_ID
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import Fields
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.model import (
    AUDITED,
    CREDENTIALS_MANAGEMENT,
    ENABLED,
    FEATURES,
    LOCKED,
    RECOVERABLE,
    SESSIONS,
    Wanted,
)

# Organizations API reference, Organization.
ORGANIZATION_ID = re.compile(r"o-[a-z0-9]{10,32}")
WORKERS = 16
REASON_LENGTH = 256
# Options that select several accounts. A run for a single account refuses them.
_MANY = ("organizational_units", "account_tags", "all_accounts")


def parse(params: Mapping[str, t.Any]) -> tuple[Wanted, list[str]]:
    """Return the options as values, and all problems: one sentence each, beginning with the option."""
    prefix = params.get("variables_prefix") or ""
    fields = Fields(params)
    wanted = Wanted(
        state=params["state"],
        accounts=_account_ids(fields, "accounts", prefix),
        organizational_units=tuple(_texts(fields, "organizational_units", prefix)),
        account_tags=_tags(fields, prefix),
        all_accounts=bool(params.get("all_accounts")),
        exclude_accounts=_account_ids(fields, "exclude_accounts", prefix),
        features=frozenset(params["features"] or ()),
        delegated_administrator=params.get("delegated_administrator") or "",
        organization_id=params.get("organization_id") or "",
        max_removals=params["max_removals"],
        batch=_account_ids(fields, "batch", prefix),
        reason=(params.get("reason") or "").strip(),
        prefix=prefix,
    )
    return wanted, [*fields.problems, *_problems(wanted), *number_problems(params)]


def _texts(fields: Fields, name: str, prefix: str) -> list[str]:
    listed = fields.sequence(name) or []
    for index, element in enumerate(listed):
        if problem := text_problem(element) or (None if element else "is empty"):
            fields.problem(f"{called(name, prefix)}[{index}]", problem)
    return [element for element in listed if isinstance(element, str) and element]


def _account_ids(fields: Fields, name: str, prefix: str) -> frozenset[str]:
    listed = _texts(fields, name, prefix)
    for index, account in enumerate(listed):
        if not ACCOUNT_ID.fullmatch(account):
            wrong = f"{account[:80]!r} is not an account ID, which has 12 digits; put it in quotes"
            fields.problem(f"{called(name, prefix)}[{index}]", wrong)
    return frozenset(listed)


def _tags(fields: Fields, prefix: str) -> dict[str, str]:
    tags = fields.item.get("account_tags")
    fields.problems += tag_problems(tags, called("account_tags", prefix))
    return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}


def _problems(wanted: Wanted) -> Iterator[str]:
    for account in sorted(wanted.accounts & wanted.exclude_accounts):
        yield f"{wanted.called('exclude_accounts')}: {account} is in {wanted.called('accounts')} too"
    if wanted.organization_id and not ORGANIZATION_ID.fullmatch(wanted.organization_id):
        given = wanted.organization_id[:80]
        yield f"{wanted.called('organization_id')}: {given!r} is not the ID of an organization, as in o-exampleorgid"
    yield from {ENABLED: _enabled, LOCKED: _locked, RECOVERABLE: _recoverable}.get(wanted.state, _nothing)(wanted)


def _nothing(_wanted: Wanted) -> Iterator[str]:
    yield from ()


def _enabled(wanted: Wanted) -> Iterator[str]:
    if not wanted.features:
        yield f"{wanted.called('features')}: is empty; name {' or '.join(FEATURES)}, or both"
    elif wanted.features == {SESSIONS} and wanted.delegated_administrator:
        yield (
            f"{wanted.called('features')}: a delegated administrator can't look at root users without "
            f"{CREDENTIALS_MANAGEMENT}; add it"
        )
    given = wanted.delegated_administrator
    if given and not ACCOUNT_ID.fullmatch(given):
        name = wanted.called("delegated_administrator")
        yield f"{name}: {given[:80]!r} is not an account ID, which has 12 digits; put it in quotes"


def _locked(wanted: Wanted) -> Iterator[str]:
    if not wanted.selects:
        others = f"{wanted.called('organizational_units')} or {wanted.called('account_tags')}"
        every = wanted.called("all_accounts")
        yield f"{wanted.called('accounts')}: is empty; name accounts, {others}, or set {every}"
    yield from _confirmation(wanted, "the removal of root credentials")


def _recoverable(wanted: Wanted) -> Iterator[str]:
    if len(wanted.accounts) != 1:
        yield (
            f"{wanted.called('accounts')}: must name one account, not {len(wanted.accounts)}; password recovery is "
            "allowed for one account at a time"
        )
    for name in _MANY:
        if getattr(wanted, name):
            yield f"{wanted.called(name)}: can't be used to allow password recovery; leave it out"
    if not wanted.reason:
        yield f"{wanted.called('reason')}: is missing; say why somebody has to sign in as the root user"
    elif len(wanted.reason) > REASON_LENGTH or not wanted.reason.isprintable():
        yield f"{wanted.called('reason')}: must be one line of up to {REASON_LENGTH} characters"
    yield from _confirmation(wanted, "that the root user gets a password again")


def _confirmation(wanted: Wanted, what: str) -> Iterator[str]:
    if not wanted.organization_id:
        audited = f"{wanted.called('state')}={AUDITED}"
        yield (
            f"{wanted.called('organization_id')}: is missing; it confirms {what}, and has to be the ID of the "
            f"organization, which a run with {audited} shows"
        )


def number_problems(params: Mapping[str, t.Any]) -> Iterator[str]:
    """Yield problems with the options that are numbers."""
    for name, lowest, highest in (("workers", 1, WORKERS), ("max_removals", 0, None)):
        value = params.get(name)
        if isinstance(value, int) and not (lowest <= value and (highest is None or value <= highest)):
            bounds = f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"
            yield f"{called(name, params.get('variables_prefix') or '')}: must be {bounds}, not {value}"
