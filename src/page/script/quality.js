// What became of every row received.

function makeQuality() {
  makeSection("quality", "Data quality", { height: 150, wide: true, open: true });
}

// Bars end to end, for parts of a whole; a part too small for its figure goes without.
function stacked(option) {
  for (const series of option.series) {
    Object.assign(series, { stack: "all", label: { show: true, position: "inside", color: inkOn(series.hue, 1), formatter: ({ value }) => (value >= 0.05 ? percent(value) : "") } });
    series.itemStyle.borderRadius = 0;
  }
  option.grid.right = 8;
  return option;
}

function fillQuality() {
  const rows = rowsOf(DATA.rows);
  const reasons = rowsOf(DATA.reasons);
  const events = rows.find((row) => row.kind === "events");
  const received = rows.reduce((sum, row) => sum + row.received, 0);
  const bad = rows.reduce((sum, row) => sum + row.quarantined, 0);
  const kinds = [["kept", "Kept", "--sessions"], ["duplicates", "Repeated", "--people"], ["quarantined", "In quarantine", "--lost"]];
  const key = kinds.map(([, name, hue]) => ({ name, color: hue }));
  const people = rowsOf(DATA.people)[0];
  const facts = [`${plural(people.bots, "visitor")} of ${count(people.visitors + people.bots)} taken for a bot and left out`];
  const partial = PARTIAL.length;
  if (partial > 0) facts.push(`${plural(partial, "day")} not covered whole`);
  if (reasons.length > 0) facts.push(`commonest reason: ${reasons[0].reasons} (${plural(reasons[0].rows, "row")})`);
  fillSection("quality", {
    message: received > 0 ? (bad === 0 ? `All ${count(received)} rows received could be used.` : `${count(bad)} of ${count(received)} rows received could not be used (${share(bad, received)}).`) : "What was received is not known here.",
    note: `${facts.join("; ")}. Covers the whole log; not filtered.`,
    key,
    option: events ? stacked(barOption({
      names: rows.map((row) => words(row.kind)),
      series: kinds.map(([field, name, hue]) => ({ name, color: hue, values: rows.map((row) => ratio(row[field], row.received) ?? 0) })),
      write: percent, left: 96, axisMax: 1,
    })) : null,
    height: rows.length * 34 + 12,
    empty: "The bronze layer is not at hand, so there is nothing to count.",
    caption: "Rows received, by what became of them",
    columns: [
      textColumn("Rows", (row) => row.what),
      countColumn("Received", (row) => row.received),
      countColumn("Kept", (row) => row.kept),
      countColumn("Repeated", (row) => row.duplicates),
      countColumn("In quarantine", (row) => row.quarantined),
    ],
    rows: [
      ...rows.map((row) => ({ ...row, what: words(row.kind) })),
      ...reasons.map((row) => ({ what: `${words(row.kind)}: ${row.reasons}`, received: null, kept: null, duplicates: null, quarantined: row.rows })),
    ],
  });
}
