# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls that moto lacks or gets wrong: boundaries, service-specific credentials, forced changes of passwords, moves."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable, Mapping

from helpers.moto.answers import Answer, error, no_such_entity, success
from helpers.moto.emulated_credentials import ACTIONS, ServiceSpecificCredentials
from helpers.moto.pages import child, set_boundary, tag, to_answer

# Asks the server something in the client's name: action and parameters.
Ask = Callable[[str, Mapping[str, str]], Awaitable[Answer]]
EMULATED = ACTIONS | {"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"}
PROFILES = ("CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile")


class EmulatedCalls:
    """Keeps what moto 5.2 forgets: boundaries, and who has to choose a new password at the next sign-in."""

    def __init__(self) -> None:
        self.boundaries: dict[str, str] = {}
        self.resets: set[str] = set()
        self._credentials = ServiceSpecificCredentials()

    async def answer(self, action: str, params: Mapping[str, str], ask: Ask) -> Answer | None:
        """The answer to a call that moto lacks, or to one that AWS refuses and moto does not. None for the others."""
        boundary = params.get("PermissionsBoundary")
        if action == "CreateUser":
            return await _missing_policy(boundary, ask) if boundary else None
        if action == "UpdateUser" and "NewPath" in params:
            return await _move(params, ask)
        if action == "UpdateGroup":
            return await _move_group(params, ask) if "NewPath" in params else None
        if action == "ChangePassword":
            return await self._change_password(params["NewPassword"], ask)
        return await self._of_user(action, params, ask)

    async def _of_user(self, action: str, params: Mapping[str, str], ask: Ask) -> Answer | None:
        name = params.get("UserName", "")
        if action == "DeleteUser" and self._credentials.any_left(name):
            return error(409, "DeleteConflict", "Cannot delete entity, must delete service-specific credentials first.")
        if action not in EMULATED:
            return None
        user = await ask("GetUser", {"UserName": name})
        return user if user.status != 200 else await self._for_user(action, params, ask)

    async def _for_user(self, action: str, params: Mapping[str, str], ask: Ask) -> Answer:
        name = params["UserName"]
        boundary = params.get("PermissionsBoundary", "")
        if action in ACTIONS:
            return self._credentials.answer(action, params)
        if action == "DeleteUserPermissionsBoundary":
            self.boundaries.pop(name, None)
            return success(action)
        refused = await _missing_policy(boundary, ask)
        if refused is None:
            self.boundaries[name] = boundary
        return refused or success(action)

    async def _change_password(self, password: str, ask: Ask) -> Answer:
        """Change the password of who asks. Whether the old one was right, moto can't be asked."""
        user = await ask("GetUser", {})
        if user.status != 200:
            return user
        name = ET.fromstring(user.body).findtext(f".//{tag('UserName')}") or ""
        changed = await ask("UpdateLoginProfile", {"UserName": name, "Password": password})
        if changed.status == 200:
            self.resets.discard(name)
        return success("ChangePassword") if changed.status == 200 else changed

    def after(self, action: str, params: Mapping[str, str], answer: Answer) -> Answer:
        """moto's answer, with what AWS would show."""
        if answer.status != 200:
            return answer
        # Without a name it is the root user's, in a session of AssumeRoot.
        if action in PROFILES and "UserName" in params:
            self._note_reset(action, params)
        return self._with_reset(params, answer) if action == "GetLoginProfile" else self._user(action, params, answer)

    def _note_reset(self, action: str, params: Mapping[str, str]) -> None:
        forced = params.get("PasswordResetRequired")
        if forced == "true":
            self.resets.add(params["UserName"])
        elif forced == "false" or action != "UpdateLoginProfile":
            self.resets.discard(params["UserName"])

    def _with_reset(self, params: Mapping[str, str], answer: Answer) -> Answer:
        root = ET.fromstring(answer.body)
        for profile in root.iter(tag("LoginProfile")):
            child(profile, "PasswordResetRequired").text = str(params.get("UserName") in self.resets).lower()
        return to_answer(root)

    def _user(self, action: str, params: Mapping[str, str], answer: Answer) -> Answer:
        name = params.get("UserName", "")
        if action == "DeleteUser":
            self.boundaries.pop(name, None)
        elif action == "UpdateUser" and "NewUserName" in params and name in self.boundaries:
            self.boundaries[params["NewUserName"]] = self.boundaries.pop(name)
        elif action == "CreateUser" and params.get("PermissionsBoundary"):
            self.boundaries[name] = params["PermissionsBoundary"]
        if action not in ("CreateUser", "GetUser") or name not in self.boundaries:
            return answer
        root = ET.fromstring(answer.body)
        for user in root.iter(tag("User")):
            set_boundary(user, self.boundaries[name])
        return to_answer(root)


async def _missing_policy(arn: str, ask: Ask) -> Answer | None:
    policy = await ask("GetPolicy", {"PolicyArn": arn})
    return None if policy.status == 200 else no_such_entity(f"Scope ARN: {arn} does not exist or is not attachable.")


async def _move_group(params: Mapping[str, str], ask: Ask) -> Answer:
    """Give a group another path, which moto does only together with another name."""
    name = params["GroupName"]
    moved = await ask("UpdateGroup", {**params, "NewGroupName": f"{name}-moving"})
    return (
        await ask("UpdateGroup", {"GroupName": f"{name}-moving", "NewGroupName": name})
        if moved.status == 200
        else moved
    )


async def _move(params: Mapping[str, str], ask: Ask) -> Answer:
    """Give a user another path. moto forgets its tags then, because it keeps them by the ARN."""
    tags = await ask("ListUserTags", {"UserName": params["UserName"]})
    moved = await ask("UpdateUser", params)
    if moved.status != 200 or tags.status != 200:
        return moved
    kept: dict[str, str] = {}
    for number, found in enumerate(ET.fromstring(tags.body).iter(tag("member")), 1):
        for part in ("Key", "Value"):
            kept[f"Tags.member.{number}.{part}"] = found.findtext(tag(part)) or ""
    if kept:
        await ask("TagUser", {"UserName": params.get("NewUserName", params["UserName"]), **kept})
    return moved
