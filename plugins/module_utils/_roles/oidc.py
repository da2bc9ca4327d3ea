# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""OIDC issuers whose workloads can assume a role, and the subjects that belong to a single owner."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Characters that make a subject a pattern for StringLike.
WILDCARDS = frozenset("*?")
STS = "sts.amazonaws.com"


@dataclass(frozen=True)
class Issuer:
    """A token issuer, and the form in which a token's subject (sub) names its owner."""

    name: str
    # What a subject must name, in words, and an example of a subject.
    owner: str
    example: str
    subject: re.Pattern[str]
    # Issuer URLs without https://.
    hosts: re.Pattern[str]
    audience: str
    url: str | None = None


# The part before the first slash is the owner and can't contain a wildcard. The ID after @ is part of GitHub's
# immutable subjects (GitHub Docs, "OpenID Connect reference"). AWS refuses roles for GitHub without an organization in
# sub (IAM User Guide, "Identity-provider controls for shared OIDC providers").
GITHUB = Issuer(
    "github",
    owner="a repository owner without a wildcard",
    example="repo:octo-org/octo-repo:ref:refs/heads/main",
    subject=re.compile(r"repo:[\w-]+(@\d+)?/([\w.@*?-]+:[^\s$]+|[\w.@*?-]*\*)", re.ASCII),
    hosts=re.compile(r"token\.actions\.[a-z0-9.-]+(/[\w-]+)?|[a-z0-9.-]+/_services/token"),
    audience=STS,
    url="https://token.actions.githubusercontent.com",
)
# GitLab Docs, "Configure OpenID Connect in AWS to retrieve temporary credentials".
GITLAB = Issuer(
    "gitlab",
    owner="a top-level group without a wildcard",
    example="project_path:mygroup/myproject:ref_type:branch:ref:main",
    subject=re.compile(r"project_path:[\w.-]+/([\w./*?-]+:[^\s$]+|[\w./*?-]*\*)", re.ASCII),
    hosts=re.compile(r"[a-z0-9.-]+(/[\w./-]+)?"),
    audience="https://gitlab.com",
    url="https://gitlab.com",
)
# Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts". Anyone who can create service accounts in a
# namespace owns it, so a namespace can't contain a wildcard.
EKS = Issuer(
    "eks",
    owner="a namespace without a wildcard",
    example="system:serviceaccount:my-namespace:my-service-account",
    subject=re.compile(r"system:serviceaccount:[a-z0-9][a-z0-9-]{0,62}:[a-z0-9.*?-]+"),
    hosts=re.compile(r"oidc\.eks\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)/id/[A-Z0-9]+"),
    audience=STS,
)
ISSUERS = {issuer.name: issuer for issuer in (GITHUB, GITLAB, EKS)}
# These hosts issue tokens to everyone, so only their own form of subject names an owner.
_SHARED = {"token.actions.githubusercontent.com": GITHUB, "gitlab.com": GITLAB}


def issuers_of(host: str) -> list[Issuer]:
    """Return the issuers that may have this URL, given without https://."""
    shared = next((issuer for name, issuer in _SHARED.items() if host == name or host.startswith(f"{name}/")), None)
    if shared:
        return [shared]
    certain = [issuer for issuer in (GITHUB, EKS) if issuer.hosts.fullmatch(host)]
    return certain or [GITLAB]


def subject_problem(subject: str, issuers: Iterable[Issuer]) -> str | None:
    """Return why a subject may belong to another owner; None if it can't."""
    known = list(issuers)
    if any(issuer.subject.fullmatch(subject) for issuer in known):
        return None
    wanted = " or ".join(f"{issuer.owner}, as in {issuer.example}" for issuer in known)
    return f"{subject[:200]!r} does not name {wanted}"
