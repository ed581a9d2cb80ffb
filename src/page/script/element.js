// Elements by hand: text only ever goes in as text.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

// A drawing of a line without axes, for a card.
function sparkline(values, color) {
  const known = values.map((value) => value ?? 0);
  const most = Math.max(...known, 0) || 1;
  const step = known.length > 1 ? 200 / (known.length - 1) : 0;
  const points = known.map((value, at) => `${(at * step).toFixed(1)},${(31 - (value / most) * 28).toFixed(1)}`);
  if (known.length === 1) points.push(`200,${points[0].split(",")[1]}`);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 200 34", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const line = document.createElementNS(svg.namespaceURI, "polyline");
  const look = { points: points.join(" "), fill: "none", stroke: `var(${color})`, "stroke-width": "1.8", "stroke-linejoin": "round", "vector-effect": "non-scaling-stroke" };
  for (const [name, value] of Object.entries(look)) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

let spoken = 0;

// Puts text on the clipboard and says so; a page opened from a file may lack the newer way.
async function copy(text, button) {
  const label = (button.dataset.label ??= button.textContent);
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  button.textContent = done ? "Copied" : "Could not copy";
  clearTimeout(spoken);
  spoken = setTimeout(() => (button.textContent = label), 1600);
}
