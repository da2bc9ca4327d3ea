// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The page begins here.
if (data.kind === "accounts") showAccounts();
else showAccount();
const paper = data.kind === "account" ? ` Printed pages list at most ${number(PRINTED)} users. The CSV file has all of them.` : "";
document.getElementById("end").append(el("p", {}, `Created by cloudhsm.iam.${paper}`));
