# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deletes or suspends users who leave: shows what they have, locks out all of them, then deletes them."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import identity_store, offboarding
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.identity_store import IdentityStore
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import STORE_USER
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import IDENTITY_USERS, USERS, Part
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import OPTION
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import (
    LOOK_UP,
    Options,
    PageAction,
    Results,
    changed,
    refuse,
)

KINDS = {
    "delete": "offboard_users",
    "suspend": "suspend_users",
    "restore": "restore_users",
    "move": "move_to_identity_center",
}
ASSUME = "cloudhsm.iam.sts_session"
SIGN_INS = "cloudhsm.iam.identity_center_sign_ins_info"
# Options that say whose credentials are used. The identity store may be reached by those of another account.
CREDENTIALS = (
    "access_key",
    "aws_access_key",
    "aws_access_key_id",
    "aws_profile",
    "aws_secret_access_key",
    "aws_secret_key",
    "aws_security_token",
    "aws_session_token",
    "access_token",
    "profile",
    "secret_key",
    "security_token",
    "session_token",
)


class ActionModule(PageAction):
    """Deletes or suspends the users that the role's variables name, and restores those of the identity store."""

    SPEC: t.ClassVar[dict[str, t.Any]] = {"mode": {"type": "str", "choices": ["delete", "suspend", "restore", "move"]}}
    ROLES = ("user_offboarding",)
    # Whoever could not be locked out in one world is locked out in the other one.
    KEEPS_GOING = True

    def kind(self, options: Options, variables: Options) -> str:
        return KINDS[options["mode"] or variables["user_offboarding_mode"]]

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        mode = options["mode"] or variables["user_offboarding_mode"]
        names, problems = offboarding.wanted_names(variables.get("user_offboarding_users"))
        self._problems += problems
        where, problems = identity_store.read_identity_store(variables.get(identity_store.VARIABLE))
        self._problems += problems
        needed = mode in ("restore", "move") and not problems
        self._where = IdentityStore() if where is None and needed else where
        self._waiting: list[str] = []
        self._memory_of_store = Memory()
        self._store_options: dict[str, t.Any] | None = None
        self._only: tuple[list[str], list[str]] = [], []
        if not names:
            refuse(self._problems)
        self._names = names
        if mode == "move":
            # The identity store is only asked who has signed in.
            names = self._moved(variables, names)
            todo = [offboarding.offboarding_part(variables, names, "suspend")] if names else []
        else:
            todo = self._todo(variables, names, mode)
        plan = self.plan(todo)
        self._refuse_missing(plan, variables, mode)
        done = self.carry_out(todo, plan)
        return self._told(done, todo, names, mode)

    def _todo(self, variables: Options, names: list[str], mode: str) -> list[Part]:
        """The users of both worlds, as far as each has them. Whom neither has is among the IAM users."""
        iam, where = offboarding.offboarding_part(variables, names, mode), self._where
        if where is None:
            return [] if mode == "restore" else [iam]
        store = identity_store.identity_part(where, variables, names, mode)
        if mode == "restore":
            return [store]
        looks = [self._run(store, check_mode=True), self._there(names)]
        if any(look.get("failed") for look in looks):
            # The plan tells all of it.
            return [iam, store]
        in_store = identity_store.users_there(looks[0], where, names)
        in_iam = [user["name"] for user in looks[1]["users"] if user["action"] != "created"]
        self._only = [n for n in in_iam if n not in in_store], [n for n in in_store if n not in in_iam]
        # Whom an interrupted plan has deleted in the identity store alone is no user of the account.
        gone = self._control.begun("deleted", STORE_USER) - self._control.begun("deleted", "user")
        unknown = [n for n in names if n not in (*in_iam, *in_store) and where.name_of(n) not in gone]
        parts = [offboarding.offboarding_part(variables, [*in_iam, *unknown], mode)] if in_iam or unknown else []
        return [*parts, identity_store.identity_part(where, variables, in_store, mode)] if in_store else parts

    def _moved(self, variables: Options, names: list[str]) -> list[str]:
        """Those who have signed in through IAM Identity Center, or who were said to have. The others wait."""
        confirmed, problems = identity_store.confirmed_names(variables, names)
        self._problems += problems
        asked = [name for name in names if name not in confirmed]
        where = self._where
        if not asked or where is None:
            return names if where else []
        options = {"users": [where.name_of(name) for name in asked]}
        own = {"region": where.region, "instance_arn": where.instance_arn}
        found = self._action(
            SIGN_INS, {**options, **{key: value for key, value in own.items() if value}}, check_mode=True
        )
        if found.get("failed"):
            refuse([*self._problems, f"{identity_store.VARIABLE}: {found['msg']}"])
        signed_in = {user["name"] for user in found["users"] if user["signed_in"]}
        unknown = {user["name"] for user in found["users"] if user["id"] is None}
        waiting = [name for name in asked if where.name_of(name) not in signed_in]
        self._waiting = identity_store.waiting_lines(waiting, [n for n in waiting if where.name_of(n) in unknown])
        return [name for name in names if name not in waiting]

    def _there(self, names: Sequence[str]) -> dict[str, t.Any]:
        """Which of these users the account has: those who would not be created."""
        return self._action(USERS, {"users": [{"name": name} for name in names], "compare_only": True}, check_mode=True)

    def _refuse_missing(self, plan: Results, variables: Options, mode: str) -> None:
        """Stop where a name is known in no world, unless an interrupted plan has deleted the user."""
        gone = self._control.begun("deleted", "user")
        there = self._control.begun("deleted", STORE_USER)
        missing = None
        if mode == "restore":
            unknown = plan["identity_users"]["missing"]
            missing = (
                f"user_offboarding_users: the identity store has no user {', '.join(unknown)}" if unknown else None
            )
        elif "users" in plan:
            if self._where:
                gone |= {
                    user["name"] for user in plan["users"]["missing"] if self._where.name_of(user["name"]) in there
                }
            missing = offboarding.missing_problem(plan["users"], gone, both=mode != "move" and self._where is not None)
        if missing and (variables["user_offboarding_missing"] == "fail" or mode == "restore"):
            refuse([missing])

    def _told(self, done: Results, todo: Sequence[Part], names: list[str], mode: str) -> dict[str, t.Any]:
        users, store = done.get("users"), done.get("identity_users")
        account = (users or store or self.look(LOOK_UP, {}))["account"]
        fact = offboarding.fact(users or {"users": [], "changes": [], "changed": False}, mode)
        if mode == "move":
            fact = {**fact, "waiting": [name for name in self._names if name not in names]}
        elif self._where:
            fact = {**fact, "changed": changed(done), "identity_store": identity_store.fact(store)}
        listed = self._still_listed(names, mode)
        told = [
            *offboarding.lines(fact, account["account_id"], self.summary(todo, done), listed),
            *identity_store.lines(store, mode, self._only),
            *self._still_given(names, mode),
            *self._waiting,
        ]
        return {
            "changed": changed(done),
            "account": account,
            "facts": {"user_offboarding_result": fact},
            "lines": told,
            **self.differences(done),
        }

    def apply(self, todo: Sequence[Part], plan: Results) -> Results:
        """Carry out what has something to do. Of the identity store, too, what was read before does not count."""
        self._memory_of_store.forget()
        return super().apply(todo, plan)

    def _action(self, name: str, options: Options, *, check_mode: bool) -> dict[str, t.Any]:
        """The result of a part. That of the identity store may have other credentials, and so shares no client."""
        if name not in (IDENTITY_USERS, SIGN_INS):
            return super()._action(name, options, check_mode=check_mode)
        before = self._connection_options, self._memory
        self._connection_options, self._memory = self._options_of_store(), self._memory_of_store
        try:
            return super()._action(name, options, check_mode=check_mode)
        finally:
            self._connection_options, self._memory = before

    def _options_of_store(self) -> dict[str, t.Any]:
        """The options that connect to the account of the identity store. Ends the run where they can't be had."""
        where = t.cast("IdentityStore", self._where)
        if self._store_options is None:
            options = dict(self._connection_options)
            if where.role_arn or where.profile:
                options = {name: value for name, value in options.items() if name not in (*CREDENTIALS, OPTION)}
                options |= self._assumed(where) if where.role_arn else {"profile": where.profile}
            if where.expected_account:
                options[OPTION] = [where.expected_account]
            self._store_options = options
        return self._store_options

    def _assumed(self, where: IdentityStore) -> dict[str, t.Any]:
        """The temporary credentials of the role that reaches the identity store, by the profile if there is one."""
        source = {name: value for name, value in self._connection_options.items() if name != OPTION}
        if where.profile:
            source = {name: value for name, value in source.items() if name not in CREDENTIALS}
            source["profile"] = where.profile
        asked = {"role_arn": where.role_arn, **({"external_id": where.external_id} if where.external_id else {})}
        region = {"region": where.region} if where.region else {}
        answer = super()._action(ASSUME, {**source, **region, **asked}, check_mode=False)
        if answer.get("failed"):
            refuse([*self._problems, f"{identity_store.VARIABLE}.role_arn: {answer['msg']}"])
        return dict(answer["credentials"])

    def _still_given(self, names: Sequence[str], mode: str) -> list[str]:
        """A line about lists by which the next run gives people access again."""
        if not self._where or mode in ("restore", "move"):
            return []
        try:
            lists = {name: self._templar.template(self._task_vars.get(name)) for name in identity_store.LISTS}
        except Exception:  # noqa: BLE001  # of whatever a template runs; its text could hold a password
            return []
        found = identity_store.still_given([self._where.name_of(name) for name in names], lists)
        return [f"Still listed, so the next run gives them access again: {', '.join(found)}"] if found else []

    def _still_listed(self, names: list[str], mode: str) -> list[str] | None:
        """The names, or None if the list can't be read, because such a list must not keep a user in the account."""
        if mode != "delete":
            return []
        lists: dict[str, t.Any] = {}
        for name in offboarding.LISTS:
            try:
                lists[name] = self._templar.template(self._task_vars.get(name)) or []
            except Exception:  # noqa: BLE001  # of whatever a template runs; its text could hold a password
                return None
        return offboarding.still_listed(names, lists)
