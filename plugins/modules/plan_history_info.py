#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: plan_history_info
short_description: Read the history of applied plans
version_added: 1.1.0
description:
  - Reads what runs with the variable C(plan_history) have recorded in a folder or in a bucket of Amazon S3, and returns
    it as data and as text.
  - Only files and objects that such runs wrote are read. Others, and damaged ones, are named and skipped. Links are
    never followed.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  history:
    description:
      - The path of a folder on the control node, or V(s3://BUCKET/PREFIX).
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - A folder that other users can write to is refused.
      - It is required.
    type: str
  since:
    description:
      - Return only runs that began at this time or later. Give a day, such as V(2026-03-31), a time, such as
        V(2026-03-31T12:00:00Z), or an age, such as V(7d), with V(m), V(h), V(d) or V(w). Times are in UTC.
    type: str
  until:
    description: Return only runs that began at this time or earlier, in the same form. A day counts to its end.
    type: str
  caller:
    description:
      - Return only runs by this caller. Give the ARN, or a part of its path, such as the name of the user or role, or
        of the session. V(*) and V(?) are placeholders.
    type: str
  object_name:
    description:
      - Return only runs that changed an object of this name, or would have. Give V(eve), or V(user eve) to leave out a
        group of that name. The previous name of a renamed user counts too. V(*) and V(?) are placeholders.
    type: str
  account_ids:
    description: Return only runs in these accounts.
    type: list
    elements: str
    default: []
  most:
    description: Maximum number of runs to return, which are the newest.
    type: int
    default: 100
  variables_prefix:
    description:
      - Prefix of variables, such as V(history_). Options that you leave out come from the variables with this prefix.
    type: str
    default: ""
notes:
  - A folder needs no permissions in AWS, and no credentials.
  - A bucket needs C(s3:ListBucket) for the bucket and C(s3:GetObject) for the objects, and C(kms:Decrypt) if the bucket
    encrypts with a key of your own.
seealso:
  - module: amazon.aws.s3_object
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Read what changed about eve in the last month
  cloudhsm.iam.plan_history_info:
    history: s3://example-history/iam
    since: 30d
    object_name: user eve
  register: history

- name: Show what changed
  ansible.builtin.debug:
    msg: "{{ history.lines }}"
"""

RETURN = r"""
entries:
  description: The runs, oldest first. C(docs/plan_history.schema.json) describes an entry.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the file, or the key of the object without the prefix.
      returned: always
      type: str
      sample: 20260331T120000.123456Z-123456789012-provision_users-0123456789abcdef-89abcdef.json
    kind:
      description: What was run.
      returned: always
      type: str
      sample: provision_users
    account_id:
      description: ID of the account.
      returned: always
      type: str
      sample: "123456789012"
    by:
      description: ARN of the caller.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:user/admin
    begun:
      description: When the run began, in UTC.
      returned: always
      type: str
      sample: "2026-03-31T12:00:00Z"
    ended:
      description: When the run ended, in UTC. Null if it never did, because it was interrupted, or still runs.
      returned: always
      type: str
      sample: "2026-03-31T12:00:05Z"
    outcome:
      description: What became of the run, V(begun), V(applied), V(failed) or V(unchanged).
      returned: always
      type: str
      sample: applied
    lines:
      description: The plan, as the run showed it.
      returned: always
      type: list
      elements: str
      sample: ["+ user eve: groups Auditors", "Plan: 1 to create, 0 to change, 0 to delete, 0 unchanged"]
    objects:
      description: The objects of the plan that change.
      returned: always
      type: list
      elements: dict
      sample: [{"object": "user eve", "action": "created"}]
    reason:
      description: Why the run failed.
      returned: always
      type: str
      sample: null
    not_done:
      description: Objects that a failed run did not change, or did not finish.
      returned: always
      type: list
      elements: str
      sample: []
    approval:
      description: How the plan was approved, and by whom it was made and signed.
      returned: always
      type: dict
      sample: {"how": "none"}
skipped_entries:
  description: Files or objects that are no entries, or that can't be read, one sentence each.
  returned: success
  type: list
  elements: str
  sample: ["notes.txt is not an entry of the history"]
more:
  description: Whether older runs were left out because of O(most).
  returned: success
  type: bool
  sample: false
lines:
  description: The runs as text, with totals below.
  returned: success
  type: list
  elements: str
  sample:
    - "2026-03-31T12:00:00Z to 2026-03-31T12:00:05Z account 123456789012: provision_users by arn:aws:iam::…: applied"
    - "    + user eve: groups Auditors"
    - "    Plan: 1 to create, 0 to change, 0 to delete, 0 unchanged"
    - "1 run in history: 1 applied"
problems:
  description: Errors in the options, one sentence each.
  returned: when options are wrong
  type: list
  elements: str
  sample: ["since: 'soon' is not a time; give a day, such as 2026-03-31, or an age, such as 7d"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.input import SPEC as ARGUMENT_SPEC
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.run import run

MODULE = Module("cloudhsm.iam.plan_history_info", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
