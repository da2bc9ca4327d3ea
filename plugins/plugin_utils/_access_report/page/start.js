// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The page begins here.
if (data.kind === "accounts") showAccounts();
else showAccount();
const paper = data.kind === "account" ? ` On paper, ${number(PRINTED)} people at most; the CSV file has all of them.` : "";
document.getElementById("end").append(el("p", {}, `Made by cloudhsm.iam.${paper}`));
