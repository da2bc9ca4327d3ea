"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 100;
  const PRINTED = 500;
  const LISTED = 25;
  const SEVERITIES = ["critical", "high", "medium", "low", "info"];
  const LEVELS = ["Read", "Write", "Tagging", "Permissions management"];
  const ANSWERS = {
    no: ["–", "no", "not allowed"],
    conditional: ["?", "conditional", "under conditions that are not evaluated"],
    some: ["◐", "some", "on some resources only"],
    yes: ["✓", "yes", "allowed"],
    conditional_mfa: ["M?", "mfa", "with MFA, under further conditions"],
    some_mfa: ["M◐", "mfa", "with MFA, on some resources only"],
    mfa: ["M", "mfa", "allowed with MFA only"],
  };

  // What comes from AWS gets into the page as text only: no function here takes HTML.
  const build = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  };
  const el = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    build(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  const number = (count) => count.toLocaleString("en");
  const plural = (count, word, words) => `${number(count)} ${count === 1 ? word : words || `${word}s`}`;
  const badge = (kind, text) => el("span", { class: `badge ${kind}` }, text);
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const policyName = (arn) => arn.split("/").pop();
  const some = (names, most) =>
    names.slice(0, most).join(", ") + (names.length > most ? ` and ${number(names.length - most)} more` : "");

  const sign = (answer) => {
    const [glyph, kind, meaning] = ANSWERS[answer];
    return [
      el("span", { class: `sign ${kind}`, "aria-hidden": "true", title: meaning }, glyph),
      el("span", { class: "hidden" }, meaning),
    ];
  };
  const legend = () =>
    el("ul", { class: "legend", "aria-label": "Signs" },
      Object.values(ANSWERS).map(([glyph, kind, meaning]) =>
        el("li", {}, el("span", { class: `sign ${kind}`, "aria-hidden": "true" }, glyph), ` ${meaning}`)));

  // A table whose columns are {title, value, cell, tight, plain}; sorts by value, shows a page of rows at a time.
  class Table {
    constructor(label, columns, rows, options = {}) {
      Object.assign(this, { label, columns, rows, row: options.row, extra: options.extra });
      this.page = 0;
      this.size = options.size || PAGE;
      this.sorted = options.sorted || { column: 0, down: false };
      this.body = el("tbody");
      this.heads = columns.map((column, index) => this.head(column, index));
      this.status = el("span", { role: "status" });
      this.back = el("button", { type: "button", onclick: () => this.turn(-1) }, "Back");
      this.next = el("button", { type: "button", onclick: () => this.turn(1) }, "Next");
      this.pager = el("div", { class: "pager" }, this.back, this.next, this.status);
      const above = options.above ? [options.above(this.heads)] : [el("tr", {}, this.heads)];
      const table = el("table", { class: options.class }, el("caption", { class: "hidden" }, label),
        el("thead", {}, above), this.body);
      this.node = el("div", { class: "card" },
        el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${label}` }, table), this.pager);
      this.show();
    }

    head(column, index) {
      const attributes = { scope: "col", class: column.class || (column.tight ? "tight" : null), rowspan: column.rows };
      if (column.plain) return el("th", attributes, column.head ? column.head() : column.title);
      const button = el("button", { type: "button", class: "sort", onclick: () => this.sort(index) }, column.title);
      return el("th", { ...attributes, "aria-sort": "none" }, button);
    }

    sort(index) {
      this.sorted = { column: index, down: this.sorted.column === index ? !this.sorted.down : false };
      this.page = 0;
      this.show();
    }

    turn(by) {
      this.page += by;
      this.show();
      const held = by > 0 ? this.next : this.back;
      if (held.disabled) (by > 0 ? this.back : this.next).focus();
    }

    put(rows) {
      this.rows = rows;
      this.page = 0;
      this.show();
    }

    inOrder() {
      const { value } = this.columns[this.sorted.column];
      const by = this.sorted.down ? -1 : 1;
      const compare = (one, other) => {
        if (typeof one === "string") return order.compare(one, other);
        return one - other;
      };
      return this.rows
        .map((row, place) => [value(row), place, row])
        .sort((one, other) => by * compare(one[0], other[0]) || one[1] - other[1])
        .map((entry) => entry[2]);
    }

    show() {
      this.heads.forEach((head, index) => {
        if (!head.hasAttribute("aria-sort")) return;
        const ours = index === this.sorted.column;
        head.setAttribute("aria-sort", ours ? (this.sorted.down ? "descending" : "ascending") : "none");
      });
      const start = this.page * this.size;
      const shown = this.inOrder().slice(start, start + this.size);
      this.body.replaceChildren(...shown.map((row) => this.line(row)));
      const total = this.rows.length;
      if (!total) {
        this.body.append(el("tr", {}, el("td", { colspan: this.columns.length, class: "soft" }, "Nothing to show.")));
      }
      const last = start + shown.length;
      this.status.textContent = total > this.size ? `${number(start + 1)} to ${number(last)} of ${number(total)}` : "";
      this.pager.hidden = total <= this.size;
      this.back.disabled = start === 0;
      this.next.disabled = last >= total;
    }

    line(row) {
      const cells = this.columns.map((column, index) => {
        const content = [column.cell(row, this)].flat();
        if (index === 0) return el("th", { scope: "row" }, content);
        return el("td", { class: column.class || (column.tight ? "tight" : null) }, content);
      });
      return el("tr", { class: "row" }, cells);
    }
  }

  const section = (id, title, ...content) =>
    el("section", { id, "aria-labelledby": `${id}-title` }, el("h2", { id: `${id}-title` }, title), content);

  const runCell = (command) => {
    const code = el("code", {}, command);
    const copy = el("button", { type: "button", class: "small", "aria-label": `Copy: ${command}` }, "Copy");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(command);
        copy.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        copy.textContent = "Selected";
      }
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    });
    return el("div", { class: "run" }, code, copy);
  };

  /* Header */
  const root = document.documentElement;
  const dark = () =>
    (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const remember = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* A page in a file may have none. */ } };
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  if (remembered()) root.dataset.theme = remembered();

  const themeButton = () => {
    const button = el("button", { type: "button", id: "theme" });
    const say = () => { button.textContent = dark() ? "Light colours" : "Dark colours"; };
    button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; remember(root.dataset.theme); say(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", say);
    say();
    return button;
  };

  const header = (title, about, sections) => {
    document.getElementById("top").append(
      el("div", { class: "titles" },
        el("div", {}, el("h1", {}, title), about.map((line) => el("p", { class: "account" }, line))),
        el("div", { class: "tools" }, themeButton(),
          el("button", { type: "button", onclick: () => print() }, "Print"))),
      el("nav", { "aria-label": "Parts of the report" },
        el("ul", {}, sections.map(([id, name]) => el("li", {}, el("a", { href: `#${id}` }, name))))));
  };

  const tile = (count, text, mood) =>
    el("div", { class: `card tile ${mood || ""}` }, el("b", {}, number(count)), el("span", {}, text));

  const levels = (counts) =>
    el("div", { class: "levels" }, SEVERITIES.filter((level) => counts[level])
      .map((level) => badge(level, `${number(counts[level])} ${level}`)));

  /* Overview of several accounts */
  const showAccounts = () => {
    header("Access of all accounts", [`${plural(data.accounts.length, "account")}, read up to ${data.generated_at}`],
      [["accounts", "Accounts"], ["findings", "Worst findings"]]);
    const sum = (pick) => data.accounts.reduce((total, account) => total + (account.summary ? pick(account.summary) : 0), 0);
    const link = (account) => (account.file ? el("a", { href: encodeURI(account.file) }, account.account_id) : account.host);
    const numberColumn = (title, pick) => ({
      title, tight: true, value: (a) => (a.summary ? pick(a.summary) : -1), cell: (a) => (a.summary ? number(pick(a.summary)) : "–"),
    });
    const columns = [
      { title: "Account", value: (a) => a.account_id || a.host, cell: link },
      { title: "Name", value: (a) => a.account_alias || a.host, cell: (a) => a.account_alias || a.host },
      { title: "Findings", value: (a) => worth(a.summary ? a.summary.findings : {}),
        cell: (a) => (a.summary ? levels(a.summary.findings) : badge("critical", "could not be read")) },
      numberColumn("Users", (s) => s.users),
      numberColumn("Administrators", (s) => s.administrators.length),
      numberColumn("Without MFA", (s) => s.console_users_without_mfa),
      numberColumn("Change CloudHSM", (s) => s.cloudhsm_changers),
      numberColumn("Differences", (s) => s.drift),
    ];
    document.getElementById("main").append(
      el("div", { class: "tiles" },
        tile(data.accounts.length, "accounts"),
        tile(data.accounts.filter((account) => !account.summary).length, "could not be read"),
        tile(sum((s) => s.users), "users"),
        tile(sum((s) => s.administrators.length), "administrators"),
        tile(sum((s) => s.console_users_without_mfa), "console users without MFA"),
        tile(sum((s) => s.drift), "differences from what is wanted")),
      section("accounts", "Accounts",
        new Table("Accounts", columns, data.accounts, { sorted: { column: 2, down: true } }).node),
      section("findings", "Worst findings", new Table("Worst findings", [
        { title: "Finding", value: (f) => f.title, cell: (f) => f.title },
        { title: "How bad", tight: true, value: (f) => SEVERITIES.indexOf(f.severity), cell: (f) => badge(f.severity, f.severity) },
        { title: "Account", value: (f) => f.account_id, cell: (f) => f.account_id },
        { title: "How often", tight: true, value: (f) => f.count, cell: (f) => number(f.count) },
      ], data.findings, { sorted: { column: 1, down: false } }).node));
  };
  const worth = (counts) => SEVERITIES.reduce((total, level) => total * 10000 + Math.min(counts[level] || 0, 9999), 0);

  /* One account */
  const access = (thing) => data.access[thing.access];
  const answerOf = (thing, action) => ANSWER_NAMES[access(thing).cloudhsm[action]];
  const ANSWER_NAMES = Object.keys(ANSWERS);
  const worst = (found) => found.reduce((least, finding) => Math.min(least, SEVERITIES.indexOf(finding.severity)), SEVERITIES.length);

  const findingsOfUsers = () => {
    const found = new Map();
    for (const finding of data.findings) {
      for (const subject of finding.subjects) {
        if (subject.kind !== "user") continue;
        if (!found.has(subject.name)) found.set(subject.name, []);
        found.get(subject.name).push({ severity: finding.severity, title: finding.title, ...subject });
      }
    }
    return found;
  };

  const cloudhsmSummary = (thing) => {
    const answers = data.actions.map((_action, place) => answerOf(thing, place));
    const can = answers.filter((answer) => answer !== "no");
    if (!can.length) return { rank: 0, text: "nothing", kind: "soft" };
    const reads = data.actions.filter((action, place) => answers[place] !== "no" && action.access_level === "Read").length;
    const mfa = can.every((answer) => answer.endsWith("mfa"));
    const limited = can.some((answer) => answer.startsWith("some") || answer.startsWith("conditional"));
    const what = can.length === answers.length ? "everything" : reads === can.length ? `look (${reads})` : `${can.length} of ${answers.length}`;
    const partly = !mfa && can.some((answer) => answer.endsWith("mfa"));
    const notes = [mfa && "with MFA", partly && "partly with MFA", limited && "limited"].filter(Boolean);
    return { rank: can.length * 2 - (mfa ? 1 : 0), text: notes.length ? `${what}, ${notes.join(", ")}` : what };
  };
  const administratorCell = (thing) => {
    const { administrator, can_become_administrator: become } = access(thing);
    if (administrator !== "no") return badge(administrator.endsWith("mfa") ? "medium" : "high", administrator.endsWith("mfa") ? "yes, with MFA" : "yes");
    return become === "no" ? el("span", { class: "soft" }, "no") : badge("high", "can become one");
  };
  const administratorRank = (thing) => {
    const { administrator, can_become_administrator: become } = access(thing);
    return administrator !== "no" ? 2 : become !== "no" ? 1 : 0;
  };

  const days = (count) => (count === null || count === undefined ? "?" : `${number(count)} d`);
  const passwordCell = ({ credentials: { password, password_age: age, password_last_used: used } }) => {
    if (password === null) return el("span", { class: "soft" }, "not known");
    if (!password) return el("span", { class: "soft" }, "none");
    return `${days(age)} old, ${used === null ? "no use known" : `used ${days(used)} ago`}`;
  };
  const mfaCell = ({ credentials: { mfa, password } }) => {
    if (mfa === null) return el("span", { class: "soft" }, "not known");
    return mfa ? el("span", { class: "fine" }, "yes") : el("span", { class: password ? "bad" : "soft" }, "no");
  };
  const activeKeys = (user) => (user.credentials.access_keys || []).filter((key) => key.active);
  const keysCell = (user) => {
    if (user.credentials.access_keys === null) return el("span", { class: "soft" }, "not known");
    const keys = activeKeys(user);
    if (!keys.length) return el("span", { class: "soft" }, "none");
    const oldest = Math.max(...keys.map((key) => key.age || 0));
    return el("span", { class: oldest > data.limits.max_key_age ? "warn" : null }, `${keys.length}, ${days(oldest)} old`);
  };
  const unknownLow = (value) => (value === null || value === undefined ? -1 : Number(value));

  const findingCard = (finding) => {
    const list = el("div", { class: "inside" });
    const card = el("details", { class: "card finding", "data-severity": finding.severity },
      el("summary", {}, badge(finding.severity, finding.severity), el("h3", {}, finding.title),
        el("span", { class: "count" }, number(finding.subjects.length)), el("p", { class: "why" }, finding.why)), list);
    const fill = () => {
      if (list.firstChild) return;
      list.append(new Table(finding.title, [
        { title: "Who or what", value: (s) => s.name, cell: (s) => (s.kind === "group" ? `group ${s.name}` : s.name) },
        { title: "Why", value: (s) => s.detail, cell: (s) => s.detail },
        { title: "What to run", plain: true, value: () => 0, cell: (s) => runCell(s.run) },
      ], finding.subjects, { size: LISTED }).node);
    };
    // A browser's own search opens it without a click.
    card.addEventListener("toggle", () => { if (card.open) fill(); });
    card.firstChild.addEventListener("click", fill);
    card.fill = fill;
    return card;
  };

  const personDetail = (user, found) => {
    const fact = (name, value) => (value ? [el("dt", {}, name), el("dd", {}, value)] : []);
    const keys = (user.credentials.access_keys || []).map((key) =>
      `${key.access_key_id || "key"}: ${key.active ? "active" : "inactive"}, ${days(key.age)} old, ` +
      (key.last_used === null ? "no use known" : `used ${days(key.last_used)} ago`));
    return el("div", {},
      el("div", { class: "columns" },
        el("dl", {}, fact("ARN", el("code", {}, user.arn)), fact("Made on", user.created),
          fact("Groups", user.groups.join(", ") || "none"),
          fact("Own policies", user.managed_policies.map(policyName).join(", ")),
          fact("Inline policies", user.inline_policies.join(", ")),
          fact("Boundary", user.boundary && policyName(user.boundary)),
          fact("Access keys", keys.length ? el("ul", {}, keys.map((key) => el("li", {}, key))) : ""),
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
    cloudhsm: ["Can do anything with CloudHSM", (u) => cloudhsmSummary(u).rank > 0],
    mfa: ["Password without MFA", (u) => u.credentials.password === true && u.credentials.mfa === false],
    keys: ["With access keys", (u) => activeKeys(u).length > 0],
    outside: ["In no group", (u) => !u.groups.length],
    own: ["With policies of their own", (u) => u.managed_policies.length + u.inline_policies.length > 0],
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
        SEVERITIES.filter((level) => data.summary.findings[level]).map((level) => el("option", { value: level }, `With ${level} findings`)));
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

  const groupsAndPolicies = () => {
    const gives = [
      { title: "Administrator", tight: true, value: administratorRank, cell: administratorCell },
      { title: "CloudHSM", tight: true, value: (t) => cloudhsmSummary(t).rank, cell: (t) => cloudhsmSummary(t).text },
    ];
    const groups = new Table("Groups", [
      { title: "Group", value: (g) => g.name, cell: (g) => g.name },
      { title: "Members", value: (g) => g.members.length, cell: (g) => `${number(g.members.length)}${g.members.length ? `: ${some(g.members, 6)}` : ""}` },
      { title: "Policies", value: (g) => g.managed_policies.map(policyName).join(", "),
        cell: (g) => [...g.managed_policies.map(policyName), ...g.inline_policies.map((name) => `${name} (inline)`)].join(", ") || "none" },
      ...gives,
    ], data.groups);
    const policies = new Table("Policies", [
      { title: "Policy", value: (p) => p.name, cell: (p) => p.name },
      { title: "Kind", tight: true, value: (p) => p.kind, cell: (p) => ({ aws: "AWS's", customer: "managed", inline: "inline" })[p.kind] },
      { title: "Groups", value: (p) => p.groups.length, cell: (p) => some(p.groups, 6) || "none" },
      { title: "Users directly", value: (p) => p.users.length, cell: (p) => (p.users.length ? el("span", { class: "warn" }, some(p.users, 6)) : "none") },
      ...gives,
    ], data.policies);
    return section("groups", "Groups and policies",
      el("div", { class: "stack" }, groups.node, policies.node));
  };

  /* The picture: users, groups and policies in three columns; many of one kind become one box with a number. */
  const BOXES = 22;
  const drawn = () => {
    const count = new Map();
    for (const user of data.users) {
      const own = [...user.managed_policies, ...user.inline_policies.map((name) => `user ${user.name}: ${name}`)];
      const alone = data.users.length <= BOXES;
      const key = alone ? user.name : JSON.stringify([user.groups, user.managed_policies, user.inline_policies.length > 0]);
      const box = count.get(key) || { label: user.name, users: 0, groups: user.groups, policies: alone ? own : user.managed_policies, access: user.access };
      box.users += 1;
      count.set(key, box);
    }
    const boxes = [...count.values()].sort((one, other) => other.users - one.users);
    if (data.users.length > BOXES) {
      for (const box of boxes) {
        box.label = `${plural(box.users, "user")}: ${box.groups.length ? some(box.groups, 2) : "in no group"}`;
      }
    }
    return boxes;
  };
  const limited = (boxes, word) => {
    const kept = boxes.slice(0, BOXES);
    const rest = boxes.length - kept.length;
    return { kept, rest: rest ? `and ${number(rest)} more ${word}` : "" };
  };

  const picture = () => {
    const users = limited(drawn(), data.users.length > BOXES ? "combinations" : "users");
    const wanted = new Set(users.kept.flatMap((box) => box.groups));
    const groups = limited([...data.groups].sort((one, other) => wanted.has(other.name) - wanted.has(one.name) || other.members.length - one.members.length)
      .map((group) => ({ label: group.name, key: group.name, group, access: group.access })), "groups");
    const keyOf = (policy) => policy.arn || (policy.groups[0] ? `group ${policy.groups[0]}: ${policy.name}` : `user ${policy.users[0]}: ${policy.name}`);
    const policies = limited([...data.policies].sort((one, other) => other.groups.length - one.groups.length || other.users.length - one.users.length)
      .map((policy) => ({ label: policy.name, key: keyOf(policy), access: policy.access })), "policies");
    const [high, gap, wide, far] = [26, 10, 250, 375];
    const tallest = Math.max(...[users, groups, policies].map((column) => column.kept.length + (column.rest ? 1 : 0)), 1);
    const height = 44 + tallest * (high + gap);
    const top = (column) => 36 + ((tallest - column.kept.length - (column.rest ? 1 : 0)) * (high + gap)) / 2;
    [users, groups, policies].forEach((column, place) => column.kept.forEach((box, index) => {
      Object.assign(box, { x: 5 + place * far, y: top(column) + index * (high + gap) });
    }));
    const all = svg("g");
    const edge = (from, to, weight) => {
      const [x1, y1, x2, y2] = [from.x + wide, from.y + high / 2, to.x, to.y + high / 2];
      const bend = (x2 - x1) / 2;
      const path = svg("path", { class: "edge", "stroke-width": Math.min(1.5 + Math.log10(weight || 1) * 2, 8),
        d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
      for (const end of [from, to]) (end.edges = end.edges || []).push(path);
      all.append(path);
    };
    const groupBoxes = new Map(groups.kept.map((box) => [box.key, box]));
    const policyBoxes = new Map(policies.kept.map((box) => [box.key, box]));
    for (const box of users.kept) {
      box.groups.forEach((name) => groupBoxes.has(name) && edge(box, groupBoxes.get(name), box.users));
      box.policies.forEach((key) => policyBoxes.has(key) && edge(box, policyBoxes.get(key), box.users));
    }
    for (const box of groups.kept) {
      const own = [...box.group.managed_policies, ...box.group.inline_policies.map((name) => `group ${box.group.name}: ${name}`)];
      own.forEach((key) => policyBoxes.has(key) && edge(box, policyBoxes.get(key), 1));
    }
    const node = (box) => {
      const kind = access(box).administrator !== "no" ? "administrator" : cloudhsmSummary(box).rank ? "cloudhsm" : "";
      const shown = box.label.length > 34 ? `${box.label.slice(0, 33)}…` : box.label;
      const light = (on) => () => { all.classList.toggle("lit", on); (box.edges || []).forEach((path) => path.classList.toggle("on", on)); };
      return svg("g", { onmouseenter: light(true), onmouseleave: light(false) }, svg("title", {}, box.label),
        svg("rect", { class: `node ${kind}`, x: box.x, y: box.y, width: wide, height: high, rx: 6 }),
        svg("text", { x: box.x + 10, y: box.y + 17.5 }, shown));
    };
    [users, groups, policies].forEach((column, place) => {
      all.append(svg("text", { class: "column", x: 5 + place * far, y: 18 }, ["Users", "Groups", "Policies"][place]), ...column.kept.map(node));
      if (column.rest) {
        all.append(svg("text", { class: "column", x: 15 + place * far, y: top(column) + column.kept.length * (high + gap) + 17 }, column.rest));
      }
    });
    return section("picture", "Picture",
      el("div", { class: "card picture" },
        el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Picture of users, groups and policies" },
          svg("svg", { viewBox: `0 0 ${wide + 2 * far + 10} ${height}`, role: "img",
            "aria-label": `Users, groups and policies, and what belongs to what: ${plural(data.users.length, "user")}, ` +
              `${plural(data.groups.length, "group")}, ${plural(data.policies.length, "policy", "policies")}. The tables hold the same.` }, all)),
        el("ul", { class: "legend", "aria-label": "Colours" },
          el("li", {}, badge("critical", "red"), " gives everything"), el("li", {}, badge("low", "blue"), " gives rights in CloudHSM"))));
  };

  const driftSection = () => {
    const words = { missing: "missing", differs: "differs", not_wanted: "not wanted", impossible: "can't be made" };
    const change = ({ operation, ...rest }) =>
      [operation.replace(/_/g, " "), ...Object.values(rest).map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value)))].join(" ");
    if (!data.compared) return section("drift", "Differences", el("p", { class: "soft" }, "The report was not given what the account is to be like, so nothing was compared."));
    if (!data.drift.length) return section("drift", "Differences", el("p", { class: "calm" }, "The account is as the variables want it."));
    return section("drift", "Differences", new Table("Differences", [
      { title: "Name", value: (d) => d.name, cell: (d) => `${d.kind} ${d.name}` },
      { title: "State", tight: true, value: (d) => d.state, cell: (d) => badge(d.state === "differs" ? "medium" : "high", words[d.state]) },
      { title: "What would be done", plain: true, value: () => 0, cell: (d) => el("ul", {}, [...d.changes.map(change), ...(d.problems || [])].map((line) => el("li", {}, line))) },
    ], data.drift).node);
  };

  const aboutSection = () => {
    const list = (title, lines) => el("div", {}, el("h3", {}, title), el("ul", {}, lines.map((line) => el("li", {}, line))));
    const role = data.service_linked_roles[0];
    const policy = data.password_policy;
    const rules = [
      ["RequireSymbols", "symbols"], ["RequireNumbers", "numbers"], ["RequireUppercaseCharacters", "capitals"],
      ["RequireLowercaseCharacters", "small letters"],
    ].filter(([key]) => policy && policy[key]).map((rule) => rule[1]);
    return section("about", "About the account and this report",
      el("div", { class: "card lists" },
        list("The account", [
          role ? `CloudHSM's service-linked role is there: ${role.name}` : "CloudHSM's service-linked role is not there, or could not be read",
          policy === null ? "The password policy could not be read"
            : policy.MinimumPasswordLength ? `Passwords have at least ${policy.MinimumPasswordLength} characters${rules.length ? `, with ${rules.join(", ")}` : ""}`
              : "There is no password policy",
          data.root ? `The root user has ${data.root.mfa ? "" : "no "}MFA and ${data.root.access_keys ? "" : "no "}access keys` : "What the root user has could not be read",
          `Read by ${data.account.caller_arn}`,
        ]),
        list("Where it is from", [
          `Users, groups and policies were read at ${data.generated_at}`,
          data.credential_report_time
            ? `Ages are from AWS's credential report of ${data.credential_report_time}, which may be four hours old`
            : "There was no credential report, so ages are not known",
          "Each person's entry tells whether password, MFA and keys were read as they are now, or come from that report",
          "Rights come from the policies of users and groups, permissions boundaries and conditions about MFA",
        ]),
        list("What is not looked at", data.not_evaluated),
        data.not_read.length ? list("What could not be read", data.not_read) : null));
  };

  const showAccount = () => {
    const { account, summary } = data;
    const people = new People(findingsOfUsers());
    header(`Access to ${account.account_alias || account.account_id}`, [
      `AWS account ${account.account_id}${account.partition === "aws" ? "" : ` (${account.partition})`}, read at ${data.generated_at}`,
      data.credential_report_time ? `Ages from the credential report of ${data.credential_report_time}` : "Without a credential report: ages are not known",
    ], [["findings", "Findings"], ["people", "People"], ["groups", "Groups and policies"], ["picture", "Picture"], ["drift", "Differences"], ["about", "About"]]);
    const mood = (count) => (count ? "alarm" : "well");
    const cards = data.findings.map(findingCard);
    document.getElementById("main").append(
      el("div", { class: "tiles", id: "tiles" },
        tile(summary.users, summary.users === 1 ? "user" : "users"),
        tile(summary.administrators.length, summary.administrators.length === 1 ? "administrator" : "administrators"),
        tile(summary.console_users_without_mfa, "console users without MFA", mood(summary.console_users_without_mfa)),
        tile(summary.cloudhsm_changers, "can change CloudHSM"),
        tile(summary.access_keys, "active access keys"),
        tile(summary.outside_every_group, "in no group"),
        data.compared ? tile(summary.drift, "differences from what is wanted", mood(summary.drift)) : null),
      levels(summary.findings),
      ...(data.not_read.length ? [el("p", { class: "note" }, `${plural(data.not_read.length, "thing")} could not be read, so the report is not complete: see About.`)] : []),
      section("findings", "Findings", cards.length ? cards : el("p", { class: "calm" }, "Nothing found.")),
      people.node, groupsAndPolicies(), picture(), driftSection(), aboutSection());
    printing(people, cards);
  };

  // On paper there are no pages to turn: what is chosen is printed, up to a number of rows.
  const printing = (people, cards) => {
    let before = null;
    addEventListener("beforeprint", () => {
      before = { size: people.table.size, page: people.table.page, open: cards.map((card) => card.open) };
      Object.assign(people.table, { size: PRINTED, page: 0 });
      people.table.show();
      cards.forEach((card) => { card.fill(); card.open = true; });
    });
    addEventListener("afterprint", () => {
      if (!before) return;
      Object.assign(people.table, { size: before.size, page: before.page });
      people.table.show();
      cards.forEach((card, place) => { card.open = before.open[place]; });
    });
  };

  if (data.kind === "accounts") showAccounts();
  else showAccount();
  const paper = data.kind === "account" ? ` On paper, ${number(PRINTED)} people at most; the CSV file has all of them.` : "";
  document.getElementById("end").append(el("p", {}, `Made by cloudhsm.iam.${paper}`));
})();
