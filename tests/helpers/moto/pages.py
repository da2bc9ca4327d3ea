# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of GetAccountAuthorizationDetails as AWS gives them: in pages, or cut short where a test wants that."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Literal

from helpers.moto.answers import NAMESPACE, Answer, error

ET.register_namespace("", NAMESPACE)
LISTS = ("UserDetailList", "GroupDetailList")


def tag(name: str) -> str:
    """An element's name as ElementTree knows it."""
    return f"{{{NAMESPACE}}}{name}"


def child(parent: ET.Element, name: str) -> ET.Element:
    """The child element of that name, made if it is not there."""
    found = parent.find(tag(name))
    return ET.SubElement(parent, tag(name)) if found is None else found


def set_boundary(user: ET.Element, boundary: str) -> None:
    """Put a permissions boundary into the description of a user."""
    element = child(user, "PermissionsBoundary")
    child(element, "PermissionsBoundaryType").text = "Policy"
    child(element, "PermissionsBoundaryArn").text = boundary


def to_answer(root: ET.Element) -> Answer:
    """An answer with this document."""
    return Answer(200, ET.tostring(root, encoding="utf-8"))


class AccountPages:
    """The pages that have been announced and not fetched yet."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[bytes]] = {}
        self._numbers = itertools.count(1)

    def next_page(self, marker: str) -> Answer:
        """The page that belongs to a marker."""
        pages = self._waiting.get(marker)
        if not pages:
            return error(400, "ValidationError", "Invalid Marker.")
        return self._give(pages)

    def first_page(self, answer: Answer, size: int) -> Answer:
        """The first page of the server's whole answer; the rest waits as it is now, as AWS's pages do."""
        return self._give([ET.tostring(page, encoding="utf-8") for page in _split(ET.fromstring(answer.body), size)])

    def _give(self, pages: list[bytes]) -> Answer:
        root = ET.fromstring(pages[0])
        if pages[1:]:
            marker = f"page-{next(self._numbers)}"
            self._waiting[marker] = pages[1:]
            result = _result(root)
            child(result, "IsTruncated").text = "true"
            child(result, "Marker").text = marker
        return to_answer(root)


def _result(root: ET.Element) -> ET.Element:
    return child(root, "GetAccountAuthorizationDetailsResult")


def _split(root: ET.Element, size: int) -> Iterator[ET.Element]:
    """Documents of at most so many objects each, at least one document."""
    result = _result(root)
    objects = [(name, element) for name in LISTS for element in child(result, name)]
    for name in LISTS:
        child(result, name).clear()
    empty = ET.tostring(root)
    for start in range(0, max(len(objects), 1), size):
        page = ET.fromstring(empty)
        for name, element in objects[start : start + size]:
            child(_result(page), name).append(element)
        yield page


def with_aws_view(
    answer: Answer, boundaries: Mapping[str, str], hidden_users: frozenset[str], hidden_groups: frozenset[str]
) -> Answer:
    """moto's answer with the boundaries that the proxy keeps, and without what has not settled yet."""
    if not (boundaries or hidden_users or hidden_groups):
        return answer
    root = ET.fromstring(answer.body)
    users, groups = (child(_result(root), name) for name in LISTS)
    for user in list(users):
        name = user.findtext(tag("UserName"), "")
        if name in hidden_users:
            users.remove(user)
        elif name in boundaries:
            set_boundary(user, boundaries[name])
    for group in list(groups):
        if group.findtext(tag("GroupName"), "") in hidden_groups:
            groups.remove(group)
    return to_answer(root)


def cut_short(answer: Answer, what: Literal["marker", "body", "lists"]) -> Answer:
    """The answer with a part of it lost."""
    if what == "body":
        return Answer(answer.status, answer.body[: len(answer.body) // 2])
    root = ET.fromstring(answer.body)
    result = _result(root)
    for name in LISTS:
        elements = child(result, name)
        if what == "lists":
            result.remove(elements)
        else:
            for element in list(elements)[len(elements) // 2 :]:
                elements.remove(element)
    marker = result.find(tag("Marker"))
    if marker is not None:
        result.remove(marker)
    child(result, "IsTruncated").text = "true" if what == "marker" else "false"
    return to_answer(root)
