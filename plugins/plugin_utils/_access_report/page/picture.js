// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The picture: users, groups and policies in three columns; many of one kind become one box with a number.
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
          "aria-label": `Users, groups and policies, and how they are connected: ${plural(data.users.length, "user")}, ` +
            `${plural(data.groups.length, "group")}, ${plural(data.policies.length, "policy", "policies")}. The tables contain the same.` }, all)),
      el("ul", { class: "legend", "aria-label": "Colours" },
        el("li", {}, badge("critical", "red"), " gives everything"), el("li", {}, badge("low", "blue"), " gives rights in CloudHSM"))));
};
