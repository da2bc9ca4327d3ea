# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of iam_users: input checks before anything starts, and generated passwords."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import base64
import json
import typing as t
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import is_true
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.progress import VARIABLE
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import written_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.options import purge_problems, read_options
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.store_options import store_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import FILE_STORES
from ansible_collections.cloudhsm.iam.plugins.modules.iam_users import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_store import (
    CredentialsStore,
    open_file_store,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._progress import show_progress

display = Display()


class ActionModule(LocalAction):
    """Runs the module twice where passwords have to be generated for a store on the controller, and once otherwise.

    The first run then only plans and tells whose password is needed; these are stored, and the second
    run, which looks at the account anew, sets them.

    Passwords go to the module apart from the users, in one text. Ansible logs what a module is given as the text of
    Python's values, in which it does not find a password with a quote or a backslash; and it masks a secret wherever
    a result holds the same characters, be it the name of a user.
    """

    MODULE = MODULE
    WRITES = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        ActionBase.run(self, tmp, task_vars)
        args, wrong = read_options(bound_args(self, task_vars or {}))
        desired, problems = self._read_input(args)
        problems += wrong + _written_problems(args)
        compare_only = is_true(args.get("compare_only"))
        store, unusable = (None, []) if compare_only else _usable_store(args)
        problems += unusable
        if problems:
            return _refused(problems)
        given = {user.name: user.password for user in desired if user.password is not None}
        args["users"] = [{key: value for key, value in user.items() if key != "password"} for user in args["users"]]
        if store is None:
            return self._run_module(args, given, task_vars, bool(self._task.check_mode) or compare_only)
        result = self._run_with_store(store, args, desired, given, task_vars)
        users = result.pop("passwords_set", [])
        if "account" in result:
            result["credentials"] = {
                "store": args["credentials_store"],
                "path": store.path,
                "location": store.path,
                "users": users,
            }
        return result

    def _read_input(self, args: Mapping[str, t.Any]) -> tuple[list[DesiredUser], list[str]]:
        users, problems = parse_users(args.get("users"), str(args.get("managed_by_tag") or Options.managed_by_tag))
        # Where the list itself is wrong, that is what to say.
        problems += ([] if problems else purge_problems(users, args)) + store_problems(args)
        if args.get("first_passwords"):
            problems.append("first_passwords: is set for you; leave it out, and give passwords with the users")
        return users, problems

    def _run_with_store(
        self,
        store: CredentialsStore,
        args: dict[str, t.Any],
        desired: Sequence[DesiredUser],
        given: Mapping[str, str],
        task_vars: dict[str, t.Any] | None,
    ) -> dict[str, t.Any]:
        check_mode = bool(self._task.check_mode)
        result: dict[str, t.Any] = {"passwords_needed": []}
        if check_mode or any(map(_may_need_password, desired)):
            result = self._run_module(args, given, task_vars, check_mode=True)
            if check_mode or result.get("failed") or not result.get("changed"):
                told = {"check_mode": check_mode, "passwords_set": sorted(result.get("passwords_needed", []))}
                return {**result, **told}
        needed = result["passwords_needed"]
        passwords: dict[str, str] = {}
        if needed:
            length = max(int(args.get("password_length") or 32), result["minimum_password_length"])
            try:
                passwords = store.prepare(result["account"]["account_id"], needed, length)
            except StoreError as exc:
                return _refused([str(exc)])
        result = self._run_module(args, {**given, **passwords}, task_vars, check_mode=False)
        return _settled(store, result, passwords)

    def _run_module(
        self,
        args: dict[str, t.Any],
        passwords: Mapping[str, str],
        task_vars: dict[str, t.Any] | None,
        check_mode: bool,
    ) -> dict[str, t.Any]:
        if passwords:
            encoded = base64.b64encode(json.dumps(passwords).encode()).decode()
            args = {**args, "first_passwords": encoded}
        process = self.why_a_process(args) is not None
        if process:
            self._keep_off_disk()
        # Elsewhere than on the controller the module could not reach the file with its progress.
        shown = process and not check_mode and self._connection.transport == "local"
        with show_progress(display.display) if shown else nullcontext() as file:
            told = {VARIABLE: file} if file else None
            return self.run_module(self.MODULE, args, task_vars or {}, check_mode=check_mode, environment=told)

    def _keep_off_disk(self) -> None:
        """Have the module, and the passwords among its options, sent to a process on this machine by its stdin.

        Else they would lie in a temporary file, and stay there when the run is killed.
        """
        if self._connection.transport == "local" and not self._connection.become:
            # Connections of mitogen's have no such option, and use no files either.
            with suppress(AnsibleError):
                self._connection.set_option("pipelining", True)


def _written_problems(args: Mapping[str, t.Any]) -> list[str]:
    """Errors in options that are text, except those of users, which have their own messages."""
    return written_problems({name: each for name, each in MODULE.argument_spec.items() if name != "users"}, args)


def _usable_store(args: Mapping[str, t.Any]) -> tuple[CredentialsStore | None, list[str]]:
    """The store on the controller, if there is to be one, and why it can't be used."""
    kind, path = args.get("credentials_store"), args.get("credentials_path")
    if kind not in FILE_STORES or not isinstance(path, str) or store_problems(args):
        return None, []
    try:
        store = open_file_store(kind, path, args.get("credentials_vault_id"))
        store.check()
    except StoreError as exc:
        return None, [str(exc)]
    return store, []


def _refused(problems: list[str]) -> dict[str, t.Any]:
    return {"failed": True, "msg": f"Nothing was changed. {'; '.join(problems)}", "problems": problems}


def _may_need_password(user: DesiredUser) -> bool:
    """Whether a user without a password in the list may need a login profile."""
    return bool(user.present and not user.suspended and user.console_access and user.password is None)


def _settled(store: CredentialsStore, result: dict[str, t.Any], passwords: Mapping[str, str]) -> dict[str, t.Any]:
    """Bring the store up to date with what the run did. The result, with the users whose stored password was set."""
    if "account" not in result:
        return result
    operations = {(change["user"], change["operation"]) for change in result["changes"]}
    made = {user: password for user, password in passwords.items() if (user, "create_login_profile") in operations}
    # Of a user who failed it is not known: the call may have done its work all the same.
    failed = {user["name"] for user in result["failed_users"]}
    unused = {user: password for user, password in passwords.items() if user not in made.keys() | failed}
    # Also where an earlier run that was stopped took the login profile.
    gone = sorted({user for user, operation in operations if operation in ("delete_login_profile", "delete_user")})
    result["passwords_set"] = sorted(made)
    if made or unused or gone:
        try:
            store.settle(result["account"]["account_id"], made, unused, gone)
        except StoreError as exc:
            return {**result, "failed": True, "msg": "; ".join(filter(None, [result.get("msg"), _not_settled(exc)]))}
    return result


def _not_settled(exc: StoreError) -> str:
    return (
        "The account was changed, as changes says, and the passwords that were set are in the store. "
        f"The store could not be updated with what became of them: {exc}"
    )
