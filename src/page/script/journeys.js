// Which ways sessions take, a repeated step told once.

const LEFT = "left";
const LEAST_PART = 0.004;
const STEP_COLOR = {
  page_view: "--people", search: "--people", product_view: "--sessions", add_to_cart: "--conversion", remove_from_cart: "--lost",
  checkout: "--conversion", purchase: "--revenue", login: "--value", other: "--soft", [LEFT]: "--line",
};
const STEP_NAME = { page_view: "page", product_view: "product", add_to_cart: "cart", remove_from_cart: "out of cart", purchase: "order", [LEFT]: "left" };

function makeJourneys() {
  makeSection("journeys", "Journeys", { wide: true, height: 430, least: 760 });
}

function fillJourneys() {
  const sums = new Map();
  const add = (depth, from, to, sessions) => {
    if (sessions === 0) return;
    const key = `${depth} ${from} ${to}`;
    const link = sums.get(key) ?? { depth, from, to, sessions: 0 };
    link.sessions += sessions;
    sums.set(key, link);
  };
  for (const link of JOURNEYS.filter((one) => touches(one.start))) {
    add(link.depth, link.from_step, link.to_step, link.sessions);
    if (link.depth < DATA.about.steps) add(link.depth + 1, link.to_step, LEFT, link.ended_sessions);
  }
  const links = [...sums.values()].sort((a, b) => a.depth - b.depth || b.sessions - a.sessions);
  const starts = links.filter((link) => link.depth === 1);
  const all = starts.reduce((sum, link) => sum + link.sessions, 0);
  const drawn = links.filter((link) => link.depth > 1 && link.sessions >= LEAST_PART * all);
  const name = (depth, step) => `${depth} ${step}`;
  const sizes = new Map();
  for (const link of links) sizes.set(name(link.depth, link.to), (sizes.get(name(link.depth, link.to)) ?? 0) + link.sessions);
  const used = new Set(drawn.flatMap((link) => [name(link.depth - 1, link.from), name(link.depth, link.to)]));
  const step = (text) => STEP_NAME[text] ?? text.replaceAll("_", " ");
  const nodes = [...used].sort().map((id) => {
    const [depth, type] = id.split(" ");
    return {
      name: id, depth: Number(depth) - 1, itemStyle: { color: color(STEP_COLOR[type] ?? "--soft"), borderWidth: 0 },
      label: { formatter: `${step(type)} ${share(sizes.get(id) ?? 0, all)}`, color: color(type === LEFT ? "--soft" : "--ink") },
    };
  });
  const first = starts[0];
  const left = links.filter((link) => link.depth === 2 && link.to === LEFT).reduce((sum, link) => sum + link.sessions, 0);
  fillSection("journeys", {
    message: first ? `${share(first.sessions, all)} of sessions begin with a ${first.to === "product_view" ? "product page" : step(first.to)}; ${share(left, all)} end with their first step.` : "No sessions in this range.",
    note: `Steps of sessions from left to right, with the share of all sessions; ways that fewer than ${percent(LEAST_PART)} take are not drawn. Follows dates; not device and channel.${detailNote()}`,
    option: drawn.length > 0 ? {
      tooltip: { formatter: ({ dataType, data }) => dataType === "edge"
        ? tip(`${step(data.source.split(" ")[1])} → ${step(data.target.split(" ")[1])}`, [["Sessions", count(data.value)], ["Share", share(data.value, all)]])
        : tip(`Step ${data.depth + 1}: ${step(data.name.split(" ")[1])}`, [["Sessions", count(sizes.get(data.name) ?? 0)], ["Share", share(sizes.get(data.name) ?? 0, all)]]) },
      series: [{
        type: "sankey", left: 4, right: 118, top: 8, bottom: 8, nodeGap: 12, nodeWidth: 14, draggable: false, layoutIterations: 48,
        data: nodes, links: drawn.map((link) => ({ source: name(link.depth - 1, link.from), target: name(link.depth, link.to), value: link.sessions })),
        lineStyle: { color: "source", opacity: 0.26, curveness: 0.5 }, label: { fontSize: 12, textBorderColor: color("--card"), textBorderWidth: 2 }, emphasis: { focus: "adjacency" },
      }],
    } : null,
    empty: all > 0 ? "Every session has one step." : "There is nothing to draw.",
    caption: "Steps of sessions",
    columns: [
      { name: "Step", of: (link) => link.depth },
      textColumn("From", (link) => (link.depth === 1 ? "start" : step(link.from))),
      textColumn("To", (link) => step(link.to)),
      countColumn("Sessions", (link) => link.sessions),
      shareColumn("of all sessions", (link) => ratio(link.sessions, all)),
    ],
    rows: links,
  });
}
