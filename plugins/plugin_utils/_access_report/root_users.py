# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The audit of root users that root_access writes to a file: its content, its check, and how reports show it."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import tables
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.text import code, codes, table

KIND, FORMAT_VERSION = "cloudhsm.iam audit of root users", 1
FEATURE = "RootCredentialsManagement"
Audit = Mapping[str, t.Any]
# Fields of each account in the file, with their types. An account that was not read has only the first two.
_ACCOUNT: Mapping[str, type] = {"account_id": str, "name": str}
_CREDENTIALS: Mapping[str, type] = {
    "password": bool,
    "access_keys": list,
    "signing_certificates": list,
    "mfa_devices": list,
}


class AuditError(Exception):
    """A file is no audit of root users. The message says why, in one sentence."""


def audit_text(result: Mapping[str, t.Any], now: str) -> str:
    """Return the file's text, from the result of root_access."""
    kept = ("organization_id", "management_account", "features", "accounts", "skipped_accounts", "failed_accounts")
    found = {"kind": KIND, "format_version": FORMAT_VERSION, "generated_at": now}
    return json.dumps({**found, **{name: result[name] for name in kept}}) + "\n"


def check_audit(found: object) -> dict[str, t.Any]:
    """Return what was read from a file. Raises AuditError if it is no such audit."""
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise AuditError("it is not an audit of root users; root_access writes one to root_access_result_file")
    if found.get("format_version") != FORMAT_VERSION:
        raise AuditError("another version of this collection wrote it; run the audit again")
    listed: list[t.Any] = [found.get(name) for name in ("accounts", "skipped_accounts", "failed_accounts", "features")]
    texts = [found.get(name) for name in ("generated_at", "organization_id", "management_account")]
    if not all(isinstance(one, list) for one in listed) or not all(isinstance(one, str) for one in texts):
        raise AuditError("it is damaged, or was edited")
    accounts, skipped, failed, _features = listed
    if not all(_is_of(one, _ACCOUNT) for one in (*accounts, *skipped, *failed)):
        raise AuditError("it is damaged, or was edited: accounts")
    whole = [one for one in accounts if "password" in one]
    if not all(_is_of(one, _CREDENTIALS) and all(map(_are_texts, _lists(one))) for one in whole):
        raise AuditError("it is damaged, or was edited: accounts")
    return found


def _is_of(item: object, spec: Mapping[str, type]) -> bool:
    return isinstance(item, dict) and all(isinstance(item.get(name), of) for name, of in spec.items())


def _lists(account: Mapping[str, t.Any]) -> Iterator[t.Any]:
    yield from (account[name] for name, of in _CREDENTIALS.items() if of is list)


def _are_texts(values: t.Any) -> bool:
    return all(isinstance(one, str) for one in values)


def described(audit: Audit) -> dict[str, t.Any]:
    """Return the table of accounts for the overview, those whose root user has credentials first."""
    failed = {one["account_id"]: str(one.get("msg", "")) for one in audit["failed_accounts"]}
    rows = [_row(one, failed) for one in audit["accounts"]]
    rows += [
        {**_named(one), "state": "skipped", "note": str(one.get("status", "")).lower()}
        for one in audit["skipped_accounts"]
    ]
    return {
        "generated_at": audit["generated_at"],
        "organization_id": audit["organization_id"],
        "management_account": audit["management_account"],
        "central": FEATURE in audit["features"],
        "accounts": sorted(rows, key=lambda row: (_ORDER.index(row["state"]), row["account_id"])),
    }


_ORDER = ("open", "unknown", "locked", "skipped")


def _named(account: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"account_id": account["account_id"], "name": account["name"]}


def _row(account: Mapping[str, t.Any], failed: Mapping[str, str]) -> dict[str, t.Any]:
    if "password" not in account:
        return {**_named(account), "state": "unknown", "note": failed.get(account["account_id"], "")}
    credentials = {name: account[name] for name in _CREDENTIALS}
    state = "open" if any(credentials.values()) else "locked"
    return {**_named(account), "state": state, "note": "", **credentials}


def of_account(audit: Audit, account_id: str) -> dict[str, t.Any] | None:
    """Return what one account's report says about its root user; None if the audit does not have the account."""
    whole = described(audit)
    row = next((one for one in whole["accounts"] if one["account_id"] == account_id), None)
    if row is None:
        return None
    return {**row, **{name: whole[name] for name in ("generated_at", "central")}}


def words(row: Mapping[str, t.Any]) -> str:
    """Return in words what a root user has."""
    if row["state"] == "unknown":
        return f"could not be read: {row['note']}" if row["note"] else "could not be read"
    if row["state"] == "skipped":
        return f"not looked at, because the account is {row['note'] or 'not active'}"
    names = {"access_keys": "access keys", "signing_certificates": "signing certificates", "mfa_devices": "MFA devices"}
    found = ["a password" if row["password"] else "no password"]
    return ", ".join([*found, *(f"{len(row[name]) or 'no'} {said}" for name, said in names.items())])


def line(found: Mapping[str, t.Any]) -> str:
    """Return in one line what the audit says about one account's root user."""
    central = "on" if found["central"] else "off"
    return f"Root user by the audit of {found['generated_at']}: {words(found)}; centralized root access is {central}"


def markdown(found: Mapping[str, t.Any] | None) -> list[str]:
    """Return the table of accounts for the overview."""
    if found is None:
        return []
    rows = [
        [
            code(row["account_id"]),
            code(row["name"]),
            *(_cells(row) if "password" in row else (code(words(row)), "", "", "")),
        ]
        for row in found["accounts"]
    ]
    central = "on" if found["central"] else "off"
    about = f"From the audit of {found['generated_at']}. Centralized root access is {central}."
    heads = ["account", "name", "password", "access keys", "MFA devices", "signing certificates"]
    return ["## Root users of member accounts", "", about, "", *table(heads, rows)]


def _cells(row: Mapping[str, t.Any]) -> tuple[str, ...]:
    lists = (row["access_keys"], row["mfa_devices"], row["signing_certificates"])
    return ("yes" if row["password"] else "no", *(codes(one) or "none" for one in lists))


HEADS = ("account", "name", "state", "password", "access_keys", "mfa_devices", "signing_certificates", "note")


def csv(found: Mapping[str, t.Any]) -> str:
    """Return a line for each account."""
    rows = (
        [
            *(row["account_id"], row["name"], row["state"], row.get("password")),
            *(" ".join(row.get(name, [])) for name in HEADS[4:7]),
            row["note"],
        ]
        for row in found["accounts"]
    )
    return tables.csv_text(HEADS, rows)
