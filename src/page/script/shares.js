// Who brings the sessions and who brings the revenue: channels, devices.

const SHARES = {
  channel: { title: "Channels", names: CHANNELS, one: "channel" },
  device: { title: "Devices", names: DEVICES, one: "device" },
};

function makeShares(key) {
  makeSection(key === "channel" ? "channels-section" : "devices-section", SHARES[key].title, { height: 300 });
}

function fillShares(key, all) {
  const { names, one } = SHARES[key];
  const rows = byName(key, names).sort((a, b) => b.sessions - a.sessions);
  const shown = key === "channel" ? rows : rows.map((row) => ({ ...row, name: row.name }));
  const label = (row) => (key === "device" ? words(row.name) : row.name);
  const earned = HAS_MONEY ? { name: "revenue", of: (row) => row.revenue_cents, whole: all.revenue_cents } : { name: "orders", of: (row) => row.orders, whole: all.orders };
  // The share of revenue that differs most from the share of sessions is the one to speak of, where it is far enough
  // off on enough orders; else the largest. So do the charts.
  const gap = (row) => Math.abs((ratio(earned.of(row), earned.whole) ?? 0) - (ratio(row.sessions, all.sessions) ?? 0));
  const apart = rows.filter((row) => row.orders >= 30 && gap(row) >= 0.05).sort((a, b) => gap(b) - gap(a))[0];
  const told = apart ?? rows[0];
  let message = "No sessions in this range.";
  if (rows.length === 1) message = `All sessions come by one ${one}: ${label(told)}.`;
  else if (told && earned.whole > 0) {
    const [visits, money] = [told.sessions / all.sessions, earned.of(told) / earned.whole];
    message = `${label(told)} brings ${percent(visits)} of sessions ${apart ? "but" : "and"} ${percent(money)} of ${earned.name}.`;
  } else if (told) message = `${label(rows[0])} brings ${share(rows[0].sessions, all.sessions)} of sessions; nobody ordered.`;
  const series = [
    { name: "Share of sessions", color: "--sessions", values: shown.map((row) => ratio(row.sessions, all.sessions) ?? 0) },
    ...(earned.whole > 0 ? [{ name: `Share of ${earned.name}`, color: "--revenue", values: shown.map((row) => ratio(earned.of(row), earned.whole) ?? 0) }] : []),
  ];
  // Many channels fill the height of two sections beside them.
  const isTall = key === "channel" && shown.length > 5;
  if (key === "channel") {
    byId("channels-section").classList.toggle("tall", isTall);
    byId("devices-section").classList.toggle("wide", !isTall);
  }
  fillSection(key === "channel" ? "channels-section" : "devices-section", {
    message,
    key: series,
    option: rows.length > 0 ? barOption({ names: shown.map((row) => shortened(label(row), 22)), series, write: percent, left: 150 }) : null,
    height: Math.max(120, shown.length * (series.length > 1 ? 46 : 30) + 12),
    empty: "There is nothing to draw.",
    caption: `Figures by ${one}`,
    columns: [
      textColumn(words(one), label),
      countColumn("Sessions", (row) => row.sessions),
      shareColumn("Share", (row) => ratio(row.sessions, all.sessions)),
      countColumn("New visitors", (row) => row.new_visitors),
      shareColumn("Bounce rate", (row) => METRICS.bounce_rate.of(row)),
      shareColumn("Conversion", (row) => METRICS.conversion.of(row)),
      countColumn("Orders", (row) => row.orders),
      moneyColumn("Revenue", (row) => row.revenue_cents),
      shareColumn("Share of revenue", (row) => ratio(row.revenue_cents, all.revenue_cents)),
      moneyColumn("Order value", (row) => METRICS.order_value.of(row)),
      shareColumn("Abandonment", (row) => METRICS.abandonment.of(row)),
    ],
    rows,
  });
}
