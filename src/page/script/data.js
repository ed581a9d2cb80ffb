// The cubes that the page came with: columns of whole numbers, or of codes
// into a list of texts; either may be written as runs (value, times).

function numbers(column) {
  if (!column.runs) return column;
  const values = [];
  for (let at = 0; at < column.runs.length; at += 2) {
    for (let times = column.runs[at + 1]; times > 0; times--) values.push(column.runs[at]);
  }
  return values;
}

// A column as { at, of } with the codes in full, or as numbers.
function column(cube, name) {
  const found = cube[name];
  return found.of ? { of: found.of, at: numbers(found.at) } : numbers(found);
}

function texts(cube, name) {
  const { of, at } = column(cube, name);
  return at.map((code) => of[code]);
}

// Rows as objects; for small cubes.
function rowsOf(cube) {
  const names = Object.keys(cube);
  const columns = names.map((name) => (cube[name].of ? texts(cube, name) : column(cube, name)));
  return (columns[0] ?? []).map((_, row) => Object.fromEntries(names.map((name, at) => [name, columns[at][row]])));
}

const UNITS = rowsOf(DATA.units).map((unit) => ({
  start: toDay(unit.unit),
  first: toDay(unit.first_date),
  last: toDay(unit.last_date),
  days: unit.days,
  wholeDays: unit.whole_days,
  visitorDays: unit.visitor_days,
  refundCents: unit.refund_cents,
}));
// Days that the data do not cover whole.
const PARTIAL = texts(DATA.partial, "date").map(toDay);
const UNIT = DATA.about.unit;
const DETAIL = DATA.about.detail;
const FIRST_DAY = UNITS[0]?.first ?? 0;
const LAST_DAY = UNITS.at(-1)?.last ?? 0;

// The day after the last of a stretch of time that begins on that day.
function nextStart(start, kind) {
  const date = toDate(start);
  const months = { month: 1, quarter: 3, year: 12 }[kind];
  if (!months) return start + (kind === "week" ? 7 : 1);
  return Math.round(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / 86400000);
}

// Whether the data cover a unit from its first moment to its last.
function isWhole(unit) {
  return unit.wholeDays === nextStart(unit.start, UNIT) - unit.start;
}

const UNIT_AT = new Map(UNITS.map((unit, at) => [unit.start, at]));

// A large cube made ready: the codes of its keys, and its measures.
function makeCube(cube, time, measures) {
  const at = column(cube, time);
  const starts = at.of.map(toDay);
  return {
    starts,
    time: at.at,
    device: column(cube, "device").at,
    deviceNames: cube.device.of,
    channel: column(cube, "channel").at,
    channelNames: cube.channel.of,
    measures: Object.fromEntries(measures.map((name) => [name, column(cube, name)])),
    rows: at.at.length,
  };
}

const MEASURES = [
  "sessions", "new_visitors", "bounced_sessions", "converted_sessions", "cart_sessions", "abandoned_sessions",
  "reached_product_view", "reached_cart", "reached_checkout", "reached_purchase",
  "strict_product_view", "strict_cart", "strict_checkout", "strict_purchase", "product_views", "adds", "checkouts",
  "duration_seconds", "lost_cents", "orders", "priced_orders", "units", "revenue_cents",
];
const SESSIONS = makeCube(DATA.sessions, "unit", MEASURES);
const HOURS = { ...makeCube(DATA.hours, "detail", ["slot", "sessions"]) };
const PRODUCTS = {
  ...makeCube(DATA.products, "detail", ["views", "adds", "units", "revenue_cents"]),
  item: texts(DATA.products, "item"),
  category: texts(DATA.products, "category"),
};
const JOURNEYS = rowsOf(DATA.journeys).map((link) => ({ ...link, start: toDay(link.detail) }));

// Names by their sessions, the most first.
function ranked(names, codes) {
  const sums = names.map(() => 0);
  codes.forEach((code, row) => (sums[code] += SESSIONS.measures.sessions[row]));
  return names.map((name, at) => [name, sums[at]]).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
}
const DEVICES = ranked(SESSIONS.deviceNames, SESSIONS.device);
const CHANNELS = ranked(SESSIONS.channelNames, SESSIONS.channel);

function zeros() {
  return Object.fromEntries(MEASURES.map((name) => [name, 0]));
}
