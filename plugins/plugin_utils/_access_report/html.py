# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The report as one HTML page that needs no other file. Everything from AWS is in it as data, never as HTML."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import string
import typing as t
from collections.abc import Mapping, Sequence
from pathlib import Path

# The page gets answers as places in this list. It has the same order.
ANSWERS = ("no", "conditional", "some", "yes", "conditional_mfa", "some_mfa", "mfa")
_PARTS = Path(__file__).parent / "page"
# In the order in which the page runs them: start.js uses all the others.
_SCRIPTS = (
    "elements",
    "table",
    "frame",
    "rights",
    "accounts",
    "people",
    "groups",
    "reach",
    "picture",
    "audit",
    "temporary",
    "account",
    "start",
)


def account_page(report: Mapping[str, t.Any]) -> str:
    """Return the page of one account."""
    account = report["account"]
    name = account["account_alias"] or account["account_id"]
    return _page(f"Access to {name}", {"kind": "account", **_with_profiles(report)})


def accounts_page(overview: Mapping[str, t.Any]) -> str:
    """Return the page of several accounts, with links to their own pages."""
    return _page("Access of all accounts", {"kind": "accounts", **overview})


def _page(title: str, data: Mapping[str, t.Any]) -> str:
    style = (_PARTS / "page.css").read_text()
    script = page_script()
    # The page loads nothing, sends nothing, and runs no other script than this one.
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    skeleton = string.Template((_PARTS / "page.html").read_text())
    return skeleton.substitute(
        title=html.escape(title), policy=policy, style=style, script=script, data=script_data(data)
    )


def page_script() -> str:
    """Return the page's script. Its parts share one scope that nothing else on the page can see."""
    parts = "\n".join((_PARTS / f"{name}.js").read_text() for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def script_data(data: object) -> str:
    """Return JSON that is safe in a script element: it can neither end the element nor start another."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _with_profiles(report: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the report with each combination of rights once: thousands of people share a few dozen."""
    known: dict[str, int] = {}
    profiles: list[dict[str, t.Any]] = []

    def shortened(things: Sequence[Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
        kept = []
        for thing in things:
            rest = {key: value for key, value in thing.items() if key not in _RIGHTS}
            profile = {key: thing[key] for key in sorted(_RIGHTS) if key in thing}
            profile["cloudhsm"] = [ANSWERS.index(thing["cloudhsm"][action["name"]]) for action in report["actions"]]
            number = known.setdefault(json.dumps(profile), len(known))
            if number == len(profiles):
                profiles.append(profile)
            kept.append({**rest, "access": number})
        return kept

    kinds = {kind: shortened(report[kind]) for kind in ("users", "groups", "policies", "roles")}
    center = {**report["identity_center"], "users": shortened(report["identity_center"]["users"])}
    return {**report, **kinds, "identity_center": center, "access": profiles}


_RIGHTS = frozenset({"access_paths", "administrator", "administrator_ways", "can_become_administrator", "cloudhsm"})
