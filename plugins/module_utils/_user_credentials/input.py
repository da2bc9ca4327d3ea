# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options of iam_user_credentials, and their problems."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    REPLACE_DEVICE,
    RESET_PASSWORD,
    ROTATE_KEY,
    Options,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.store import KEY_TAG, KEYS_PREFIX
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.store_options import store_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import (
    DEFAULT_PREFIX,
)

# The job that an option is for. All other options are for all jobs.
OF_JOB = {
    "console_access": RESET_PASSWORD,
    "mfa_device": REPLACE_DEVICE,
    **dict.fromkeys(
        ("create_first", "old_key", "lost_key", "min_age_days", "deactivate_used", "delete_after_days"), ROTATE_KEY
    ),
}
PATHS = {RESET_PASSWORD: "~/.cloudhsm-iam/credentials.yml", ROTATE_KEY: "~/.cloudhsm-iam/access-keys.yml"}
PREFIXES = {RESET_PASSWORD: DEFAULT_PREFIX, ROTATE_KEY: KEYS_PREFIX}
_STORE = ("path", "vault_id", "prefix", "kms_key_id", "tags")
_OF_STORES = re.compile(r"\bcredentials_(store|path|vault_id|prefix|kms_key_id|tags)\b")
# The option that a problem begins with.
_FIELD = re.compile(r"^([a-z_]+)(?=[:.])")
DAYS = 3650


def store_options(params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the store's options by the names of iam_users, with the defaults of the job."""
    job = str(params.get("job"))
    read = {f"credentials_{name}": params.get(f"store_{name}") for name in _STORE}
    return {
        **read,
        "credentials_store": params.get("store") or "none",
        "credentials_path": read["credentials_path"] or PATHS.get(job),
        "credentials_prefix": read["credentials_prefix"] or PREFIXES.get(job, DEFAULT_PREFIX),
    }


def said(problem: str, prefix: str | None) -> str:
    """Return a problem with the names of this module's options, or of the role's variables."""
    own = _OF_STORES.sub(lambda found: "store" if found[1] == "store" else f"store_{found[1]}", problem)
    return _FIELD.sub(lambda found: called(found[1], prefix or ""), own)


def option_problems(params: Mapping[str, t.Any]) -> list[str]:
    """Return all problems with the options."""
    return list(_problems(params))


def _problems(params: Mapping[str, t.Any]) -> Iterator[str]:
    job = str(params.get("job"))
    user = params.get("user")
    if not user:
        yield "user: is missing"
    elif isinstance(user, str) and limits.name_problem(user, limits.USER_NAME_LENGTH):
        yield f"user: {limits.name_problem(user, limits.USER_NAME_LENGTH)}"
    yield from (
        f"{name}: is for the job {own}, and this is {job}"
        for name, own in OF_JOB.items()
        if own != job and params.get(name) not in (None, False, "")
    )
    for name, lowest, highest in (
        ("password_length", limits.SHORTEST_PASSWORD, limits.PASSWORD_LENGTH),
        ("min_age_days", 0, DAYS),
        ("delete_after_days", 0, DAYS),
    ):
        value = params.get(name)
        if isinstance(value, int) and not lowest <= value <= highest:
            yield f"{name}: must be from {lowest} to {highest}, not {value}"
    if params.get("old_key") and params.get("old_key") == params.get("lost_key"):
        yield "lost_key: is also the old_key; name a key as one of them"
    if job == REPLACE_DEVICE:
        return
    if job == RESET_PASSWORD and params.get("store") in (None, "none"):
        yield "store: a new password has to be handed over; set it to file, vault_file or another store"
    yield from store_problems(store_options(params))
    tags = params.get("store_tags")
    if isinstance(tags, Mapping) and KEY_TAG in tags:
        yield f"store_tags.{KEY_TAG}: is set for you; leave it out"


def options_from(params: Mapping[str, t.Any]) -> Options:
    """Return the switches of a run from the module's parameters."""
    return Options(
        job=params["job"],
        user=params["user"],
        allow_protected=params["allow_protected"],
        console_access=params["console_access"],
        mfa_device=params["mfa_device"] or None,
        create_first=params["create_first"],
        old_key=params["old_key"] or None,
        lost_key=params["lost_key"] or None,
        min_age_days=params["min_age_days"],
        delete_after_days=params["delete_after_days"],
        deactivate_used=params["deactivate_used"],
        protected_groups=frozenset(params["protected_groups"]),
        store=params["store"],
    )
