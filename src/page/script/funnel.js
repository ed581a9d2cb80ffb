// Where sessions stop on the way to an order, in two readings that are never mixed.

function makeFunnel() {
  makeSection("funnel", "Funnel", { height: 330 });
}

// A source that does not record a step has no session in it, which is not known to be none.
const STEPS = [
  { name: "All sessions", reached: "sessions", strict: "sessions", is: true },
  { name: "Product view", reached: "reached_product_view", strict: "strict_product_view", is: isRecorded("product_views") },
  { name: "Cart", reached: "reached_cart", strict: "strict_cart", is: isRecorded("adds") },
  { name: "Checkout", reached: "reached_checkout", strict: "strict_checkout", is: isRecorded("checkouts") },
  { name: "Order", reached: "reached_purchase", strict: "strict_purchase", is: true },
];

function isRecorded(events) {
  return SESSIONS.measures[events].some((count) => count > 0);
}

function funnelMessage(steps, sessions) {
  const order = steps.at(-1);
  if (sessions === 0) return "No sessions in this range.";
  if (order.reached === 0) return `None of ${plural(sessions, "session")} ends in an order.`;
  const kept = steps.slice(1).map((step, at) => ({ name: step.name.toLowerCase(), part: ratio(step.reached, steps[at].reached) ?? 1 }));
  const worst = kept.reduce((least, step) => (step.part < least.part ? step : least));
  return `${share(order.reached, sessions)} of sessions end in an order; most are lost before the ${worst.name}.`;
}

function fillFunnel(all) {
  const gap = STEPS.findIndex((step) => !step.is);
  const steps = STEPS.map((step, at) => ({ name: step.name, reached: all[step.reached], strict: gap >= 0 && at > gap ? null : all[step.strict] }))
    .filter((_, at) => STEPS[at].is);
  const missing = STEPS.filter((step) => !step.is).map((step) => step.name.toLowerCase());
  const of = (value) => share(value, all.sessions);
  const series = [
    { name: "Reached", color: "--sessions", values: steps.map((step) => step.reached) },
    { name: "Strict", color: "--people", values: steps.map((step) => step.strict) },
  ];
  const written = (value) => (Number.isFinite(value) ? `${compact(value)} (${of(value)})` : "not known");
  const option = barOption({ names: steps.map((step) => step.name), series, write: written, tick: (value) => (Number.isFinite(value) ? `${count(value)} (${of(value)})` : "not known"), left: 110 });
  option.grid.right = 120;
  fillSection("funnel", {
    message: funnelMessage(steps, all.sessions),
    note: "Reached: the step or a later one was seen, so an order without a cart counts. Strict: every step, in this order." +
      (missing.length > 0 ? ` The log records no ${missing.join(" and no ")}: what comes after that in order is not known.` : ""),
    key: series,
    option: all.sessions > 0 ? option : null,
    height: steps.length * 64 + 12,
    empty: "There is nothing to draw.",
    caption: "Sessions by step",
    columns: [
      textColumn("Step", (row) => steps[row].name),
      countColumn("Reached", (row) => steps[row].reached),
      shareColumn("of sessions", (row) => ratio(steps[row].reached, all.sessions)),
      shareColumn("of the step before", (row) => (row === 0 ? null : ratio(steps[row].reached, steps[row - 1].reached))),
      countColumn("Strict", (row) => steps[row].strict),
      shareColumn("of sessions, strict", (row) => (steps[row].strict === null ? null : ratio(steps[row].strict, all.sessions))),
    ],
    rows: steps.map((_, row) => row),
  });
}
