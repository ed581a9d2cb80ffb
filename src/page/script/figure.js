// A section with its message, its chart and the same figures as a table.

const charts = new Map();

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// A telephone's screen; names beside bars get less room there.
function isNarrow() {
  return document.documentElement.clientWidth < 560;
}

// Makes the section; `pick` is a control beside the heading.
function makeSection(id, title, { wide = false, height = 300, least = 0, pick = null, open = false, long = false } = {}) {
  const chart = make("div", { class: "chart", role: "img", id: `${id}-chart`, style: `height:${height}px;${least ? `min-width:${least}px` : ""}` });
  const details = make("details", { class: "data", open }, make("summary", {}, "The figures as a table"), make("div", { class: "figures" }));
  const section = make("section", { id, "aria-labelledby": `${id}-title`, class: `${wide ? "wide" : ""}${long ? " long" : ""}` },
    make("header", {},
      make("h2", { id: `${id}-title` }, title), ...(pick ? [pick] : []),
      make("p", { class: "message" }), make("p", { class: "note" }), make("ul", { class: "key", hidden: true })),
    make("div", { class: "scroll" }, chart),
    make("p", { class: "empty", hidden: true }),
    details);
  byId("main").append(section);
  byId("contents").querySelector("ul").append(make("li", {}, make("a", { href: `#${id}` }, title)));
  return section;
}

// Says the message, draws the chart and fills the table; without an option
// the chart gives way to a sentence that says why there is none.
function fillSection(id, { message, note = "", key = [], option = null, height = null, width = null, empty = "", caption, columns, rows }) {
  const section = byId(id);
  section.querySelector(".message").textContent = message;
  section.querySelector(".note").textContent = note;
  const keys = key.map((one) => make("li", {}, make("span", { "aria-hidden": "true", style: `background:var(${one.color})` }), one.name));
  section.querySelector(".key").replaceChildren(...keys);
  section.querySelector(".key").hidden = key.length === 0 || option === null;
  const [place, nothing] = [section.querySelector(".chart"), section.querySelector(".empty")];
  place.parentElement.hidden = option === null;
  nothing.hidden = option !== null;
  nothing.textContent = empty;
  if (option) draw(place, message, option, height, width);
  const details = section.querySelector("details.data");
  details.hidden = rows.length === 0;
  fillTable(section.querySelector(".figures"), caption, columns, rows);
}

function draw(place, message, option, height, width) {
  if (height) place.style.height = `${height}px`;
  // A grid of few columns keeps its cells small; one of many scrolls.
  if (width) {
    place.style.minWidth = `${Math.min(width, 640)}px`;
    place.style.maxWidth = `${width}px`;
  }
  place.setAttribute("aria-label", `Chart: ${message} The table below has its figures.`);
  let chart = charts.get(place.id);
  if (!chart) {
    chart = echarts.init(place, null, { renderer: "svg" });
    charts.set(place.id, chart);
    // In the next frame: a change of size within the notice would be reported as an error.
    new ResizeObserver(() => requestAnimationFrame(() => chart.resize())).observe(place);
  }
  chart.resize();
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: color("--ink") },
    ...option,
    tooltip: {
      backgroundColor: color("--card"), borderColor: color("--line"), textStyle: { color: color("--ink"), fontSize: 13 },
      confine: true, ...option.tooltip,
    },
  }, { notMerge: true });
}

// Axes with few lines, all from zero.
function valueAxis(write, more = {}) {
  return {
    type: "value", min: 0, splitNumber: 4,
    axisLabel: { color: color("--soft"), formatter: write },
    splitLine: { lineStyle: { color: color("--line") } },
    ...more,
  };
}

function nameAxis(names, more = {}) {
  return {
    type: "category", data: names,
    axisLabel: { color: color("--soft"), ...more.axisLabel },
    axisLine: { lineStyle: { color: color("--line") } },
    axisTick: { show: false },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "axisLabel")),
  };
}

// What a tooltip says: a head, then name and value a line.
function tip(head, lines) {
  const body = lines.map(([name, value]) => `<div style="display:flex;gap:18px;justify-content:space-between"><span>${escaped(name)}</span><b>${escaped(value)}</b></div>`);
  return `<div style="font-weight:600;margin-bottom:3px">${escaped(head)}</div>${body.join("")}`;
}

// Red, green and blue between the card and a colour: 0 is the card, 1 the colour.
function mixed(name, part) {
  const channels = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  const [from, to] = [channels(color("--card")), channels(color(name))];
  return from.map((value, at) => Math.round(value + (to[at] - value) * Math.min(Math.max(part, 0), 1)));
}

function tint(name, part) {
  return `rgb(${mixed(name, part).join(",")})`;
}

// White or near black, whichever can be read better on a tint (by the contrast of WCAG 2).
function inkOn(name, part) {
  const linear = mixed(name, part).map((value) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return 1.05 / (light + 0.05) > (light + 0.05) / 0.058 ? "#ffffff" : "#14181d";
}

// A grid of tinted cells: rows from the top, `cells` as [column, row, part of the most, text].
function heatOption({ columns, rows, cells, name, describe, labels, left = 92, axis = {} }) {
  return {
    grid: { left, right: 8, top: 6, bottom: 46 },
    xAxis: nameAxis(columns, { position: "bottom", splitArea: { show: false }, nameLocation: "middle", nameGap: 28, nameTextStyle: { color: color("--soft") }, ...axis }),
    yAxis: nameAxis(rows, { inverse: true, axisLine: { show: false } }),
    visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { color: [tint(name, 0.04), tint(name, 1)] } },
    tooltip: { formatter: ({ data }) => describe(data.value) },
    series: [{
      type: "heatmap",
      data: cells.map(([x, y, part, text]) => ({
        value: [x, y, part],
        itemStyle: { color: tint(name, 0.06 + 0.94 * part), borderColor: color("--card"), borderWidth: 1.5 },
        label: { show: labels && text !== "", formatter: () => text, color: inkOn(name, 0.06 + 0.94 * part), fontSize: 11.5 },
      })),
      emphasis: { itemStyle: { borderColor: color("--ink"), borderWidth: 1.5 } },
    }],
  };
}

// Bars that lie, the longest first, with the value behind each.
function barOption({ names, series, write, left: room = 130, tick = null, axisMax = null }) {
  const left = Math.min(room, isNarrow() ? 112 : room);
  return {
    grid: { left, right: 70, top: 4, bottom: 6 },
    xAxis: { type: "value", min: 0, max: axisMax, show: false },
    yAxis: nameAxis(names, { inverse: true, axisLine: { show: false }, axisLabel: { color: color("--ink"), width: left - 14, overflow: "truncate", interval: 0 } }),
    tooltip: { trigger: "axis", axisPointer: { type: "none" }, formatter: (items) => tip(items[0].name, items.map((item) => [item.seriesName, (tick ?? write)(item.value)])) },
    series: series.map((one) => ({
      name: one.name, hue: one.color, type: "bar", data: one.values, barMaxWidth: 20, barGap: "12%", barCategoryGap: "34%",
      itemStyle: { color: color(one.color), borderRadius: [0, 3, 3, 0] },
      label: { show: true, position: "right", color: color("--ink"), formatter: ({ value }) => write(value) },
    })),
  };
}
