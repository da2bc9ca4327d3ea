// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The people of an account: search, choice, what one can do, and the matrix of actions.
const personDetail = (user, found) => {
  const fact = (name, value) => (value ? [el("dt", {}, name), el("dd", {}, value)] : []);
  const keys = (user.credentials.access_keys || []).map((key) =>
    `${key.access_key_id || "key"}: ${key.active ? "active" : "inactive"}, ${days(key.age)} old, ` +
    (key.last_used === null ? (key.use_known ? "never used" : "last use unknown") : `used ${days(key.last_used)} ago`));
  return el("div", {},
    el("div", { class: "columns" },
      el("dl", {}, fact("ARN", el("code", {}, user.arn)), fact("Created on", user.created),
        fact("Groups", user.groups.join(", ") || "none"),
        fact("Policies attached directly", user.managed_policies.map(policyName).join(", ")),
        fact("Inline policies", user.inline_policies.join(", ")),
        fact("Boundary", user.boundary && policyName(user.boundary)),
        fact("Ends", endsOf(user.until)),
        fact("Access keys", keys.length ? el("ul", {}, keys.map((key) => el("li", {}, key))) : ""),
        fact("Paths to CloudHSM", pathsList(user).length ? el("ul", {}, pathsList(user)) : ""),
        fact("Ways to become an administrator", waysList(user).length ? el("ul", {}, waysList(user)) : ""),
        fact("Read from", user.credentials.source.replace("_", " "))),
      el("ul", { class: "actions", "aria-label": `CloudHSM actions of ${user.name}` },
        data.actions.map((action, place) => el("li", {}, sign(answerOf(user, place)), ` ${action.name}`)))),
    found.length
      ? el("ul", {}, found.map((finding) =>
        el("li", {}, badge(finding.severity, finding.severity), ` ${finding.title}: ${finding.detail}`, runCell(finding.run))))
      : el("p", { class: "soft" }, "No findings."));
};

const personCell = (found) => (user, table) => {
  const button = el("button", { type: "button", class: "person", "aria-expanded": "false" }, user.name);
  button.addEventListener("click", () => {
    const row = button.closest("tr");
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) row.nextSibling.remove();
    else row.after(el("tr", { class: "detail" }, el("td", { colspan: table.columns.length }, personDetail(user, found(user)))));
  });
  return [button, user.protected && [" ", badge("info", "protected")]];
};

const overviewColumns = (found) => [
  { title: "User", value: (u) => u.name, cell: personCell(found) },
  { title: "Groups", value: (u) => u.groups.join(", "), cell: (u) => (u.groups.length ? some(u.groups, 4) : el("span", { class: "warn" }, "none")) },
  { title: "Administrator", tight: true, value: administratorRank, cell: administratorCell },
  { title: "CloudHSM", tight: true, value: (u) => cloudhsmSummary(u).rank, cell: (u) => el("span", { class: cloudhsmSummary(u).kind }, cloudhsmSummary(u).text) },
  { title: "Password", tight: true, value: (u) => (u.credentials.password ? unknownLow(u.credentials.password_age) : -2), cell: passwordCell },
  { title: "MFA", tight: true, value: (u) => unknownLow(u.credentials.mfa), cell: mfaCell },
  { title: "Access keys", tight: true, value: (u) => Math.max(-1, ...activeKeys(u).map((key) => key.age || 0)), cell: keysCell },
  { title: "Findings", tight: true, value: (u) => (found(u).length ? (SEVERITIES.length - worst(found(u))) * 1000 + found(u).length : 0),
    cell: (u) => (found(u).length ? badge(SEVERITIES[worst(found(u))], number(found(u).length)) : el("span", { class: "soft" }, "none")) },
];

const byLevel = () => data.actions
  .map((action, place) => ({ ...action, place }))
  .sort((one, other) => LEVELS.indexOf(one.access_level) - LEVELS.indexOf(other.access_level) || order.compare(one.name, other.name));

const matrixColumns = (found) => {
  let level = "";
  return [
    { title: "User", rows: 2, value: (u) => u.name, cell: personCell(found) },
    ...byLevel().map((action) => {
      const first = action.access_level !== level ? " first" : "";
      level = action.access_level;
      return {
        title: action.name, plain: true, class: `action answer${first}`, value: () => 0, level,
        head: () => el("span", {}, action.name), cell: (u) => sign(answerOf(u, action.place)),
      };
    }),
  ];
};
const matrixHead = (heads) => {
  const used = byLevel().map((action) => action.access_level);
  const spans = LEVELS.filter((level) => used.includes(level)).map((level) =>
    el("th", { scope: "colgroup", class: "level", colspan: used.filter((one) => one === level).length }, level));
  const rows = document.createDocumentFragment();
  rows.append(el("tr", {}, heads[0], spans), el("tr", {}, heads.slice(1)));
  return rows;
};

const FILTERS = {
  all: ["Everybody", () => true],
  administrators: ["Administrators", (u) => administratorRank(u) > 0],
  cloudhsm: ["Can call any CloudHSM action", (u) => cloudhsmSummary(u).rank > 0],
  mfa: ["Password without MFA", (u) => u.credentials.password === true && u.credentials.mfa === false],
  keys: ["With access keys", (u) => activeKeys(u).length > 0],
  outside: ["In no group", (u) => !u.groups.length],
  own: ["With directly attached policies", (u) => u.managed_policies.length + u.inline_policies.length > 0],
};

class People {
  constructor(found) {
    this.found = (user) => found.get(user.name) || [];
    for (const user of data.users) {
      user.text = [user.name, user.path, ...user.groups, ...user.managed_policies.map(policyName), ...user.inline_policies].join("\n").toLowerCase();
    }
    const redo = () => this.redo();
    this.search = el("input", { type: "search", id: "search", autocomplete: "off", oninput: redo });
    this.filter = el("select", { id: "filter", onchange: redo },
      Object.entries(FILTERS).map(([key, [title]]) => el("option", { value: key }, title)),
      SEVERITIES.filter((level) => data.findings.some((one) => one.severity === level)).map((level) => el("option", { value: level }, `With ${level} findings`)));
    this.action = el("select", { id: "action", onchange: redo }, el("option", { value: "" }, "Any action or none"),
      data.actions.map((action, place) => el("option", { value: String(place) }, action.name)));
    this.count = el("p", { class: "soft", role: "status" });
    this.place = el("div");
    this.views = ["Overview", "CloudHSM actions"].map((title, place) =>
      el("button", { type: "button", "aria-pressed": String(place === 0), onclick: () => this.view(place) }, title));
    this.node = section("people", "People",
      el("div", { class: "bar" },
        el("label", {}, "Search users, groups, policies", this.search), el("label", {}, "Show", this.filter),
        el("label", {}, "Who can", this.action),
        el("div", { class: "switch", role: "group", "aria-label": "View" }, this.views)),
      this.count, this.place, legend());
    this.view(0);
  }

  view(which) {
    this.views.forEach((button, place) => button.setAttribute("aria-pressed", String(place === which)));
    this.table = which === 0
      ? new Table("People", overviewColumns(this.found), this.chosen())
      : new Table("What people can do with CloudHSM", matrixColumns(this.found), this.chosen(), { class: "matrix", above: matrixHead });
    this.place.replaceChildren(this.table.node);
    this.say();
  }

  chosen() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = this.filter.value;
    const suits = FILTERS[kind] ? FILTERS[kind][1] : (u) => this.found(u).some((finding) => finding.severity === kind);
    const action = this.action.value;
    return data.users.filter((user) =>
      words.every((word) => user.text.includes(word)) && suits(user) && (action === "" || answerOf(user, Number(action)) !== "no"));
  }

  redo() {
    this.table.put(this.chosen());
    this.say();
  }

  say() {
    this.count.textContent = `${number(this.table.rows.length)} of ${plural(data.users.length, "user")}`;
  }
}
