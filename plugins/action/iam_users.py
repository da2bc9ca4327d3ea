# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of iam_users: input checks before anything starts, and generated passwords."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecretsContext, match_encrypt_secret
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.cloudhsm.iam.plugins.module_utils._passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.desired import number_problems, parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.progress import VARIABLE
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import FILE_STORES, store_problems
from ansible_collections.cloudhsm.iam.plugins.modules import iam_users
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_store import CredentialsStore
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._in_worker import InWorkerAction, Module
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._progress import show_progress

NO_VAULT_SECRET = (
    "credentials_store: vault_file needs a vault secret to encrypt with; "
    "give one with --vault-password-file, --vault-id or ANSIBLE_VAULT_PASSWORD_FILE"
)

display = Display()


class ActionModule(InWorkerAction):
    """Runs the module twice where passwords have to be generated for a store on the controller, and once otherwise.

    The first run then only plans and tells whose password is needed; these are stored, and the second
    run, which looks at the account anew, sets them.
    """

    MODULE = Module("cloudhsm.iam.iam_users", iam_users.main)
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        ActionBase.run(self, tmp, task_vars)
        args = bound_args(self, task_vars or {})
        problems = self._input_problems(args)
        kind = str(args.get("credentials_store") or "none")
        store: CredentialsStore | None = None
        if not problems and kind in FILE_STORES:
            try:
                store = self._open_store(kind, args)
                store.check()
            except StoreError as exc:
                problems.append(str(exc))
        if problems:
            return {"failed": True, "msg": f"Nothing was changed. {'; '.join(problems)}", "problems": problems}
        if store is None:
            return self._run_module(args, task_vars, self._task.check_mode)
        try:
            result = self._run_with_store(store, args, task_vars)
        except StoreError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        users = result.pop("passwords_set")
        if "account" in result:
            result["credentials"] = {"store": kind, "path": store.path, "location": store.path, "users": users}
        return result

    def _input_problems(self, args: Mapping[str, t.Any]) -> list[str]:
        _users, problems = parse_users(args.get("users"), str(args.get("managed_by_tag") or Options.managed_by_tag))
        return problems + number_problems(args) + store_problems(args)

    def _run_with_store(
        self, store: CredentialsStore, args: dict[str, t.Any], task_vars: dict[str, t.Any] | None
    ) -> dict[str, t.Any]:
        check_mode = bool(self._task.check_mode)
        result: dict[str, t.Any] = {"passwords_needed": []}
        if check_mode or _may_need_password(args["users"]):
            result = self._run_module(args, task_vars, check_mode=True)
            if check_mode or result.get("failed") or not result.get("changed"):
                told = {"check_mode": check_mode, "passwords_set": result.get("passwords_needed", [])}
                return {**result, **told}
        needed = result["passwords_needed"]
        passwords: dict[str, str] = {}
        if needed:
            account_id = result["account"]["account_id"]
            minimum = result["minimum_password_length"]
            length = max(int(args.get("password_length") or 32), minimum)
            passwords = store.prepare(account_id, needed, length, minimum)
        result = self._run_module({**args, "users": _with_passwords(args["users"], passwords)}, task_vars, False)
        return {**result, "passwords_set": _settle(store, result, passwords)}

    def _run_module(
        self, args: dict[str, t.Any], task_vars: dict[str, t.Any] | None, check_mode: bool
    ) -> dict[str, t.Any]:
        if not self.runs_here(task_vars or {}):
            self._keep_off_disk()
        before = self._task.check_mode
        self._task.check_mode = check_mode
        # Elsewhere than on the controller the module could not reach the file with its progress.
        shown = not check_mode and self._connection.transport == "local"
        with show_progress(display.display) if shown else nullcontext() as file:
            try:
                return self.run_module(self.MODULE, args, task_vars or {}, {VARIABLE: file} if file else None)
            finally:
                self._task.check_mode = before

    def _keep_off_disk(self) -> None:
        """Have the module, and the passwords among its options, sent to a process on this machine by its stdin.

        Else they would lie in a temporary file, and stay there when the run is killed.
        """
        if self._connection.transport == "local" and not self._connection.become:
            # Connections of mitogen's have no such option, and use no files either.
            with suppress(AnsibleError):
                self._connection.set_option("pipelining", True)

    def _open_store(self, kind: str, args: Mapping[str, t.Any]) -> CredentialsStore:
        path = self._loader.path_dwim(str(args["credentials_path"]))
        if kind == "file":
            return CredentialsStore(path, _as_it_is, _as_it_is, private_folder=True)
        context = VaultSecretsContext.current(optional=True)
        secrets = context.secrets if context else []
        if not secrets:
            raise StoreError(NO_VAULT_SECRET)
        vault = VaultLib(secrets)
        wanted = args.get("credentials_vault_id")
        try:
            vault_id, secret = match_encrypt_secret(secrets, encrypt_vault_id=wanted)
        except AnsibleError as exc:
            raise StoreError(f"credentials_vault_id: the play has no vault secret named {wanted!r}") from exc

        def decrypt(content: bytes) -> bytes:
            try:
                return t.cast(bytes, vault.decrypt(content))
            except AnsibleError as exc:
                raise StoreError(f"credentials_path: {path} can't be decrypted with the play's vault secrets") from exc

        def encrypt(content: bytes) -> bytes:
            return t.cast(bytes, vault.encrypt(content, secret, vault_id))

        return CredentialsStore(path, encrypt, decrypt, private_folder=False)


def _as_it_is(content: bytes) -> bytes:
    return content


def _may_need_password(users: Sequence[Mapping[str, t.Any]]) -> bool:
    """Whether a login profile may have to be made for a user that was given no password."""
    parsed, _problems = parse_users(users, "")
    return any(user.present and not user.suspended and user.console_access and user.password is None for user in parsed)


def _with_passwords(users: Sequence[Mapping[str, t.Any]], passwords: Mapping[str, str]) -> list[dict[str, t.Any]]:
    return [
        {**user, "password": passwords[user["name"]]} if user["name"] in passwords else dict(user) for user in users
    ]


def _settle(store: CredentialsStore, result: Mapping[str, t.Any], passwords: Mapping[str, str]) -> list[str]:
    """Bring the store up to date with what the run did. Returns the users whose stored password was set."""
    if "account" not in result:
        return []
    account_id = result["account"]["account_id"]
    operations = {(change["user"], change["operation"]) for change in result["changes"]}
    made = sorted(user for user in passwords if (user, "create_login_profile") in operations)
    # Also where an earlier run that was stopped took the login profile.
    gone = sorted({user for user, operation in operations if operation in ("delete_login_profile", "delete_user")})
    if made:
        store.confirm(account_id, made)
    if gone:
        store.forget(account_id, gone)
    return made
