// A table that sorts by any column and copies as tab-separated values.
// columns: [{ name, of: row => value, write?: value => text, isText?, bar? }]

function fillTable(place, caption, columns, rows) {
  const order = place.sorting ?? { at: -1, falls: true };
  place.sorting = order;
  const sorted = () => {
    if (order.at < 0 || order.at >= columns.length) return rows;
    const { of } = columns[order.at];
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en") : (a ?? -Infinity) - (b ?? -Infinity));
    return [...rows].sort((a, b) => compare(of(a), of(b)) * (order.falls ? -1 : 1));
  };
  const write = (column, row) => {
    const value = column.of(row);
    return value === null ? DASH : column.write ? column.write(value) : String(value);
  };
  const head = columns.map((column, at) => {
    const sort = () => {
      order.falls = order.at === at ? !order.falls : !column.isText;
      order.at = at;
      fillTable(place, caption, columns, rows);
      place.querySelectorAll("thead button")[at].focus();
    };
    const direction = order.at === at ? (order.falls ? "descending" : "ascending") : null;
    return make("th", { scope: "col", class: column.isText ? "text" : null, "aria-sort": direction },
      make("button", { type: "button", title: `Sort by ${column.name.toLowerCase()}`, onclick: sort }, column.name));
  });
  const body = sorted().map((row) => {
    const cells = columns.map((column, at) => {
      const cell = make(at === 0 ? "th" : "td", { class: column.isText ? "text" : null, scope: at === 0 ? "row" : null }, write(column, row));
      if (at === 0) cell.style.fontWeight = "400";
      if (column.bar) cell.append(make("span", { class: "track", "aria-hidden": "true" }, make("span", { class: "bar", style: `width:${(column.bar(row) * 72).toFixed(1)}px` })));
      return cell;
    });
    return make("tr", {}, ...cells);
  });
  // Numbers go out as they are, without signs and separators, for a spreadsheet to read.
  const clean = (value) => (value === null ? "" : String(value).replace(/[\t\r\n]+/g, " "));
  const plainValue = (column, row) => {
    const value = column.of(row);
    return clean(column.copy ? column.copy(value) : value);
  };
  const tsv = () =>
    [columns.map((column) => clean(column.name)), ...sorted().map((row) => columns.map((column) => plainValue(column, row)))]
      .map((cells) => cells.join("\t")).join("\n") + "\n";
  const button = make("button", { type: "button", "aria-label": `Copy table: ${caption}` }, "Copy");
  button.addEventListener("click", () => copy(tsv(), button));
  place.replaceChildren(
    make("div", { class: "table-tools" }, make("span", { "aria-hidden": "true" }, caption), button),
    make("div", { class: "rows", tabindex: "0", role: "region", "aria-label": caption },
      make("table", {}, make("caption", { class: "hidden" }, caption), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body))),
  );
  place.tsv = tsv;
}

// Columns of the usual kinds.
function textColumn(name, of) {
  return { name, of, isText: true };
}

function countColumn(name, of) {
  return { name, of, write: count };
}

function moneyColumn(name, of) {
  return { name, of, write: briefMoney, copy: (cents) => (cents === null ? "" : (cents / 100).toFixed(2)) };
}

function shareColumn(name, of) {
  return { name, of, write: percent, copy: (value) => (value === null ? "" : value.toFixed(6)) };
}
