# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS refuses and moto 5.2 takes: tags that are none, and more of something than a user can have."""

from __future__ import annotations

import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

from helpers.moto.answers import Answer, error
from helpers.moto.pages import tag

Ask = Callable[[str, Mapping[str, str]], Awaitable[Answer]]
# IAM User Guide, "IAM and AWS STS quotas".
TAGS_PER_USER = 50
POLICIES_PER_USER = 10
INLINE_LENGTH = 2048
TAG_PATTERN = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"
_TAG = re.compile(r"Tags\.member\.(\d+)\.(Key|Value)")


def is_tag_text(text: str) -> bool:
    """Whether a tag's key or value has only characters that AWS allows (IAM API reference, data type Tag)."""
    return all(unicodedata.category(one)[0] in "LZN" or one in "_.:/=+-@" for one in text)


def tags_in(params: Mapping[str, str]) -> list[tuple[str, str]]:
    """Keys and values of the tags that a call sets, in the query protocol or in JSON."""
    if params.get("Tags", "").startswith("["):
        listed: list[dict[str, Any]] = json.loads(params["Tags"])
        return [(str(one.get("Key", "")), str(one.get("Value", ""))) for one in listed]
    found: dict[str, dict[str, str]] = {}
    for key, value in params.items():
        part = _TAG.fullmatch(key)
        if part:
            found.setdefault(part[1], {})[part[2]] = value
    return [(one.get("Key", ""), one.get("Value", "")) for one in found.values()]


def refused_tags(params: Mapping[str, str]) -> Answer | None:
    """The answer to a call that sets tags which AWS does not allow, or None."""
    tags = tags_in(params)
    for number, pair in enumerate(tags, 1):
        for part, text, longest in (("key", pair[0], 128), ("value", pair[1], 256)):
            where = f"1 validation error detected: Value at 'tags.{number}.member.{part}' failed to satisfy constraint"
            if not is_tag_text(text):
                pattern = f"Member must satisfy regular expression pattern: {TAG_PATTERN}"
                return error(400, "ValidationError", f"{where}: {pattern}")
            if len(text) > longest:
                return error(
                    400, "ValidationError", f"{where}: Member must have length less than or equal to {longest}"
                )
        if pair[0].lower().startswith("aws:"):
            return error(400, "InvalidInput", "Tag keys starting with aws: are reserved for system use")
    if len({key.lower() for key, _value in tags}) < len(tags):
        return error(400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    return None


async def beyond_quota(action: str, params: Mapping[str, str], ask: Ask) -> Answer | None:
    """The answer to a call after which a user would have too much of something, or None."""
    name = {"UserName": params.get("UserName", "")}
    if action == "TagUser":
        have = await _texts("ListUserTags", name, "Key", ask)
        new = {key.lower() for key, _value in tags_in(params)}
        return _over(len({key.lower() for key in have} | new), TAGS_PER_USER, "TagsPerUser")
    if action == "AttachUserPolicy":
        have = await _texts("ListAttachedUserPolicies", name, "PolicyArn", ask)
        return _over(len({*have, params["PolicyArn"]}), POLICIES_PER_USER, "PoliciesPerUser")
    if action == "PutUserPolicy":
        others = [one for one in await _texts("ListUserPolicies", name, "member", ask) if one != params["PolicyName"]]
        documents = [params["PolicyDocument"]]
        for policy in others:
            documents += await _texts("GetUserPolicy", {**name, "PolicyName": policy}, "PolicyDocument", ask)
        length = sum(len(re.sub(r"\s", "", unquote(document))) for document in documents)
        return _over(length, INLINE_LENGTH, "UserPolicySize")
    return None


async def _texts(action: str, params: Mapping[str, str], element: str, ask: Ask) -> list[str]:
    answer = await ask(action, params)
    if answer.status != 200:
        return []
    return [found.text or "" for found in ET.fromstring(answer.body).iter(tag(element))]


def _over(count: int, quota: int, what: str) -> Answer | None:
    return error(409, "LimitExceeded", f"Cannot exceed quota for {what}: {quota}") if count > quota else None
