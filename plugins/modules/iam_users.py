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
  - Reads the account in bulk, plans every change before the first write, and makes the changes in parallel.
  - Reports all errors in the input at once, before the first write.
  - Keys that you leave out change nothing. Memberships, policies and tags that are not listed stay, unless you set one
    of the C(purge_*) options.
  - A password is set once, when a user gets console access. Later runs never reset it.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  users:
    description:
      - The users. List each user once. For IAM, names that differ only in case are the same.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the user, up to 64 characters of C(A-Z), C(a-z), C(0-9) and C(_+=,.@-).
        type: str
        required: true
      previous_name:
        description:
          - Renames the user of this name to O(users[].name). The user keeps its memberships, policies, tags, password,
            access keys and MFA devices. Policies and tools that name the user, or its ARN, are not changed.
          - If only O(users[].name) exists, nothing is renamed, so the option can stay in the list. If both exist, the
            run is refused. If neither exists, the user is created.
          - The user whose credentials run the module and protected users are not renamed.
          - An entry in the credentials store keeps the previous name. A warning says so.
        type: str
        version_added: 1.1.0
      state:
        description:
          - Whether the user exists. V(absent) deletes the user with everything that belongs to it, beginning with the
            credentials.
          - V(suspended) locks the user out and deletes only the password. It attaches the AWS managed policy
            C(AWSDenyAll), which denies everything in open sessions too. It makes access keys, SSH public keys, signing
            certificates and service-specific credentials inactive. Groups, other policies and MFA devices stay, and the
            other keys of the user are ignored. A user that does not exist is an error.
          - IAM's quotas never prevent a suspension. A user with as many policies as IAM allows is denied everything by
            the inline policy C(CloudHSMIamSuspended). If there is no room for that either, another policy is removed. A
            user with too many tags gets no notes, or the inline policy instead of the tag.
          - A user counts as suspended only if it is marked as suspended and everything is really denied. The tag alone
            is not enough.
          - With V(present), a suspended user stays suspended unless O(restore_suspended) names the user.
          - V(suspended) was added in version 1.0.0.
        type: str
        choices: [present, absent, suspended]
        default: present
      protected:
        description:
          - Whether the user is for emergencies, and has the tag C(cloudhsm.iam/protected). A run that deletes or
            suspends a user with that tag is refused, even if the same run removes the tag. A run that removes the
            user's console access, or removes the user from one of the O(protected_groups), is refused as well.
          - V(false) removes the tag. If you leave it out, the tag stays as it is.
        type: bool
        version_added: 1.0.0
      path:
        description:
          - Path of the user, beginning and ending with a slash.
          - The default for new users is C(/).
        type: str
      tags:
        description:
          - Tags of the user. For IAM, tag keys that differ only in case are the same.
          - Keys that begin with C(cloudhsm.iam/) are reserved for this collection, and are refused.
        type: dict
      groups:
        description:
          - Groups to add the user to. They must exist.
        type: list
        elements: str
      leave_groups:
        description:
          - Groups to remove the user from. They must exist. Other memberships stay, also without O(purge_groups).
          - A group in both lists is an error.
          - A temporary membership of the group ends, too.
        type: list
        elements: str
        version_added: 1.1.0
      temporary_groups:
        description:
          - Groups whose permissions the user has until a time. AWS ends them at that time, even if nothing runs then.
            The next run with the user in the list removes what is left, and says so.
          - The user does not join the group. It gets customer managed policies of its own at the path
            C(/cloudhsm.iam/temporary/), with the statements of all the group's policies and a condition on
            C(aws:CurrentTime) in each. If the group's policies change, the next run that lists the membership updates
            them. They count towards the user's policies, and O(purge_policies) keeps them.
          - Temporary memberships that are not listed stay until they end, unless O(purge_groups) is set and the user
            has this key. O(users[].leave_groups) ends one earlier.
          - A group that the user is a member of without an end, that has no policies, or that is in another list of the
            same user is an error. So is a statement that can't be limited.
          - A time that is over is not an error. A warning says to take it out of the list.
        type: list
        elements: dict
        version_added: 1.1.0
        suboptions:
          group:
            description: Name of the group. It must exist.
            type: str
            required: true
          until:
            description:
              - When the membership ends, with date, time and time zone, as in V(2026-12-01T18:00Z) or
                V(2026-12-01T19:00+01:00). Seconds are dropped.
            type: raw
            required: true
          reason:
            description:
              - Why the user has it, on one line. It is shown in results and reports, and kept in a tag of the policies.
            type: str
            required: true
      managed_policies:
        description:
          - ARNs of managed policies to attach directly to the user.
        type: list
        elements: str
      boundary:
        description:
          - ARN of the managed policy that is the user's permissions boundary. An empty string removes the boundary.
        type: str
      console_access:
        description:
          - Whether the user has a login profile, which means a password for the AWS console.
          - V(false) deletes the login profile.
        type: bool
      password:
        description:
          - The first password. It is set when the user gets console access, and ignored afterwards.
          - A password that will be set and does not meet the account's password policy is refused before the first
            write.
          - A password with control characters, or with white space at its beginning or end, is refused too.
          - Needs O(users[].console_access=true).
        type: str
      password_reset_required:
        description:
          - Whether the user must choose a new password at the first sign-in. This is used only when the password is
            set.
        type: bool
        default: true
  purge_users:
    description:
      - Whether to delete users that have the ownership tag (O(managed_by_tag)) and are not listed. Users without the
        tag are never deleted for not being listed.
      - This is refused if O(users) lists no user that is present or suspended, because such a list can come from a
        failed export. See O(purge_users_allow_empty).
    type: bool
    default: false
  purge_users_allow_empty:
    description:
      - Whether O(purge_users) may delete every user that has the ownership tag if O(users) lists no user that is
        present or suspended.
    type: bool
    default: false
    version_added: 1.1.0
  purge_groups:
    description:
      - Whether to remove users from groups that are not listed in O(users[].groups). Users without that key keep their
        groups.
    type: bool
    default: false
  purge_tags:
    description:
      - Whether to remove tags that are not listed in O(users[].tags). Users without that key keep their tags. Tags
        whose keys begin with C(cloudhsm.iam/) always stay.
    type: bool
    default: false
  purge_policies:
    description:
      - Whether to detach managed policies that are not listed in O(users[].managed_policies) from the user. Users
        without that key keep their policies. Inline policies stay.
    type: bool
    default: false
  restore_suspended:
    description:
      - Names of the suspended users to restore. They must be listed with O(users[].state=present). The module makes the
        listed changes, sets a new first password for a user with O(users[].console_access=true), and finally removes
        the denial of all actions.
      - V(false) restores no one and lists suspended users in RV(suspended), so that the next run with the usual list
        does not undo an emergency suspension.
      - V(true) restores all listed users. It is safer to name them.
      - Access keys and other credentials stay inactive unless O(restore_credentials) names them.
      - Names are accepted since version 1.1.0.
    type: raw
    default: false
    version_added: 1.0.0
  restore_credentials:
    description:
      - IDs of access keys, SSH public keys, signing certificates and service-specific credentials to activate again
        when their user is restored.
      - The tags of a suspended user show which were active. A warning names those that stay inactive. Tags alone never
        activate a credential, because anyone who can tag users could have written them.
    type: list
    elements: str
    default: []
    version_added: 1.1.0
  adopt:
    description:
      - Whether to only set the ownership tag on the listed users that are present or suspended and lack it. The run
        then changes nothing else, whatever the list says. A user who does not exist is refused.
      - Later runs can then delete these users with O(purge_users).
    type: bool
    default: false
    version_added: 1.1.0
  allow_password_change:
    description:
      - Whether users who must change their password get the permission to do so. If the account's password policy does
        not let all users change their password, the module attaches the AWS managed policy C(IAMUserChangePassword)
        before it sets the password, as the AWS console does. Users who have yet to change their first password get it
        too.
      - It counts towards the user's policies. O(purge_policies) keeps it while the user has console access.
      - Members of a group that requires MFA, or of O(onboarding_group), do not get it. Members of a group that requires
        MFA are still refused. Members of O(onboarding_group) have the permission from that group.
      - With V(false), a user without permission to change the first password is refused.
    type: bool
    default: true
    version_added: 1.1.0
  managed_by_tag:
    description:
      - Key of the tag that marks the users created by this module. Its value is C(true).
      - Of the keys that begin with C(cloudhsm.iam/), only the default and C(cloudhsm.iam/bootstrap) are accepted. The
        others have a meaning of their own.
    type: str
    default: cloudhsm.iam/managed
  max_deletions:
    description:
      - Maximum number of users that one run may delete. A plan that deletes more is refused before the first write.
    type: int
    default: 10
  protected_groups:
    description:
      - Groups that must keep a member who can sign in or has an active access key, and is not suspended. A plan that
        removes the last such member is refused before the first write.
      - If other users of the same run replace those who leave, the replacements are added first. The account is then
        read again before anyone is removed. A user who would be the last such member stays, and fails.
      - Upper and lower case do not matter. A group that does not exist is an error, except for the default.
    type: list
    elements: str
    default: [Administrators]
  pending_groups:
    description:
      - Groups that an earlier task of the same play creates. In check mode that task has not created them, so they
        count as existing. This has no effect outside check mode.
    type: list
    elements: str
    default: []
  pending_members:
    description:
      - Members that an earlier task of the same play adds to groups, as lists of users by the groups' names. In check
        mode that task has not added them, so there they count as members. Has no effect outside check mode.
    type: dict
    default: {}
    version_added: 1.1.0
  pending_policies:
    description:
      - Policies of groups that an earlier task of the same play changes. In check mode that task has not changed them,
        so there they count as changed, which decides what O(users[].temporary_groups) grants. Has no effect outside
        check mode.
    type: dict
    version_added: 1.1.0
    suboptions:
      groups:
        description: The ARNs of all managed policies that each group then has, as lists by the groups' names.
        type: dict
        default: {}
      documents:
        description: The documents of customer managed policies that the task creates or changes, by their ARNs.
        type: dict
        default: {}
  onboarding_group:
    description:
      - Onboards new users in two phases. A user created with O(users[].console_access=true) first becomes a member of
        this group only, and gets no policies. The group should only let users change their own password and register
        their own MFA device.
      - A later run moves users who have done both from this group to their O(users[].groups), and attaches their
        O(users[].managed_policies). RV(pending) lists the others and what they have yet to do.
      - This does not apply to users without console access, to existing users outside this group, or to a member whose
        console access is removed.
      - The group must exist, and no user may list it in O(users[].groups). If you leave it out, users get everything at
        once.
    type: str
    version_added: 1.0.0
  require_mfa_policy_name:
    description:
      - Name of the managed policy that makes a group require MFA, as with P(cloudhsm.iam.require_mfa_policy#filter).
      - A user who must change the first password and is a member of such a group could never sign in, so this is
        refused.
    type: str
    default: CloudHSMIamRequireMFA
    version_added: 1.0.0
  require_mfa_groups:
    description:
      - Groups that will require MFA because of an earlier task of the same play. They count in addition to groups that
        already have the policy O(require_mfa_policy_name).
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  compare_only:
    description:
      - Whether to report what would change without changing anything, as in check mode, and without opening the
        credentials store.
      - O(credentials_store=vault_file) then needs no vault secret.
    type: bool
    default: false
    version_added: 1.1.0
  first_passwords:
    description:
      - Not for use in a task. The action removes O(users[].password) from the list and passes all passwords in this
        option, which never appears in a log. This way, no log shows a password that is spelled differently there, and
        no name that equals a password is masked.
    type: str
    version_added: 1.1.0
  credentials_store:
    description:
      - Where to save the passwords that are generated for users with O(users[].console_access=true) and no
        O(users[].password). A generated password is saved before it is set, so an interrupted run can't lose it.
      - A password that was in the store before the run is never set, because others may know it. The entry gets a new
        password.
      - V(vault_file) is a YAML file on the control node, encrypted with the play's vault secret.
      - V(file) is a YAML file on the control node. Only its owner can read the file and its folder. With C(sudo), the
        folder may belong to the user who ran it.
      - V(secretsmanager) is a secret in AWS Secrets Manager for each user. V(ssm_parameter) is a SecureString parameter
        in Systems Manager for each user. They are written from the host of the task, with the same credentials as the
        calls to IAM, and need a region. The value is only the password. An entry that others could read is refused,
        because of a resource policy, another KMS key, another type or tier, replication or rotation.
      - V(none) generates no passwords. The run is then refused if a user who will get console access has no password.
      - V(secretsmanager) and V(ssm_parameter) were added in version 1.0.0.
    type: str
    choices: [none, file, vault_file, secretsmanager, ssm_parameter]
    default: none
  credentials_path:
    description:
      - Path of the credentials store on the control node. Required with O(credentials_store=file) and
        O(credentials_store=vault_file).
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - The file, and the C(.lock) file next to it, must be regular files that belong to the user who runs the play,
        with no other hard link. No folder above may be writable by everyone. Missing folders are created with access
        for their owner only.
    type: path
  credentials_vault_id:
    description:
      - Which of the play's vault IDs encrypts the V(vault_file). By default, Ansible chooses as usual.
    type: str
  credentials_prefix:
    description:
      - Prefix of the names of secrets or parameters. The account ID, a slash and the user's name follow.
      - It begins and ends with a slash, with letters, digits and C(_.-) between slashes.
      - Parameter Store allows fewer characters in names than IAM does. In Parameter Store, C(@), C(+), C(,), C(=) and
        C(_) become C(_) and two hexadecimal digits. In Secrets Manager, C(,) becomes C(=2C) and C(=) becomes C(=3D).
    type: str
    default: /cloudhsm-iam/first-passwords/
    version_added: 1.0.0
  credentials_kms_key_id:
    description:
      - ID, ARN or alias of the KMS key that encrypts secrets or parameters. The default is the AWS managed key of the
        service.
    type: str
    version_added: 1.0.0
  credentials_tags:
    description:
      - Tags for secrets or parameters. The tag C(cloudhsm.iam/first-password), with the state of the entry, is added.
    type: dict
    version_added: 1.0.0
  password_length:
    description:
      - Number of characters of a generated password, which always has uppercase and lowercase letters, digits and
        symbols.
      - If the account's password policy requires more characters, the password has that many.
    type: int
    default: 32
  workers:
    description:
      - How many users to change in parallel, 1 to 32.
      - More workers are faster until IAM throttles the calls, which slows down all of them.
    type: int
    default: 8
  batch_size:
    description:
      - Number of users after which a line reports progress and results. If the task runs on the control node, the line
        appears while it runs.
      - All batches share one read of the account and one plan, so limits such as O(max_deletions) apply to the whole
        run.
    type: int
    default: 250
notes:
  - Needs the permissions C(iam:GetAccountAuthorizationDetails), C(iam:ListAccountAliases), C(iam:GetLoginProfile),
    C(iam:GetUser), C(iam:GetGroup), C(iam:GetPolicy) and C(iam:GetAccountSummary) to plan, and C(iam:ListMFADevices)
    too with O(onboarding_group), C(iam:ListPolicyTags) and C(iam:GetPolicyVersion) too with
    O(users[].temporary_groups). To carry out the plan, it needs the IAM actions that RV(changes) names.
  - If passwords will be set, the module reads the account's requirements with C(iam:GetAccountPasswordPolicy). Without
    that permission it continues, and a user fails if AWS rejects the password.
  - Before the last active members of O(protected_groups) leave, the module uses C(iam:GetLoginProfile) and
    C(iam:ListAccessKeys) to check that someone who stays has a password or an active access key. Without these
    permissions, it assumes that everyone has.
  - To plan deletions and suspensions it needs C(iam:ListAccessKeys), C(iam:ListMFADevices), C(iam:ListSSHPublicKeys),
    C(iam:ListSigningCertificates) and C(iam:ListServiceSpecificCredentials) too.
  - All users to delete or suspend are locked out before any other change, except members of O(protected_groups) whose
    successors are added first. For a user to delete, this means that the access keys are inactive, and that the
    password, the other credentials, the memberships and the policies are removed.
  - A suspended user has the tag C(cloudhsm.iam/suspended). Tags C(cloudhsm.iam/suspended-had-1) and so on record what
    was active before. They are set before anything is removed from the user.
  - A user with a virtual MFA device is tagged with C(cloudhsm.iam/leaving-mfa-device-1) and so on before the device is
    removed, so that a later run can finish an interrupted deletion.
  - If several runs change the same users at the same time, each run reads a user again that another run has changed.
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
    description: Runs an action on the control node, which checks the input and keeps passwords in files.
    details:
      - The calls to AWS, also to its stores for passwords, are made where the task runs.
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Create an administrator whose generated password is kept in a vault file
  cloudhsm.iam.iam_users:
    users:
      - name: Administrator
        groups: [Administrators]
        console_access: true
    credentials_store: vault_file
    credentials_path: credentials/first-passwords.yml

- name: Create two users and delete one
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

- name: Keep a first password in AWS Secrets Manager
  cloudhsm.iam.iam_users:
    users:
      - name: alice
        console_access: true
    credentials_store: secretsmanager
    credentials_kms_key_id: alias/passwords
    credentials_tags:
      team: security
    region: eu-central-1

- name: Create a user without permissions until the password is changed and MFA is registered
  cloudhsm.iam.iam_users:
    users:
      - name: alice
        groups: [CloudHSMAdministrators]
        console_access: true
    onboarding_group: CloudHSMIamOnboarding
    credentials_store: vault_file
    credentials_path: credentials/first-passwords.yml

- name: Lock a user out immediately
  cloudhsm.iam.iam_users:
    users:
      - name: bob
        state: suspended

- name: Restore the user with a new first password
  cloudhsm.iam.iam_users:
    users:
      - name: bob
        console_access: true
    restore_suspended: [bob]
    restore_credentials: [AKIAIOSFODNN7EXAMPLE]
    credentials_store: vault_file
    credentials_path: credentials/first-passwords.yml

- name: Create a user for emergencies, who can't be deleted or suspended
  cloudhsm.iam.iam_users:
    users:
      - name: break-glass
        groups: [Administrators]
        protected: true

- name: Give a user the permissions of a group for one evening
  cloudhsm.iam.iam_users:
    users:
      - name: alice
        temporary_groups:
          - group: CloudHSMAdministrators
            until: 2026-12-01T22:00+01:00
            reason: INC-1234

- name: Remove a user from all groups that are not listed
  cloudhsm.iam.iam_users:
    users:
      - name: alice
        groups: [CloudHSMAdministrators]
    purge_groups: true
"""

RETURN = r"""
account:
  description: The account that the task changed.
  returned: when the account could be read and the plan was not refused
  type: dict
  contains:
    account_id:
      description: The account ID.
      returned: always
      type: str
      sample: "123456789012"
    account_alias:
      description: The account alias. None if the account has none, or if the caller is not allowed to read it.
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
    - The users in the listed order, followed by users deleted for not being listed.
    - In check mode, the users as they would be after the changes.
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
    renamed_from:
      description: Previous name of a user that was renamed.
      returned: when the user was renamed
      type: str
      sample: alicia
    state:
      description: Whether the user exists, V(present) or V(absent), or V(suspended) if the user is locked out.
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
      description: All groups that the user is a member of.
      returned: when the user is or was there
      type: list
      elements: str
      sample: [CloudHSMAdministrators]
    temporary_groups:
      description:
        - The user's temporary memberships.
      returned: when the user has some
      type: list
      elements: dict
      sample: [{"group": "CloudHSMAdministrators", "until": "2026-12-01T18:00:00Z", "reason": "INC-1234"}]
      version_added: 1.1.0
    managed_policies:
      description:
        - ARNs of all managed policies attached directly to the user, without those of temporary memberships.
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
  description: Names of the listed users that are suspended after the run, or would be in check mode.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: [bob]
  version_added: 1.0.0
temporary:
  description: The temporary memberships of all listed users after the run, or as they would be in check mode.
  returned: when the plan was not refused
  type: list
  elements: dict
  version_added: 1.1.0
  contains:
    user:
      description: Name of the user.
      returned: always
      type: str
      sample: alice
    group:
      description: Name of the group.
      returned: always
      type: str
      sample: CloudHSMAdministrators
    until:
      description: When the membership ends, in UTC.
      returned: always
      type: str
      sample: "2026-12-01T18:00:00Z"
    reason:
      description: Why the user has it.
      returned: always
      type: str
      sample: INC-1234
ended:
  description:
    - The temporary memberships that had ended and that the run removed, or would remove in check mode, with the keys of
      RV(temporary).
  returned: when the plan was not refused
  type: list
  elements: dict
  version_added: 1.1.0
  sample: []
counts:
  description: Number of users that were V(created), V(updated), V(deleted), V(unchanged) and V(failed).
  returned: when the plan was not refused
  type: dict
  sample: {"created": 2, "updated": 0, "deleted": 1, "unchanged": 40, "failed": 0}
check_mode:
  description:
    - Whether the task ran in check mode. Unlike C(ansible_check_mode), it includes a C(check_mode) of the task, its
      block or its play.
  returned: when the plan was not refused
  type: bool
  sample: false
changes:
  description:
    - The write calls that were made or, in check mode, would be made, by user and in order within a user.
    - RV(changes[].operation) is the IAM action in snake case. The call's main parameter has its own key, such as
      C(group), C(policy), C(path) or C(tags).
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
  description: The users whose changes failed, with the reason and the calls that were not made.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
pending:
  description: The listed users that are members of O(onboarding_group) after the run, and what they have yet to do.
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
      description:
        - What the user has yet to do, V(password) (change the password) or V(mfa) (register a device), or both.
      returned: always
      type: list
      elements: str
      sample: [password, mfa]
  version_added: 1.0.0
problems:
  description: All errors in the input or the plan, one sentence each. Nothing was changed.
  returned: when the run was refused
  type: list
  elements: str
  sample: ["users[0] (alice): groups: the account has no group 'HSM'; create it first"]
passwords_needed:
  description: Users that get console access and have no password in the list.
  returned: in check mode, when the plan was not refused
  type: list
  elements: str
  sample: [Administrator]
group_policies:
  description:
    - ARNs of the managed policies of each group that users of the plan are in, or would be, by the group's name.
  returned: in check mode, when the plan was not refused
  type: dict
  sample: {"Auditors": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}
  version_added: 1.1.0
minimum_password_length:
  description:
    - Minimum number of characters of the passwords that the run would set. 0 if it would set none, or if the caller is
      not allowed to read the password policy.
  returned: in check mode, when the plan was not refused
  type: int
  sample: 14
  version_added: 1.0.0
missing:
  description: Users listed with O(users[].state=absent) that do not exist.
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
      description: Up to three users of the account with similar names. Only for the first 20 missing users.
      returned: always
      type: list
      elements: str
      sample: [bob]
credentials:
  description:
    - Where generated passwords are, and which users' passwords this run saved there. It never contains a password.
  returned: when O(credentials_store) is not V(none)
  type: dict
  contains:
    store:
      description: The kind of store.
      returned: always
      type: str
      sample: vault_file
    path:
      description: Path of the file, or prefix of the names of this account's secrets or parameters.
      returned: always
      type: str
      sample: /home/me/.cloudhsm-iam/credentials.yml
    region:
      description: The region of the secrets or parameters.
      returned: when O(credentials_store) is V(secretsmanager) or V(ssm_parameter)
      type: str
      sample: eu-central-1
    location:
      description: Where the store is, as text for a message.
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
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import USER_SPEC
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.run import run
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import DEFAULT_PREFIX

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
    "adopt": {"type": "bool", "default": False},
    "managed_by_tag": {"type": "str", "default": MANAGED},
    "max_deletions": {"type": "int", "default": 10},
    "protected_groups": {"type": "list", "elements": "str", "default": ["Administrators"]},
    "pending_groups": {"type": "list", "elements": "str", "default": []},
    "pending_members": {"type": "dict", "default": {}},
    "pending_policies": {
        "type": "dict",
        "options": {"groups": {"type": "dict", "default": {}}, "documents": {"type": "dict", "default": {}}},
    },
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
