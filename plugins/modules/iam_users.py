#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_users
short_description: Manage many AWS IAM users in one call
version_added: 0.1.0
description:
  - Creates, changes and deletes IAM users with their groups, policies, tags and console access, all in one task.
  - Reads the account in bulk, works out every change before the first write, and makes the changes side by side.
  - All mistakes in the input are reported at once, before the first write.
  - What is left out is left alone. Memberships, policies and tags that are not listed stay, unless one of the
    C(purge_*) options says otherwise.
  - A password is set once, when a user gets console access, and is never reset by a later run.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  users:
    description:
      - The users. Each user may be listed once; IAM does not tell names apart by case.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the user, up to 64 characters out of C(A-Z), C(a-z), C(0-9) and C(_+=,.@-).
        type: str
        required: true
      state:
        description:
          - Whether the user is there. V(absent) deletes the user with all that belongs to it, beginning
            with whatever lets somebody sign in.
          - V(suspended) locks the user out and deletes nothing but its password. It denies everything with the AWS
            managed policy C(AWSDenyAll), which also counts for sessions that are open, and makes access keys, SSH
            public keys, signing certificates and service-specific credentials inactive. Groups, other policies and
            MFA devices stay, and what is listed for the user is not looked at. A user that is not there is a mistake.
          - Nothing keeps a user from being locked out. One with as many policies as IAM allows is denied everything
            by the inline policy C(CloudHSMIamSuspended), and gives up a policy where there is no room for that either.
            One with too many tags gets no notes, or the inline policy instead of the tag.
          - A user counts as suspended who is marked so, and is really denied everything. The tag alone does not count.
          - With V(present) a suspended user is left as it is, unless O(restore_suspended) says otherwise.
          - V(suspended) was added in version 1.0.0.
        type: str
        choices: [present, absent, suspended]
        default: present
      protected:
        description:
          - Whether the user is marked as one for emergencies, by the tag C(cloudhsm.iam/protected). A run that deletes
            or suspends a user with that tag is refused, also when the same run takes the mark away. So is one that
            takes console access from the user, or removes the user from one of the O(protected_groups).
          - V(false) takes the mark away. Left out, the mark is left alone.
        type: bool
        version_added: 1.0.0
      path:
        description:
          - Path of the user, beginning and ending with a slash.
          - New users get C(/) when it is left out.
        type: str
      tags:
        description:
          - Tags that the user is to have. IAM does not tell tag keys apart by case.
          - Keys that begin with C(cloudhsm.iam/) are this collection's own and can't be given.
        type: dict
      groups:
        description:
          - Groups that the user is to be a member of. They must exist.
        type: list
        elements: str
      managed_policies:
        description:
          - ARNs of managed policies to attach to the user itself.
        type: list
        elements: str
      boundary:
        description:
          - ARN of the managed policy that is the user's permissions boundary. An empty string removes the boundary.
        type: str
      console_access:
        description:
          - Whether the user has a login profile, that is a password for the AWS console.
          - V(false) deletes the login profile.
        type: bool
      password:
        description:
          - The first password, set when the user gets console access and not looked at afterwards.
          - One that is to be set and does not satisfy the account's password policy is refused before the first write.
          - One with control characters, or with white space at its beginning or end, is refused too.
          - Needs O(users[].console_access=true).
        type: str
      password_reset_required:
        description:
          - Whether the user has to choose a new password at the first sign-in. Looked at only when the password is set.
        type: bool
        default: true
  purge_users:
    description:
      - Whether to delete users that carry the ownership tag (O(managed_by_tag)) and are not listed. No other user
        is ever deleted for not being listed.
      - Refused where O(users) lists nobody who is present or suspended, since such a list can come from an export that
        failed. See O(purge_users_allow_empty).
    type: bool
    default: false
  purge_users_allow_empty:
    description:
      - Whether O(purge_users) may delete every user that carries the ownership tag, because O(users) lists nobody who
        is present or suspended.
    type: bool
    default: false
    version_added: 1.1.0
  purge_groups:
    description:
      - Whether users leave groups that are not listed in O(users[].groups). Users without that key keep theirs.
    type: bool
    default: false
  purge_tags:
    description:
      - Whether tags that are not listed in O(users[].tags) are removed. Users without that key keep theirs, and tags
        with keys that begin with C(cloudhsm.iam/) always stay.
    type: bool
    default: false
  purge_policies:
    description:
      - Whether managed policies that are not listed in O(users[].managed_policies) are detached from the user.
        Users without that key keep theirs. Inline policies are not touched.
    type: bool
    default: false
  restore_suspended:
    description:
      - Names of the suspended users who come back. They have to be listed with O(users[].state=present). What is listed
        for them is done, a user with O(users[].console_access=true) gets a new first password, and at the end nothing
        is denied any more.
      - V(false) leaves all as they are and names them in RV(suspended), so that an emergency outlasts the next run
        over the usual list.
      - V(true) brings all back that are listed. Better name them.
      - Access keys and other credentials stay inactive, unless O(restore_credentials) names them.
      - Names are accepted since version 1.1.0.
    type: raw
    default: false
    version_added: 1.0.0
  restore_credentials:
    description:
      - Identifiers of access keys, SSH public keys, signing certificates and service-specific credentials that become
        active again when their user comes back.
      - The tags on a suspended user tell which were active. A warning names those that stay inactive. Nothing is
        activated because of the tags, since anyone who may tag users could have written them.
    type: list
    elements: str
    default: []
    version_added: 1.1.0
  allow_password_change:
    description:
      - Whether users who have to change their password are given the right to do so. Where the account's password
        policy does not let all users change theirs, the AWS managed policy C(IAMUserChangePassword) is attached before
        the password is set, as the AWS console does. Users who have yet to change their first password get it, too.
      - It counts among the policies of the user, and O(purge_policies) leaves it while the user has console access.
      - Members of a group that requires MFA, or of O(onboarding_group), do not get it. The first are refused as ever,
        the others have that right by their group.
      - With V(false) a user without any right to change the first password is refused.
    type: bool
    default: true
    version_added: 1.1.0
  managed_by_tag:
    description:
      - Key of the tag that marks the users created by this module. Its value is C(true).
    type: str
    default: cloudhsm.iam/managed
  max_deletions:
    description:
      - How many users one run may delete. A plan that deletes more is refused before the first write.
    type: int
    default: 10
  protected_groups:
    description:
      - Groups that must keep a member who can act. Nobody counts who is suspended, or who has neither a password nor an
        active access key. A plan that takes the last one away is refused before the first write.
      - Where users of the same run take the place of those who leave, these leave only after the others are there. The
        account is read again just before. Who would be the last one then is left as it is, and fails.
      - Upper and lower case do not matter. A group that the account does not have is a mistake, other than the default.
    type: list
    elements: str
    default: [Administrators]
  pending_groups:
    description:
      - Groups that an earlier task of the same play makes. In check mode that task has not made them, so
        there they count as existing. Has no effect outside check mode.
    type: list
    elements: str
    default: []
  onboarding_group:
    description:
      - Lets new users in by two phases. A user that is made with O(users[].console_access=true) becomes a member of
        this group and of no other, and gets no policies of its own. The group is to allow no more than to change
        one's password and to register an MFA device.
      - A later run moves those who have done both from this group to their O(users[].groups), and attaches their
        O(users[].managed_policies). RV(pending) tells who has not, and why.
      - Users without console access, and users that are there already and not in this group, are treated as always. So
        is a member whose console access is taken away.
      - The group must exist, and nobody may be listed as its member. Left out, users get everything at once.
    type: str
    version_added: 1.0.0
  require_mfa_policy_name:
    description:
      - Name of the managed policy that makes a group require MFA, as with P(cloudhsm.iam.require_mfa_policy#filter).
      - A user who has to change the first password, and is in such a group, could never sign in. That is refused.
    type: str
    default: CloudHSMIamRequireMFA
    version_added: 1.0.0
  require_mfa_groups:
    description:
      - Groups that require MFA because an earlier task of the same play says so. They count beside those that have
        the policy O(require_mfa_policy_name) when the account is read.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  compare_only:
    description:
      - Whether to tell what would change and change nothing, as in check mode, without opening the credentials store.
      - With V(vault_file) no vault secret is needed then.
    type: bool
    default: false
    version_added: 1.1.0
  first_passwords:
    description:
      - Not for use in a task. The action takes O(users[].password) out of the list and hands all passwords over in this
        option, which is kept out of every log as a whole. So no log misses a password that it has in another spelling,
        and no name that equals a password is masked.
    type: str
    version_added: 1.1.0
  credentials_store:
    description:
      - Where passwords go that are generated for users with O(users[].console_access=true) and no
        O(users[].password). The password is stored before the login profile is made, so that an interrupted run
        loses nothing.
      - A password that is in the store before the run is never set, because others may know it. The entry gets a new
        one.
      - V(vault_file) is a YAML file on the controller, encrypted with the play's vault secret.
      - V(file) is a YAML file on the controller, readable by its owner only, in a folder of which the same is true.
        With C(sudo) the folder may belong to the user who called it.
      - V(secretsmanager) is a secret of AWS Secrets Manager for each user, V(ssm_parameter) a SecureString parameter of
        Systems Manager for each user. They are written where the task runs, with the same credentials as the calls to
        IAM, and need a region. The value is the password and nothing else. An entry is refused that others could read,
        because of a resource policy, another KMS key, another type or tier, replication or rotation.
      - V(none) generates nothing. A user that is to get console access then needs a password, or the run is refused.
      - V(secretsmanager) and V(ssm_parameter) were added in version 1.0.0.
    type: str
    choices: [none, file, vault_file, secretsmanager, ssm_parameter]
    default: none
  credentials_path:
    description:
      - Path of the credentials store on the controller. Needed with O(credentials_store=file) and
        O(credentials_store=vault_file).
      - A relative path begins in the folder that the command is run in, and C(~) is the home folder.
      - The file, and the file C(.lock) beside it, must be plain files of the user who runs the play, without another
        name (hard link). No folder above may be writable by everybody. Folders that are missing are made, each for its
        owner only.
    type: path
  credentials_vault_id:
    description:
      - Which of the play's vault identities encrypts the V(vault_file). Left out, Ansible's usual choice.
    type: str
  credentials_prefix:
    description:
      - What the names of secrets or parameters begin with. The account's number, a slash and the user's name follow.
      - Begins and ends with a slash, with letters, digits and C(_.-) between slashes.
      - Parameter Store allows fewer characters in names than IAM does. There C(@), C(+), C(,), C(=) and C(_) become
        C(_) and two hexadecimal digits. In Secrets Manager C(,) becomes C(=2C) and C(=) becomes C(=3D).
    type: str
    default: /cloudhsm-iam/first-passwords/
    version_added: 1.0.0
  credentials_kms_key_id:
    description:
      - ID, ARN or alias of the KMS key that encrypts secrets or parameters. Left out, AWS's own key for the service.
    type: str
    version_added: 1.0.0
  credentials_tags:
    description:
      - Tags for secrets or parameters. The tag C(cloudhsm.iam/first-password), with the state of the entry, is added.
    type: dict
    version_added: 1.0.0
  password_length:
    description:
      - Characters in a generated password, which always has upper and lower case letters, digits and symbols.
      - Where the account's password policy asks for more characters, it has as many as that.
    type: int
    default: 32
  workers:
    description:
      - How many users are worked on side by side, 1 to 32.
      - More are faster until IAM begins to throttle, which then slows all of them down alike.
    type: int
    default: 8
  batch_size:
    description:
      - After how many users a line tells how far the run has come and what became of them. Shown while the task
        runs, where it runs on the controller itself.
      - All batches work from one reading of the account and one plan, so that limits such as O(max_deletions) hold
        for the run as a whole.
    type: int
    default: 250
notes:
  - Needs the permissions C(iam:GetAccountAuthorizationDetails), C(iam:ListAccountAliases), C(iam:GetLoginProfile),
    C(iam:GetUser), C(iam:GetGroup), C(iam:GetPolicy) and C(iam:GetAccountSummary) to plan, C(iam:ListMFADevices) too
    with O(onboarding_group), and the IAM actions that the changes are named after in RV(changes) to carry the plan out.
  - Where passwords are to be set, C(iam:GetAccountPasswordPolicy) tells what they have to have. Where it is not
    granted, the module goes on, and a password that AWS does not take fails that user.
  - Before the last members of O(protected_groups) who can act leave, C(iam:GetLoginProfile) and C(iam:ListAccessKeys)
    tell whether those who stay have a way in. Where they are not granted, everybody is taken to have one.
  - To plan deletions and suspensions it needs C(iam:ListAccessKeys), C(iam:ListMFADevices), C(iam:ListSSHPublicKeys),
    C(iam:ListSigningCertificates) and C(iam:ListServiceSpecificCredentials) too.
  - All users that go or are suspended are locked out before anything else is done to anybody, but for members of
    O(protected_groups) whose successors come first. Of a user that goes, the
    access keys are inactive then, and the password, the other credentials, the memberships and the policies are gone.
  - A suspended user has the tag C(cloudhsm.iam/suspended), and tags C(cloudhsm.iam/suspended-had-1) and so on that
    note what was active before. They are set before anything is taken from the user.
  - A user with a virtual MFA device is tagged with C(cloudhsm.iam/leaving-mfa-device-1) and so on before the device is
    taken away, so that a deletion that was stopped can be finished.
  - With several runs at once on the same users, each run looks again at users that another one changed under it.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
attributes:
  action:
    support: partial
    description: Runs an action on the controller, which checks the input, and keeps passwords in files.
    details:
      - The calls to AWS, to its stores of passwords too, are made where the task runs.
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: An administrator whose first password is generated and kept in a vault file
  cloudhsm.iam.iam_users:
    users:
      - name: Administrator
        groups: [Administrators]
        console_access: true
    credentials_store: vault_file
    credentials_path: credentials/first-passwords.yml

- name: Several users, one of them leaving
  cloudhsm.iam.iam_users:
    users:
      - name: alice
        path: /hsm/
        groups: [CloudHSMAdministrators]
        tags:
          team: payments
        console_access: true
        password: "{{ vaulted_passwords.alice }}"
      - name: bob
        groups: [CloudHSMAdministrators]
        boundary: arn:aws:iam::123456789012:policy/hsm-boundary
      - name: mallory
        state: absent

- name: A first password that outlives the container of the job
  cloudhsm.iam.iam_users:
    users:
      - name: alice
        console_access: true
    credentials_store: secretsmanager
    credentials_kms_key_id: alias/passwords
    credentials_tags:
      team: security
    region: eu-central-1

- name: A new user gets nothing but the way in, until the password is changed and MFA is registered
  cloudhsm.iam.iam_users:
    users:
      - name: alice
        groups: [CloudHSMAdministrators]
        console_access: true
    onboarding_group: CloudHSMIamOnboarding
    credentials_store: vault_file
    credentials_path: credentials/first-passwords.yml

- name: Lock a user out at once
  cloudhsm.iam.iam_users:
    users:
      - name: bob
        state: suspended

- name: And bring the user back, with a new first password
  cloudhsm.iam.iam_users:
    users:
      - name: bob
        console_access: true
    restore_suspended: [bob]
    restore_credentials: [AKIAIOSFODNN7EXAMPLE]
    credentials_store: vault_file
    credentials_path: credentials/first-passwords.yml

- name: A user for emergencies, whom no run deletes or suspends
  cloudhsm.iam.iam_users:
    users:
      - name: break-glass
        groups: [Administrators]
        protected: true

- name: Exactly the listed groups for the listed users
  cloudhsm.iam.iam_users:
    users:
      - name: alice
        groups: [CloudHSMAdministrators]
    purge_groups: true
"""

RETURN = r"""
account:
  description: The account that was worked on.
  returned: when the account could be read and the plan was not refused
  type: dict
  contains:
    account_id:
      description: The account's number.
      returned: always
      type: str
      sample: "123456789012"
    account_alias:
      description: The account's alias, or none where there is none or the caller may not ask.
      returned: always
      type: str
      sample: example-corp
    partition:
      description: The AWS partition that the account is in.
      returned: always
      type: str
      sample: aws
    sign_in_url:
      description: Where the account's users sign in.
      returned: always
      type: str
      sample: https://example-corp.signin.aws.amazon.com/console
users:
  description:
    - The users in the order in which they were listed, then those deleted for not being listed.
    - In check mode, the users as they would be.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    name:
      description: Name of the user.
      returned: always
      type: str
      sample: alice
    action:
      description: What the run did, one of V(created), V(updated), V(deleted), V(unchanged), V(failed).
      returned: always
      type: str
      sample: created
    state:
      description: Whether the user is there, V(present), V(absent), or V(suspended) for one that is locked out.
      returned: unless the user failed
      type: str
      sample: present
    arn:
      description: ARN of the user.
      returned: when the user is or was there
      type: str
      sample: arn:aws:iam::123456789012:user/hsm/alice
    path:
      description: Path of the user.
      returned: when the user is or was there
      type: str
      sample: /hsm/
    groups:
      description: All groups that the user is in.
      returned: when the user is or was there
      type: list
      elements: str
      sample: [CloudHSMAdministrators]
    managed_policies:
      description: ARNs of all managed policies attached to the user itself.
      returned: when the user is or was there
      type: list
      elements: str
      sample: []
    inline_policies:
      description: Names of the user's inline policies.
      returned: when the user is or was there
      type: list
      elements: str
      sample: []
      version_added: 1.1.0
    boundary:
      description: ARN of the permissions boundary, or none.
      returned: when the user is or was there
      type: str
      sample: arn:aws:iam::123456789012:policy/hsm-boundary
    tags:
      description: All tags of the user.
      returned: when the user is or was there
      type: dict
      sample: {"cloudhsm.iam/managed": "true", "team": "payments"}
    console_access:
      description: Whether the user has a login profile.
      returned: when it was asked for
      type: bool
      sample: true
suspended:
  description: Names of the users of the list that are suspended now, or would be.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: [bob]
  version_added: 1.0.0
counts:
  description: How many users were V(created), V(updated), V(deleted), V(unchanged) and V(failed).
  returned: when the plan was not refused
  type: dict
  sample: {"created": 2, "updated": 0, "deleted": 1, "unchanged": 40, "failed": 0}
check_mode:
  description:
    - Whether all of it is only worked out, because the task ran in check mode. Other than C(ansible_check_mode) it
      knows also of a C(check_mode) at the task, its block or its play.
  returned: when the plan was not refused
  type: bool
  sample: false
changes:
  description:
    - The write calls that were made or, in check mode, would be made, by user and in order within a user.
    - RV(changes[].operation) is the IAM action in snake case. What the call was about follows under a name of
      its own, such as C(group), C(policy), C(path) or C(tags).
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    user:
      description: The user that is changed.
      returned: always
      type: str
      sample: alice
    operation:
      description: The call.
      returned: always
      type: str
      sample: add_user_to_group
  sample:
    - user: alice
      operation: add_user_to_group
      group: CloudHSMAdministrators
failed_users:
  description: The users that could not be finished, with the reason and the calls that were not made.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
pending:
  description: The listed users that are in O(onboarding_group) after the run, and what they have yet to do.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    name:
      description: Name of the user.
      returned: always
      type: str
      sample: alice
    waiting_for:
      description: What is missing, out of V(password) (it has not been changed) and V(mfa) (there is no device).
      returned: always
      type: list
      elements: str
      sample: [password, mfa]
  version_added: 1.0.0
problems:
  description: What is wrong with the input or the plan, one sentence each. Nothing was written.
  returned: when the run was refused
  type: list
  elements: str
  sample: ["users[0] (alice): groups: the account has no group 'HSM'; make it first"]
passwords_needed:
  description: Users that get console access and were given no password.
  returned: in check mode, when the plan was not refused
  type: list
  elements: str
  sample: [Administrator]
minimum_password_length:
  description:
    - How many characters the passwords that the run would set have to have. 0 where it would set none, and where
      the caller may not ask.
  returned: in check mode, when the plan was not refused
  type: int
  sample: 14
  version_added: 1.0.0
missing:
  description: Users that are listed with O(users[].state=absent) and that the account does not have.
  returned: when the plan was not refused
  type: list
  elements: dict
  version_added: 1.1.0
  contains:
    name:
      description: Name of the user.
      returned: always
      type: str
      sample: bib
    similar:
      description: Up to three users of the account whose names are spelled alike. For the first 20 missing users only.
      returned: always
      type: list
      elements: str
      sample: [bob]
credentials:
  description: Where generated passwords are, and whose this run put there. Never a password.
  returned: when O(credentials_store) is not V(none)
  type: dict
  contains:
    store:
      description: The kind of store.
      returned: always
      type: str
      sample: vault_file
    path:
      description: Path of the file, or what the names of the secrets or parameters of this account begin with.
      returned: always
      type: str
      sample: /home/me/.cloudhsm-iam/credentials.yml
    region:
      description: The region of the secrets or parameters.
      returned: when O(credentials_store) is V(secretsmanager) or V(ssm_parameter)
      type: str
      sample: eu-central-1
    location:
      description: All of that in words, for a message.
      returned: always
      type: str
      sample: Secrets Manager under /cloudhsm-iam/first-passwords/123456789012/ (eu-central-1)
    users:
      description: Users whose password this run set from the store or, in check mode, would set.
      returned: always
      type: list
      elements: str
      sample: [Administrator]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.run import run
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import DEFAULT_PREFIX

USER_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "suspended"], "default": "present"},
    "protected": {"type": "bool"},
    "path": {"type": "str"},
    "tags": {"type": "dict"},
    "groups": {"type": "list", "elements": "str"},
    "managed_policies": {"type": "list", "elements": "str"},
    "boundary": {"type": "str"},
    "console_access": {"type": "bool"},
    "password": {"type": "str", "no_log": True},
    "password_reset_required": {"type": "bool", "default": True, "no_log": False},
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "users": {"type": "list", "elements": "dict", "required": True, "options": USER_SPEC},
    "purge_users": {"type": "bool", "default": False},
    "purge_users_allow_empty": {"type": "bool", "default": False},
    "purge_groups": {"type": "bool", "default": False},
    "purge_tags": {"type": "bool", "default": False},
    "purge_policies": {"type": "bool", "default": False},
    "restore_suspended": {"type": "raw", "default": False},
    "restore_credentials": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "allow_password_change": {"type": "bool", "default": True, "no_log": False},
    "managed_by_tag": {"type": "str", "default": MANAGED},
    "max_deletions": {"type": "int", "default": 10},
    "protected_groups": {"type": "list", "elements": "str", "default": ["Administrators"]},
    "pending_groups": {"type": "list", "elements": "str", "default": []},
    "onboarding_group": {"type": "str"},
    "require_mfa_policy_name": {"type": "str", "default": "CloudHSMIamRequireMFA"},
    "require_mfa_groups": {"type": "list", "elements": "str", "default": []},
    "first_passwords": {"type": "str", "no_log": True},
    "compare_only": {"type": "bool", "default": False},
    "credentials_store": {
        "type": "str",
        "choices": ["none", "file", "vault_file", "secretsmanager", "ssm_parameter"],
        "default": "none",
    },
    "credentials_path": {"type": "path"},
    "credentials_vault_id": {"type": "str"},
    "credentials_prefix": {"type": "str", "default": DEFAULT_PREFIX},
    "credentials_kms_key_id": {"type": "str", "no_log": False},
    "credentials_tags": {"type": "dict"},
    "password_length": {"type": "int", "default": 32, "no_log": False},
    "workers": {"type": "int", "default": 8},
    "batch_size": {"type": "int", "default": 250},
}
MODULE = Module("cloudhsm.iam.iam_users", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
