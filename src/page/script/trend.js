// How one figure moves, beside the time before.

const RUN = 7;

function makeTrend() {
  const select = make("select", { id: "metric" }, ...Object.entries(METRICS).map(([id, metric]) => make("option", { value: id }, metric.name)));
  select.addEventListener("change", () => {
    state.metric = select.value;
    update();
  });
  const pick = make("label", { class: "pick" }, "Figure ", select);
  makeSection("trend", "Trend", { wide: true, height: 320, pick });
}

function unitName(unit) {
  if (UNIT === "day") return shortDay(unit.start);
  if (UNIT === "week") return longDay(unit.start);
  const date = toDate(unit.start);
  return UNIT === "month" ? `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}` : String(date.getUTCFullYear());
}

function trendMessage(metric, compared, all) {
  const value = metric.of(all);
  if (value === null) return `${metric.name}: nothing to divide in this range.`;
  if (metric.color === "--revenue" && value === 0) return "No orders in this range.";
  if (!compared) return `${metric.name}: ${metric.write(value)} in all.`;
  const found = change(metric, compared.nowSum, compared.beforeSum);
  if (!found) return `${metric.name}: ${metric.write(value)} in all.`;
  const when = compared.lead ? ` of the ${compared.lead}` : "";
  if (!found.mood) return `${metric.name}${when} is level ${compared.label.replace("on", "with")}.`;
  const where = found.text.startsWith("▲") ? "above" : "below";
  return `${metric.name}${when} is ${found.text.slice(2)} ${where} ${compared.label.replace(/^on /, "")}.`;
}

// The mean of a run of units around it: sums first, then the ratio.
function smoothed(metric, units, at) {
  if (at < RUN - 1) return null;
  const sum = total(units, at - RUN + 1, at);
  const value = metric.of(sum);
  return value === null || metric.isRatio ? value : value / RUN;
}

function fillTrend(units, all, compared) {
  const metric = METRICS[state.metric];
  byId("metric").value = state.metric;
  byId("metric").parentElement.dataset.chosen = metric.name;
  const { first, last } = range();
  const places = [];
  for (let at = first; at <= last; at++) places.push(at);
  const values = places.map((at) => metric.of(units[at]));
  const isLong = UNIT === "day" && places.length > 3 * RUN;
  const hasBefore = compared && !compared.lead;
  const before = hasBefore ? places.map((at) => metric.of(units[at - places.length])) : [];
  const partial = places.filter((at) => !isWhole(UNITS[at]));
  const [hue, isCrowded] = [color(metric.color), places.length > 62];
  const point = (at, value) => {
    const isPartial = !isWhole(UNITS[at]);
    const look = isPartial ? { color: color("--card"), borderColor: hue, borderWidth: 2 } : undefined;
    return { value, symbol: isPartial ? "circle" : isCrowded ? "none" : "circle", symbolSize: isPartial ? 9 : 5, itemStyle: look };
  };
  const series = [{
    name: metric.name, type: places.length < 3 ? "bar" : "line", barMaxWidth: 64, z: 3, data: places.map((at, row) => point(at, values[row])),
    showSymbol: true, showAllSymbol: true,
    lineStyle: { color: hue, width: isLong ? 1 : 2.4, opacity: isLong ? 0.55 : 1 }, itemStyle: { color: hue, opacity: isLong ? 0.55 : 1 },
    areaStyle: metric.isRatio ? undefined : { color: hue, opacity: 0.08 },
  }];
  const key = [{ name: `${metric.name} by ${UNIT}`, color: metric.color }];
  if (isLong) {
    series.push({ name: `Mean of ${RUN} days`, type: "line", z: 4, symbol: "none", data: places.map((at) => smoothed(metric, units, at)), lineStyle: { color: hue, width: 2.6 } });
    key.push({ name: `heavy line: mean of ${RUN} days`, color: metric.color });
  }
  if (hasBefore) {
    series.push({ name: "Before", type: "line", z: 2, symbol: "none", data: before, lineStyle: { color: color("--soft"), width: 1.5, type: "dashed" } });
    key.push({ name: `dashed: ${compared.label.replace(/^on /, "")}`, color: "--soft" });
  }
  const name = (at) => (UNIT === "day" ? `${WEEKDAYS[weekday(UNITS[at].start)]} ${longDay(UNITS[at].start)}` : span(UNITS[at].first, UNITS[at].last));
  fillSection("trend", {
    message: trendMessage(metric, compared, all),
    note: partial.length > 0 ? `Hollow: ${partial.length === 1 ? "a" : count(partial.length)} ${UNIT}${partial.length === 1 ? "" : "s"} that the data do not cover whole.` : "",
    key,
    option: {
      grid: { left: 64, right: 18, top: 14, bottom: 30 },
      xAxis: nameAxis(places.map((at) => unitName(UNITS[at])), { boundaryGap: places.length < 3, axisLabel: { hideOverlap: true } }),
      yAxis: valueAxis(metric.tick),
      tooltip: {
        trigger: "axis", axisPointer: { lineStyle: { color: color("--soft") } },
        formatter: (items) => {
          const row = items[0].dataIndex;
          const lines = items.filter((item) => item.value !== null && item.value !== undefined).map((item) => [item.seriesName, metric.write(item.value)]);
          return tip(name(places[row]) + (isWhole(UNITS[places[row]]) ? "" : ", not whole"), lines);
        },
      },
      series,
    },
    caption: `Figures by ${UNIT}`,
    columns: [
      { name: UNIT === "day" ? "Day" : `${words(UNIT)} of`, of: (at) => isoDay(UNITS[at].start), isText: true },
      countColumn("Sessions", (at) => units[at].sessions),
      ...(splits() ? [] : [countColumn(UNIT === "day" ? "Visitors" : "Visitors a day", (at) => UNITS[at].visitorDays / UNITS[at].days)]),
      countColumn("New visitors", (at) => units[at].new_visitors),
      shareColumn("Bounce rate", (at) => METRICS.bounce_rate.of(units[at])),
      shareColumn("Conversion", (at) => METRICS.conversion.of(units[at])),
      countColumn("Orders", (at) => units[at].orders),
      countColumn("Units", (at) => units[at].units),
      moneyColumn("Revenue", (at) => units[at].revenue_cents),
      moneyColumn("Order value", (at) => METRICS.order_value.of(units[at])),
      shareColumn("Abandonment", (at) => METRICS.abandonment.of(units[at])),
      moneyColumn("Left in carts", (at) => units[at].lost_cents),
      ...(splits() ? [] : [moneyColumn("Refunds", (at) => UNITS[at].refundCents)]),
      { name: "Whole", of: (at) => (isWhole(UNITS[at]) ? "yes" : "no"), isText: true },
    ],
    rows: places,
  });
}
