// The page: made once, filled on every change.

function makeMenu(key, names) {
  const list = byId(key === "device" ? "devices" : "channels");
  for (const name of names) {
    const box = make("input", { type: "checkbox", name: key, value: name });
    list.append(make("label", {}, box, key === "device" ? words(name) : name));
  }
}

function makePresets() {
  const lengths = [7, 28, 90].filter((days) => days < LAST_DAY - FIRST_DAY + 1);
  for (const days of [0, ...lengths]) {
    const button = make("button", { type: "button", "data-days": days }, days === 0 ? "All" : `Last ${days} days`);
    button.addEventListener("click", () => {
      [state.from, state.to] = [days === 0 ? FIRST_DAY : LAST_DAY - days + 1, LAST_DAY];
      update();
    });
    byId("presets").append(button);
  }
}

function showFilters() {
  const { first, last } = range();
  byId("from").value = isoDay(Math.max(UNITS[first].first, FIRST_DAY));
  byId("to").value = isoDay(UNITS[last].last);
  for (const [key, wanted, all] of [["device", state.devices, "all devices"], ["channel", state.channels, "all channels"]]) {
    const menu = byId(`${key}-menu`);
    menu.querySelectorAll("input").forEach((box) => (box.checked = wanted.includes(box.value)));
    menu.classList.toggle("set", wanted.length > 0);
    menu.querySelector("summary").textContent = `${words(key)}: ${wanted.length === 0 ? "all" : key === "device" ? chosenNames(wanted, all) : wanted.length === 1 ? wanted[0] : chosenNames(wanted, all)}`;
  }
  for (const button of byId("presets").children) {
    const days = Number(button.dataset.days);
    const from = days === 0 ? FIRST_DAY : LAST_DAY - days + 1;
    button.setAttribute("aria-pressed", String(state.to === LAST_DAY && state.from === from));
  }
  byId("reset").disabled = !isFiltered();
}

function sayStatus(all) {
  const { first, last } = range();
  const earned = HAS_MONEY ? `, ${briefMoney(all.revenue_cents)} revenue` : "";
  const who = `${chosenNames(state.devices, "all devices")}, ${state.channels.length > 2 ? `${state.channels.length} channels` : state.channels.join(" and ") || "all channels"}`;
  byId("status").textContent = `${span(UNITS[first].first, UNITS[last].last)}, ${who}: ${plural(all.sessions, "session")}, ${plural(all.orders, "order")}${earned}.`;
}

// What the address last said of the filters.
let kept = "";

// Writes the filters into the address, without a step back; a bare # would scroll to the top.
function keepAddress() {
  const now = address() || NOTHING_CHOSEN;
  if (now === kept) return;
  if (kept !== "") location.replace("#" + now);
  kept = now;
}

function update() {
  const units = byUnit();
  const { first, last } = range();
  const all = total(units, first, last);
  let compared = comparison();
  if (compared) compared = { ...compared, nowSum: total(units, ...compared.now), beforeSum: total(units, ...compared.before) };
  showFilters();
  sayStatus(all);
  fillKeyFigures(units, all, compared);
  fillTrend(units, all, compared);
  fillFunnel(all);
  fillShares("channel", all);
  fillShares("device", all);
  fillHours();
  fillProducts();
  fillCohorts();
  fillSegments();
  fillJourneys();
  fillQuality();
  keepAddress();
}

function wish(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
  byId("theme").setAttribute("aria-label", `Switch to ${theme === "dark" ? "light" : "dark"} colours`);
}

function listen() {
  const filters = byId("filters");
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("change", (event) => {
    if (event.target.type === "date") {
      const [from, to] = [toDay(byId("from").value), toDay(byId("to").value)];
      if (!Number.isFinite(from) || !Number.isFinite(to)) return;
      const inside = (day) => Math.min(Math.max(day, FIRST_DAY), LAST_DAY);
      [state.from, state.to] = [inside(from), inside(to)];
      // The end that was not moved gives way.
      if (state.from > state.to) state[event.target.id === "from" ? "to" : "from"] = inside(event.target.id === "from" ? from : to);
    } else {
      const picked = (key) => [...filters.querySelectorAll(`input[name=${key}]:checked`)].map((box) => box.value);
      [state.devices, state.channels] = [picked("device"), picked("channel")];
    }
    update();
  });
  byId("reset").addEventListener("click", () => {
    Object.assign(state, EVERYTHING, { metric: state.metric });
    update();
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll(".menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  byId("theme").addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // A page without storage forgets the choice; nothing else is lost.
    }
    setTheme(theme);
    update();
  });
  byId("print").addEventListener("click", () => window.print());
  byId("link").addEventListener("click", () => copy(location.href, byId("link")));
  addEventListener("hashchange", () => {
    // A link to a section, or what this page wrote itself.
    if (byId(location.hash.slice(1)) || location.hash.slice(1) === kept) return;
    readAddress();
    update();
  });
  let wasNarrow = isNarrow();
  addEventListener("resize", () => {
    if (isNarrow() === wasNarrow) return;
    wasNarrow = isNarrow();
    update();
  });
  printing();
}

// Paper is light, and drawings are as wide as it is: they scale by their view box.
function printing() {
  let theme = null;
  addEventListener("beforeprint", () => {
    theme = document.documentElement.dataset.theme;
    setTheme("light");
    update();
    document.querySelectorAll(".chart svg").forEach((svg) => svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`));
  });
  addEventListener("afterprint", () => {
    document.querySelectorAll(".chart svg").forEach((svg) => svg.removeAttribute("viewBox"));
    setTheme(theme ?? "light");
    update();
  });
}

function begin() {
  const asked = new URLSearchParams(location.hash.slice(1)).get("theme") ?? wish("theme");
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  setTheme(asked === "dark" || asked === "light" ? asked : isDark ? "dark" : "light");
  const people = rowsOf(DATA.people)[0];
  byId("facts").textContent = UNITS.length > 0
    ? `${span(FIRST_DAY, LAST_DAY)}. ${plural(people.visitors, "visitor")}, ${plural(people.customers, "customer")}; amounts in ${DATA.about.currency}; bots left out.`
    : "No days in the data.";
  if (UNITS.length === 0) {
    byId("main").append(make("p", { class: "empty wide" }, "There are no sessions to report on."));
    byId("filters").hidden = true;
    document.body.dataset.ready = "true";
    return;
  }
  byId("contents").append(make("ul"));
  for (const id of ["from", "to"]) Object.assign(byId(id), { min: isoDay(FIRST_DAY), max: isoDay(LAST_DAY) });
  makePresets();
  makeMenu("device", DEVICES);
  makeMenu("channel", CHANNELS);
  makeKeyFigures();
  makeTrend();
  makeFunnel();
  makeShares("channel");
  makeShares("device");
  makeCategories();
  makeSegments();
  makeTopProducts();
  makeHours();
  makeCohorts();
  makeJourneys();
  makeQuality();
  byId("grain").textContent = grainText();
  readAddress();
  listen();
  update();
  document.body.dataset.ready = "true";
}

function grainText() {
  const whole = UNIT === DETAIL ? `every section is kept by the ${UNIT}` : `figures are kept by the ${UNIT}; hours, products and journeys by the ${DETAIL}, and cover whole ${DETAIL}s`;
  return `How fine the page is follows the length of the log, so that its size stays small: ${whole}. Device types beyond ${DATA.about.devices}, channels beyond ${DATA.about.channels}, categories beyond ${DATA.about.categories} and products beyond ${DATA.about.products} are one line.`;
}

begin();
