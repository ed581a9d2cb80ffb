// At which hours of the week sessions start.

function makeHours() {
  makeSection("hours", "Hour by weekday", { height: 320, wide: true, least: 720 });
}

// How many days of each weekday the cells stand on: days covered whole, where there are any.
function weekdayCounts() {
  const anyWhole = UNITS.some((unit) => unit.wholeDays > 0);
  const days = new Array(7).fill(0);
  const partial = new Set(anyWhole ? PARTIAL : []);
  const { first, last } = range();
  const touched = new Set(HOURS.starts.filter(touches));
  const isIn = (day) => [...touched].some((start) => day >= start && day < nextStart(start, DETAIL));
  const [from, to] = [Math.max(FIRST_DAY, UNITS[first].first - 366), Math.min(LAST_DAY, UNITS[last].last + 366)];
  for (let day = from; day <= to; day++) {
    const inRange = DETAIL === "day" ? day >= UNITS[first].first && day <= UNITS[last].last : isIn(day);
    if (inRange && !partial.has(day)) days[weekday(day)]++;
  }
  return days;
}

function fillHours() {
  const sums = new Array(168).fill(0);
  eachRow(HOURS, touches, (row) => (sums[HOURS.measures.slot[row]] += HOURS.measures.sessions[row]));
  const days = weekdayCounts();
  const mean = (slot) => (days[Math.floor(slot / 24)] > 0 ? sums[slot] / days[Math.floor(slot / 24)] : null);
  const slots = sums.map((_, slot) => slot).filter((slot) => mean(slot) !== null);
  const most = Math.max(...slots.map(mean), 0);
  const clock = (slot) => `${String(slot % 24).padStart(2, "0")}:00`;
  const busiest = slots.filter((slot) => mean(slot) === most)[0];
  const write = (value) => (value >= 10 ? count(value) : value.toFixed(1));
  const said = (value) => write(value).replace(".0", "");
  fillSection("hours", {
    message: most > 0 ? `Busiest on ${WEEKDAYS[Math.floor(busiest / 24)]} at ${clock(busiest)}: ${said(most)} ${said(most) === "1" ? "session starts" : "sessions start"} within the hour.` : "No sessions on days that the data cover whole.",
    note: `Mean number of sessions that start in the hour, ${UNITS.some((unit) => unit.wholeDays > 0) ? "over days covered whole" : "though no day is covered whole"}, in business time.${detailNote()}`,
    option: most > 0 ? heatOption({
      columns: Array.from({ length: 24 }, (_, hour) => String(hour)),
      rows: WEEKDAYS,
      cells: slots.map((slot) => [slot % 24, Math.floor(slot / 24), mean(slot) / most, most >= 1 ? write(mean(slot)) : ""]),
      name: "--heat", labels: true, axis: { name: "Hour of the day" },
      describe: ([hour, day]) => tip(`${WEEKDAYS[day]} ${clock(hour)}`, [["Sessions, mean", write(mean(24 * day + hour))], ["Sessions, all", count(sums[24 * day + hour])], ["Days", count(days[day])]]),
    }) : null,
    empty: "There is nothing to draw.",
    caption: "Sessions by weekday and hour",
    columns: [
      { ...textColumn("Weekday", (slot) => WEEKDAYS[Math.floor(slot / 24)]) },
      { name: "Hour", of: (slot) => slot % 24 },
      countColumn("Sessions", (slot) => sums[slot]),
      countColumn("Days", (slot) => days[Math.floor(slot / 24)]),
      { name: "Mean", of: mean, write },
    ],
    rows: slots,
  });
}
