# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing that whoever runs the tests has set for Ansible, AWS or moto is seen by any of them."""

from __future__ import annotations

import os

SETTINGS = ("ANSIBLE_", "AWS_", "BOTO_", "EC2_", "MOLECULE_", "MOTO_")

# Before anything is imported: ansible-core reads its settings then.
for name in [name for name in os.environ if name.startswith(SETTINGS)]:
    del os.environ[name]
