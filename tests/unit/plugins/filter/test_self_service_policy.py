# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters about one's own credentials, as playbooks use them."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter import require_mfa_policy, self_service_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import self_service


@pytest.mark.parametrize(
    ("plugin", "name"), [(require_mfa_policy, "require_mfa_policy"), (self_service_policy, "self_service_policy")]
)
def test_a_filter_gives_the_document_and_says_what_is_wrong(plugin: object, name: str) -> None:
    filters = plugin.FilterModule().filters()  # type: ignore[attr-defined]
    assert list(filters) == [name]
    assert filters[name]("aws-cn") == getattr(self_service, name)("aws-cn")
    with pytest.raises(AnsibleFilterError, match=f"cloudhsm.iam.{name}: the partition must be"):
        filters[name]("nowhere!")
