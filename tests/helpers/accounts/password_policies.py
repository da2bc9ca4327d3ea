# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Password policies for property tests."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import CLASSES
from hypothesis import strategies as st

POLICIES = st.fixed_dictionaries(
    {
        "min_pw_length": st.integers(6, 128),
        **dict.fromkeys((*CLASSES, "allow_pw_change", "pw_expire"), st.booleans()),
        "pw_max_age": st.integers(0, 1095),
        "pw_reuse_prevent": st.integers(0, 24),
    }
)
ANY_POLICY = st.none() | POLICIES
