// Where sessions stop on the way to an order, in two readings that are never mixed.

function makeFunnel() {
  makeSection("funnel", "Funnel", { height: 330 });
}

function fillFunnel(all) {
  const steps = [
    { name: "All sessions", reached: all.sessions, strict: all.sessions },
    { name: "Product view", reached: all.reached_product_view, strict: all.strict_product_view },
    { name: "Cart", reached: all.reached_cart, strict: all.strict_cart },
    { name: "Checkout", reached: all.reached_checkout, strict: all.strict_checkout },
    { name: "Order", reached: all.reached_purchase, strict: all.strict_purchase },
  ];
  // A source that records no checkout would show one nobody passes.
  if (all.checkouts === 0 && all.strict_checkout === 0) steps.splice(3, 1);
  const drops = steps.slice(1).map((step, at) => ({ step, from: steps[at], kept: ratio(step.reached, steps[at].reached) }));
  const worst = drops.filter((drop) => drop.kept !== null).sort((a, b) => a.kept - b.kept)[0];
  const of = (value) => share(value, all.sessions);
  const order = steps.at(-1);
  const message = all.sessions === 0
    ? "No sessions in this range."
    : order.reached === 0
      ? `None of ${plural(all.sessions, "session")} ends in an order.`
      : `${of(order.reached)} of sessions end in an order; most are lost before the ${worst.step.name.toLowerCase()}.`;
  const series = [
    { name: "Reached", color: "--sessions", values: steps.map((step) => step.reached) },
    { name: "Strict", color: "--people", values: steps.map((step) => step.strict) },
  ];
  const option = barOption({ names: steps.map((step) => step.name), series, write: (value) => `${compact(value)} (${of(value)})`, tick: (value) => `${count(value)} (${of(value)})`, left: 110 });
  option.grid.right = 120;
  fillSection("funnel", {
    message,
    note: "Reached: the step or a later one was seen, so an order without a cart counts. Strict: every step, in this order.",
    key: series,
    option: all.sessions > 0 ? option : null,
    empty: "There is nothing to draw.",
    caption: "Sessions by step",
    columns: [
      textColumn("Step", (row) => steps[row].name),
      countColumn("Reached", (row) => steps[row].reached),
      shareColumn("of sessions", (row) => ratio(steps[row].reached, all.sessions)),
      shareColumn("of the step before", (row) => (row === 0 ? null : ratio(steps[row].reached, steps[row - 1].reached))),
      countColumn("Strict", (row) => steps[row].strict),
      shareColumn("of sessions, strict", (row) => ratio(steps[row].strict, all.sessions)),
    ],
    rows: steps.map((_, row) => row),
  });
}
