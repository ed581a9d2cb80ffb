// What is chosen, what that means for the cubes, and how it stands in the address.

const EVERYTHING = { from: FIRST_DAY, to: LAST_DAY, devices: [], channels: [], metric: FIRST_METRIC };
const state = { ...EVERYTHING };

function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const day = (name, other) => {
    const value = toDay(asked.get(name) ?? "");
    return Number.isFinite(value) ? Math.min(Math.max(value, FIRST_DAY), LAST_DAY) : other;
  };
  state.from = day("from", FIRST_DAY);
  state.to = Math.max(day("to", LAST_DAY), state.from);
  state.devices = asked.getAll("device").filter((name) => DEVICES.includes(name));
  state.channels = asked.getAll("channel").filter((name) => CHANNELS.includes(name));
  state.metric = asked.get("metric") in METRICS ? asked.get("metric") : EVERYTHING.metric;
}

const NOTHING_CHOSEN = "all";

function address() {
  const words = new URLSearchParams();
  if (state.from !== FIRST_DAY) words.set("from", isoDay(state.from));
  if (state.to !== LAST_DAY) words.set("to", isoDay(state.to));
  state.devices.forEach((name) => words.append("device", name));
  state.channels.forEach((name) => words.append("channel", name));
  if (state.metric !== EVERYTHING.metric) words.set("metric", state.metric);
  return words.toString();
}

function isFiltered() {
  return state.from !== FIRST_DAY || state.to !== LAST_DAY || splits();
}

// Whether devices or channels are chosen.
function splits() {
  return state.devices.length > 0 || state.channels.length > 0;
}

// First and last unit that the range touches, as places in UNITS.
function range() {
  const first = UNITS.findIndex((unit) => unit.last >= state.from);
  let last = UNITS.length - 1;
  while (last > first && UNITS[last].first > state.to) last--;
  return { first, last };
}

// For each code of a key: is it chosen?
function chosen(names, wanted) {
  return names.map((name) => wanted.length === 0 || wanted.includes(name));
}

// Calls back with the rows of a cube that pass, and the place of their time.
function eachRow(cube, isInTime, call) {
  const devices = chosen(cube.deviceNames, state.devices);
  const channels = chosen(cube.channelNames, state.channels);
  const times = cube.starts.map(isInTime);
  for (let row = 0; row < cube.rows; row++) {
    if (times[cube.time[row]] && devices[cube.device[row]] && channels[cube.channel[row]]) call(row);
  }
}

// The sums of each unit of the whole log, for the devices and channels chosen.
function byUnit() {
  const sums = UNITS.map(zeros);
  eachRow(SESSIONS, () => true, (row) => {
    const sum = sums[UNIT_AT.get(SESSIONS.starts[SESSIONS.time[row]])];
    for (const name of MEASURES) sum[name] += SESSIONS.measures[name][row];
  });
  return sums;
}

function total(units, first, last) {
  const sum = zeros();
  for (let at = first; at <= last; at++) for (const name of MEASURES) sum[name] += units[at][name];
  return sum;
}

// The sums of each name of a key (device or channel) within the range.
function byName(key, names) {
  const { first, last } = range();
  const sums = new Map(names.map((name) => [name, zeros()]));
  const isInTime = (start) => start >= UNITS[first].start && start <= UNITS[last].start;
  eachRow(SESSIONS, isInTime, (row) => {
    const sum = sums.get(SESSIONS[key + "Names"][SESSIONS[key][row]]);
    for (const name of MEASURES) sum[name] += SESSIONS.measures[name][row];
  });
  return [...sums].filter(([, sum]) => sum.sessions > 0 || sum.orders > 0).map(([name, sum]) => ({ name, ...sum }));
}

// Whether a coarser stretch of time touches the range.
function touches(start) {
  return nextStart(start, DETAIL) > UNITS[range().first].first && start <= UNITS[range().last].last;
}

// What the coarser stretches add to the range, in words; nothing where they add nothing.
function detailNote() {
  const { first, last } = range();
  let [from, to] = [UNITS[first].first, UNITS[last].last];
  const asked = [from, to];
  for (const start of new Set([...HOURS.starts, ...PRODUCTS.starts])) {
    if (!touches(start)) continue;
    from = Math.min(from, Math.max(start, FIRST_DAY));
    to = Math.max(to, Math.min(nextStart(start, DETAIL) - 1, LAST_DAY));
  }
  if (from === asked[0] && to === asked[1]) return "";
  return ` Kept by the ${DETAIL} in a log of this length, so this covers ${span(from, to)}.`;
}

// What the range is compared with: as long a stretch just before it where the
// log has one, else the end of the range with what comes before that.
function comparison() {
  const { first, last } = range();
  const length = last - first + 1;
  const whole = (from, to) => UNITS.slice(from, to + 1).every(isWhole);
  if (first - length >= 0) {
    const place = { now: [first, last], before: [first - length, first - 1] };
    const partial = whole(...place.now) && whole(...place.before) ? "" : ", not covered whole";
    return { ...place, label: `on ${span(UNITS[place.before[0]].first, UNITS[place.before[1]].last)}${partial}`, lead: "" };
  }
  const run = { day: 7, week: 4, month: 3, quarter: 2, year: 1 }[UNIT];
  let end = last;
  while (end > first && !isWhole(UNITS[end])) end--;
  const start = end - 2 * run + 1;
  if (start < first || !whole(start, end)) return null;
  const ends = run === 1 ? `last ${UNIT}` : `last ${run} ${UNIT}s`;
  return {
    now: [end - run + 1, end],
    before: [start, end - run],
    label: run === 1 ? "on the one before" : `on the ${run} before`,
    lead: ends,
  };
}

function chosenNames(names, all) {
  return names.length === 0 ? all : names.length <= 2 ? names.map(words).join(" and ") : `${names.length} ${all.replace("all ", "")}`;
}
