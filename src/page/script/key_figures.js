// The figures of the range, each with its change.

function makeKeyFigures() {
  const cards = Object.entries(METRICS).map(([id, metric]) =>
    make("li", { class: "card" },
      make("h3", {}, metric.name, ...(metric.what ? [make("span", {}, `: ${metric.what}`)] : [])),
      make("data", { id: `figure-${id}` }),
      make("p", { class: "change" })));
  byId("main").append(
    make("section", { id: "key-figures", class: "wide", "aria-labelledby": "key-figures-title" },
      make("h2", { id: "key-figures-title" }, "Key figures"),
      make("p", { class: "note", id: "key-figures-note" }),
      make("ul", { class: "cards" }, ...cards)));
  byId("contents").querySelector("ul").append(make("li", {}, make("a", { href: "#key-figures" }, "Key figures")));
}

// What the arrows compare.
function changeNote(compared) {
  const of = compared.lead ? ` of the ${compared.lead}` : "";
  return `change${of} ${compared.label}`;
}

function fillKeyFigures(units, all, compared) {
  const { first, last } = range();
  byId("key-figures-note").textContent = compared ? `Arrows: ${changeNote(compared)}.` : "There is no time before this range to compare it with.";
  for (const [id, metric] of Object.entries(METRICS)) {
    const figure = byId(`figure-${id}`);
    const value = metric.of(all);
    const isMoney = id === "revenue" || id === "order_value";
    const isUnpriced = isMoney && HAS_ORDERS && !HAS_MONEY;
    const isMissing = value === null || isUnpriced;
    figure.textContent = isMissing ? DASH : metric.write(value);
    figure.value = value === null ? "" : String(value);
    const line = figure.nextElementSibling;
    const found = compared && !isMissing ? change(metric, compared.nowSum, compared.beforeSum) : null;
    line.replaceChildren(...(found
      ? [make("b", { class: found.mood }, found.text), make("span", { class: "hidden" }, ` ${changeNote(compared)}`)]
      : [isUnpriced ? "no prices in the log" : ""]));
    line.nextElementSibling?.remove();
    if (last > first && !isMissing) line.after(sparkline(units.slice(first, last + 1).map(metric.of), metric.color));
  }
}
