// Copyright (c) 2026, cloudhsm.iam contributors
// SPDX-License-Identifier: GPL-3.0-or-later

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
