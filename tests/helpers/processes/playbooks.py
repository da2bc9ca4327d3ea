# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of playbooks that tests are made of, so that many cases fit into one run."""

from __future__ import annotations

import typing as t


def refused(role: str, words: str, **variables: t.Any) -> dict[str, t.Any]:
    """A block that fails unless the role refuses with these words."""
    task = {"name": "It", "ansible.builtin.include_role": {"name": f"cloudhsm.iam.{role}"}, "vars": variables}
    check = {"that": "words in ansible_failed_result.msg", "fail_msg": "{{ ansible_failed_result.msg }}"}
    return {
        "name": "Refused",
        "block": [task, {"name": "Not so", "ansible.builtin.meta": "end_play"}],
        "rescue": [{"name": "The message", "ansible.builtin.assert": check, "vars": {"words": words}}],
    }
