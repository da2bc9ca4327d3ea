# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: organization_accounts
short_description: The accounts of an AWS organization as hosts
version_added: 1.0.0
author:
  - cloudhsm.iam contributors (@cloudhsm)
description:
  - Adds a host for each account of an organization. Ansible does not connect to these hosts. Roles and modules run on
    the control node, with credentials of the account.
  - Reads any YAML file whose C(plugin) is the name of this plugin.
  - A host has its account's name, with a dash in place of each character that Ansible's patterns use. The account ID is
    added if the name is not unique, is the name of a group, or is used by Ansible itself, such as C(localhost). Account
    names can change. With O(host_names=id), hosts are named by the account ID, which can't change.
  - The group C(organization) contains all accounts. It has a child group for each organizational unit, such as
    C(ou_Workloads_Production), which contains the groups of the units below it. If tags are read, each tag and value
    has a group, such as C(tag_stage_production). If two units would have the same group, the unit's ID is added to both
    groups. If two tags would, a digest of the tag is added to both.
notes:
  - Needs credentials of the organization's management account or of a delegated administrator, and the permissions
    C(organizations:DescribeOrganization), C(organizations:ListRoots), C(organizations:ListOrganizationalUnitsForParent)
    and C(organizations:ListAccountsForParent), and for tags C(organizations:ListTagsForResource).
  - Makes two calls for each organizational unit, and one call for each account if tags are read. A cache avoids these
    calls.
  - The host of the management account assumes no role. To work on that account, use its own credentials.
extends_documentation_fragment:
  - constructed
  - inventory_cache
  - amazon.aws.boto3
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.assume_role.plugins
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [cloudhsm.iam.organization_accounts]
  assume_role_name:
    description:
      - Name of the role to assume in each account except the management account. Include its path if it has one.
      - The default is the role that AWS Organizations creates in the accounts that it creates.
    type: str
    default: OrganizationAccountAccessRole
  host_names:
    description:
      - How hosts are named. V(id) is the account ID, which stays the same if the account is renamed, or if another
        account gets the same name.
    type: str
    choices: [name, id]
    default: name
    version_added: 1.1.0
  statuses:
    description:
      - Only accounts in one of these states become hosts. If the list is empty, all accounts do.
      - A warning names accounts that are left out only because of their status.
    type: list
    elements: str
    choices: [PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED]
    default: [ACTIVE]
  organizational_units:
    description:
      - Only accounts in one of these units, or in a unit under it, become hosts.
      - Each is the path of a unit, such as V(/Workloads/Production), or its ID. V(/) is the root.
      - Names of units can contain slashes. A path that two units share is refused. Use the ID instead.
    type: list
    elements: str
    default: []
  names:
    description:
      - Only accounts whose name matches one of these become hosts. V(*), V(?) and V([abc]) are wildcards.
      - A warning names those that match no account.
    type: list
    elements: str
    default: []
  tags:
    description:
      - Only accounts with all of these tags become hosts. The value is a tag value, or a list of accepted values.
    type: dict
    default: {}
  read_tags:
    description:
      - Whether to read the accounts' tags, for groups and variables. This takes one call for each account.
      - If you set O(tags), they are read anyway.
    type: bool
    default: true
"""

EXAMPLES = r"""
# org.yml: all accounts, with the credentials of the environment
plugin: cloudhsm.iam.organization_accounts

---
# Production only, with a profile, another role, and a cache for an hour
plugin: cloudhsm.iam.organization_accounts
profile: management
assume_role_name: security/Administration
organizational_units: [/Workloads/Production]
tags:
  cloudhsm: ["true", "planned"]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/cloudhsm-iam
cache_timeout: 3600

---
# With your own variable and group
plugin: cloudhsm.iam.organization_accounts
compose:
  cost_center: account_tags['cost-center'] | default('none')
groups:
  sandboxes: account_name is match('sandbox')
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import hashlib
import json
import typing as t
from collections.abc import Mapping, Sequence
from itertools import pairwise

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.template import trust_as_template
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleBotocoreError
from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.answers import check_answers
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.credentials import (
    CREDENTIALS_TIMEOUT,
    PROFILE_AND_KEYS,
    check_credentials,
    has_profile_and_keys,
    time_limit,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.first_contact import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    FirstContact,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    Account,
    Unit,
    UnknownStateError,
    UnknownUnitError,
    failure_sentence,
    ids_down_to,
    parents_of,
    read_management_account,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization_names import (
    ORGANIZATION_GROUP,
    host_names,
    unit_groups,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.region import default_region
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._inventory_options import config_problems
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._organization import (
    Filters,
    Found,
    find_accounts,
    host_variables,
    left_out_sentence,
    tag_groups,
    unmatched_sentence,
)

try:
    from botocore.config import Config
except ImportError:
    # AWSInventoryBase says so.
    pass

# Organizations lets few calls a second through. In adaptive mode botocore slows down when it is throttled.
ATTEMPTS = 10
# Variables of our own making; whatever AWS says stays text, and is never taken for a template.
CONNECTION = {
    "ansible_connection": trust_as_template("local"),
    # Core's own variable, so that another control node that gets this inventory uses its own interpreter.
    "ansible_python_interpreter": trust_as_template("{{ ansible_playbook_python }}"),
    # Modules, and the credentials among their arguments, go to their process by its stdin and not by a file.
    "ansible_pipelining": True,
}


class InventoryModule(AWSInventoryBase):  # type: ignore[misc]
    """Reads the organization, or the cache, and adds hosts, groups and variables."""

    NAME = "cloudhsm.iam.organization_accounts"
    INVENTORY_FILE_SUFFIXES = (".yml", ".yaml")

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache=cache)
        filters = self._filters()
        cached, kept = self.get_cached_result(path, cache)
        if not cached:
            kept = self._read(filters, bool(self.get_option("read_tags") or filters.tags))
        self.update_cached_result(path, cache, kept)
        left_out = [Account(**account) for account in kept["left_out"]]
        if left_out:
            self.display.warning(left_out_sentence(left_out))
        if kept.get("unmatched"):
            self.display.warning(unmatched_sentence(kept["unmatched"]))
        accounts = [Account(**account) for account in kept["accounts"]]
        self._populate(accounts, kept["management"], [Unit(**unit) for unit in kept["units"]])

    def _read_config_data(self, path: str) -> t.Any:
        """The file's options, as the base class reads them: numbers are text by then, and unknown options are gone."""
        problems = config_problems(self.loader.load_from_file(path, cache="none"), self.option_definitions)
        if problems:
            raise AnsibleParserError("; ".join(problems))
        return super()._read_config_data(path)

    def client(self, service: str, **options: t.Any) -> t.Any:
        """A client that gets its credentials, and whose endpoint answers, within limits. For STS too."""
        if has_profile_and_keys(self.get_options()):
            raise AnsibleParserError(PROFILE_AND_KEYS)
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
        )
        try:
            with time_limit(CREDENTIALS_TIMEOUT):
                # Organizations is global; botocore insists on a region where the endpoint is given.
                region = self.region or default_region(self.get_options())
                client = super().client(service, **{"region": region, "config": config, **options})
                check_credentials(client)
        except AnsibleError:
            raise
        except Exception as exc:  # noqa: BLE001  # of the profile, which runs through all of Python
            # Ansible would add the words of the cause, which the sentence has where they help.
            raise AnsibleParserError(failure_sentence(exc)) from None
        FirstContact(client)
        check_answers(client)
        return client

    def fail_aws(self, message: str, exception: Exception | None = None) -> t.NoReturn:
        """What amazon.aws calls, with a message that does not say what to do."""
        raise AnsibleParserError(failure_sentence(exception) if exception else message) from None

    def get_cache_key(self, path: str) -> str:
        """Options that decide what is read are part of it: who changes the file wants to see the change."""
        names = ("profile", "endpoint_url", "assume_role_arn", "statuses", "organizational_units", "names", "tags")
        options = [self.get_option(name) for name in (*names, "read_tags")]
        # What is kept has another shape than it had in 1.0.
        options.append("units by id")
        digest = hashlib.sha256(json.dumps(options, sort_keys=True, default=str).encode()).hexdigest()
        return f"{super().get_cache_key(path)}_{digest[:12]}"

    def _filters(self) -> Filters:
        tags = self.get_option("tags") or {}
        return Filters(
            statuses=self.get_option("statuses"),
            units=self.get_option("organizational_units"),
            tags={
                key: [str(v) for v in (value if isinstance(value, list) else [value])] for key, value in tags.items()
            },
            names=self.get_option("names"),
        )

    def _read(self, filters: Filters, read_tags: bool) -> dict[str, t.Any]:
        try:
            client = self.client("organizations")
            management = read_management_account(client)
            found: Found = find_accounts(client, filters, read_tags)
        except (UnknownUnitError, UnknownStateError) as exc:
            raise AnsibleParserError(str(exc)) from exc
        except (*AWS_ERRORS, AnsibleBotocoreError) as exc:
            raise AnsibleParserError(failure_sentence(exc)) from exc
        return {
            "management": management,
            "accounts": [account.as_dict() for account in found.accounts],
            "left_out": [account.as_dict() for account in found.left_out],
            "units": [unit.as_dict() for unit in found.units],
            "unmatched": found.unmatched,
        }

    def _populate(self, accounts: list[Account], management: str, units: list[Unit]) -> None:
        self.inventory.add_group(ORGANIZATION_GROUP)
        groups, parents, tagged = unit_groups(units), parents_of(units), tag_groups(accounts)
        names = host_names(accounts, {*groups.values(), *tagged.values()})
        for account in accounts:
            host = account.id if self.get_option("host_names") == "id" else names[account.id]
            variables = host_variables(account, account.id == management, self.get_option("assume_role_name"))
            self._add_host(host, [groups[unit_id] for unit_id in ids_down_to(account.unit_id, parents)], variables)
            for tag in account.tags.items():
                self.inventory.add_host(host, group=self.inventory.add_group(tagged[tag]))
            self._construct(host, variables)

    def _add_host(self, host: str, groups: Sequence[str], variables: Mapping[str, t.Any]) -> None:
        """Add a host to the last of these groups, each of which is in the one before."""
        for parent, child in pairwise(groups):
            self.inventory.add_group(child)
            self.inventory.add_child(parent, child)
        self.inventory.add_host(host, group=groups[-1])
        for name, value in {**variables, **CONNECTION}.items():
            self.inventory.set_variable(host, name, value)

    def _construct(self, host: str, variables: dict[str, t.Any]) -> None:
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)
