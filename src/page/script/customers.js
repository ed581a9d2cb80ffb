// Who comes back, and which customers bring the revenue.

const COHORTS = rowsOf(DATA.cohorts).map((row) => ({ ...row, start: toDay(row.cohort) }));
// Columns of cells that are wide enough for their figure.
const MOST_LABELLED = 16;
const SEGMENTS = rowsOf(DATA.segments);

function makeCohorts() {
  makeSection("cohorts", "Cohort retention", { height: 300, wide: true });
}

function makeSegments() {
  makeSection("segments", "Customer segments", { height: 320 });
}

function fillCohorts() {
  const kind = DATA.about.cohort;
  const step = kind === "week" ? 7 : 28;
  const { first, last } = range();
  const isIn = (start) => start + step > UNITS[first].first && start <= UNITS[last].last;
  const rows = COHORTS.filter((row) => isIn(row.start));
  const starts = [...new Set(rows.map((row) => row.start))];
  const later = rows.filter((row) => row.period_number > 0);
  const most = Math.max(...later.map((row) => row.active_customers / row.cohort_size), 0);
  const next = rows.filter((row) => row.period_number === 1 && row.is_complete);
  const sum = (name) => next.reduce((all, row) => all + row[name], 0);
  const periods = Math.max(...later.map((row) => row.period_number), 0);
  const isLabelled = periods <= MOST_LABELLED;
  const label = (start) => (kind === "week" ? shortDay(start) : `${MONTHS[toDate(start).getUTCMonth()]} ${toDate(start).getUTCFullYear()}`);
  const size = new Map(rows.map((row) => [row.start, row.cohort_size]));
  fillSection("cohorts", {
    message: next.length > 0 ? `${share(sum("active_customers"), sum("cohort_size"))} of new customers come back in the ${kind} after their first.` : `No ${kind} after a first one is over yet.`,
    note: `Share of the customers whose first session was in that ${kind} who have a session so many ${kind}s later. Follows dates by the cohort's ${kind}; not device and channel.${isLabelled ? ` *: that ${kind} is not over.` : ` Darkest: ${percent(most)}.`}`,
    option: later.length > 0 ? heatOption({
      columns: Array.from({ length: periods }, (_, at) => String(at + 1)),
      rows: starts.map((start) => `${label(start)}  (${compact(size.get(start))})`),
      cells: later.map((row) => {
        const part = row.active_customers / row.cohort_size;
        return [row.period_number - 1, starts.indexOf(row.start), most > 0 ? part / most : 0, percent(part) + (row.is_complete ? "" : "*")];
      }),
      name: "--people", labels: isLabelled, left: 132, axis: { name: `${words(kind)}s after the first` },
      describe: ([at, cohort]) => {
        const row = later.find((one) => one.start === starts[cohort] && one.period_number === at + 1);
        return tip(`${label(row.start)}, ${plural(row.period_number, kind)} later`, [["Came back", count(row.active_customers)], ["Of", count(row.cohort_size)], ["Share", share(row.active_customers, row.cohort_size)], ["Over", row.is_complete ? "yes" : "not yet"]]);
      },
    }) : null,
    height: Math.max(120, starts.length * 30 + 60),
    width: 150 + periods * (isLabelled ? 84 : 44),
    empty: `Nobody can have come back yet: the data hold one ${kind}.`,
    caption: "Customers who come back",
    columns: [
      textColumn("Cohort", (row) => row.cohort),
      { name: `${words(kind)}s later`, of: (row) => row.period_number },
      countColumn("Customers", (row) => row.cohort_size),
      countColumn("Active", (row) => row.active_customers),
      shareColumn("Retention", (row) => ratio(row.active_customers, row.cohort_size)),
      { name: "Over", of: (row) => (row.is_complete ? "yes" : "no"), isText: true },
    ],
    rows,
  });
}

function fillSegments() {
  const buyers = SEGMENTS.filter((row) => row.orders > 0);
  const customers = buyers.reduce((sum, row) => sum + row.customers, 0);
  const revenue = buyers.reduce((sum, row) => sum + row.revenue_cents, 0);
  const orders = buyers.reduce((sum, row) => sum + row.orders, 0);
  const worth = HAS_MONEY ? { name: "revenue", of: (row) => row.revenue_cents, all: revenue } : { name: "orders", of: (row) => row.orders, all: orders };
  const sorted = [...buyers].sort((a, b) => worth.of(b) - worth.of(a));
  const best = sorted[0];
  const series = [
    { name: "Share of buyers", color: "--people", values: sorted.map((row) => row.customers / customers) },
    { name: `Share of ${worth.name}`, color: "--revenue", values: sorted.map((row) => ratio(worth.of(row), worth.all) ?? 0) },
  ];
  fillSection("segments", {
    message: best ? `${best.rfm_segment}: ${share(best.customers, customers)} of buyers, ${share(worth.of(best), worth.all)} of ${worth.name}.` : "Nobody has ordered yet, so there are no segments.",
    note: `By recency and frequency of orders${SEGMENTS.length > 0 ? `, as of ${longDay(toDay(SEGMENTS[0].as_of_date))}` : ""}: each customer's segment now. Covers the whole log; not filtered.`,
    key: series,
    option: best ? barOption({ names: sorted.map((row) => row.rfm_segment), series, write: percent, left: 150 }) : null,
    height: Math.max(120, sorted.length * 46 + 12),
    empty: "There is nothing to draw.",
    caption: "Customers by segment, whole log",
    columns: [
      textColumn("Segment", (row) => row.rfm_segment),
      countColumn("Customers", (row) => row.customers),
      countColumn("Sessions", (row) => row.sessions),
      countColumn("Orders", (row) => row.orders),
      moneyColumn("Revenue", (row) => row.revenue_cents),
      moneyColumn("Revenue each", (row) => ratio(row.revenue_cents, row.customers)),
      { name: "Days since last order", of: (row) => (row.orders > 0 ? row.days_since_last_order / row.customers : null), write: (value) => value.toFixed(1) },
    ],
    rows: SEGMENTS,
  });
}
