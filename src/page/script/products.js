// What is looked at and what is bought: categories, products.

const ITEMS = rowsOf(DATA.items);
const MOST_BARS = 13;
const REST = "other categories";

function makeCategories() {
  makeSection("categories", "Categories", { height: 300 });
}

function makeTopProducts() {
  makeSection("products", "Top products", { wide: true, height: 300, open: true, long: true });
}

// Sums of the products of the range under the names that `key` gives to rows.
function productSums(key) {
  const sums = new Map();
  const { views, adds, units, revenue_cents: cents } = PRODUCTS.measures;
  eachRow(PRODUCTS, touches, (row) => {
    const name = key(row);
    if (!sums.has(name)) sums.set(name, { name, views: 0, adds: 0, units: 0, revenue_cents: 0, row });
    const sum = sums.get(name);
    sum.views += views[row];
    sum.adds += adds[row];
    sum.units += units[row];
    sum.revenue_cents += cents[row];
  });
  return [...sums.values()];
}

// By what a product is ranked: revenue, else what the log has.
function productWorth(sums) {
  const has = (name) => sums.some((sum) => sum[name] > 0);
  if (has("revenue_cents")) return { name: "Revenue", noun: "revenue", of: (sum) => sum.revenue_cents, write: shortMoney, color: "--revenue" };
  if (has("units")) return { name: "Units", noun: "units sold", of: (sum) => sum.units, write: compact, color: "--revenue" };
  return { name: "Views", noun: "product views", of: (sum) => sum.views, write: compact, color: "--sessions" };
}

function productColumns(name, worth, all) {
  const most = (rows) => Math.max(...rows.map(worth.of), 1);
  return (rows) => [
    ...name,
    countColumn("Views", (row) => row.views),
    countColumn("Added to carts", (row) => row.adds),
    countColumn("Units", (row) => row.units),
    { ...moneyColumn("Revenue", (row) => row.revenue_cents), bar: worth.name === "Revenue" ? (row) => Math.max(worth.of(row), 0) / most(rows) : undefined },
    shareColumn(`Share of ${worth.noun}`, (row) => ratio(worth.of(row), all)),
    { name: "Units per 100 views", of: (row) => (row.views > 0 ? (100 * row.units) / row.views : null), write: (value) => value.toFixed(1), copy: (value) => (value === null ? "" : value.toFixed(3)) },
  ];
}

function fillProducts() {
  const note = "By the day of the event." + detailNote();
  const categories = productSums((row) => PRODUCTS.category[row]);
  const worth = productWorth(categories);
  const isRest = (row) => row.name === REST;
  categories.sort((a, b) => isRest(a) - isRest(b) || worth.of(b) - worth.of(a) || (a.name < b.name ? -1 : 1));
  const all = categories.reduce((sum, row) => sum + worth.of(row), 0);
  const best = categories[0];
  const bars = categories.slice(0, MOST_BARS).filter((row) => worth.of(row) > 0);
  fillSection("categories", {
    message: best ? (categories.length === 1 ? `One category: ${words(best.name)}.` : `${words(best.name)} brings ${share(worth.of(best), all)} of ${worth.noun}.`) : "No product was seen in this range.",
    note,
    option: bars.length > 0 ? barOption({
      names: bars.map((row) => shortened(words(row.name), 20)),
      series: [{ name: worth.name, color: worth.color, values: bars.map(worth.of) }],
      write: worth.write, left: 150,
    }) : null,
    height: Math.max(110, bars.length * 31 + 12),
    empty: "There is nothing to draw.",
    caption: "Figures by category",
    columns: productColumns([textColumn("Category", (row) => words(row.name))], worth, all)(categories),
    rows: categories,
  });
  fillTopProducts(productSums((row) => PRODUCTS.item[row]), worth, all, note);
}

function fillTopProducts(sums, worth, all, note) {
  const named = new Map(ITEMS.filter((item) => item.item !== "").map((item) => [item.item, item]));
  const others = ITEMS.filter((item) => item.item === "").reduce((sum, item) => sum + item.products, 0);
  const own = sums.filter((row) => named.has(row.name)).map((row) => ({ ...row, title: named.get(row.name).name, category: named.get(row.name).category }));
  own.sort((a, b) => worth.of(b) - worth.of(a) || (a.name < b.name ? -1 : 1));
  const rest = sums.find((row) => !named.has(row.name));
  const rows = rest ? [...own, { ...rest, title: `${plural(others, "other product")}`, category: "" }] : own;
  const ten = own.slice(0, 10);
  const part = ten.reduce((sum, row) => sum + worth.of(row), 0);
  const sold = own.filter((row) => worth.of(row) > 0);
  const shown = sold.slice(0, 12);
  fillSection("products", {
    message: sold.length > 10 ? `The ten best products bring ${share(part, all)} of ${worth.noun}.` : sold.length > 0 ? `${plural(sold.length, "product")} ${sold.length === 1 ? "brings" : "bring"} ${share(part, all)} of ${worth.noun}.` : "No product was seen in this range.",
    note: `${note}${others > 0 ? ` The ${named.size} products that earned most in the whole log are told apart; the others are one line.` : ""}`,
    option: sold.length > 0 ? barOption({
      names: shown.map((row) => shortened(row.title, 36)),
      series: [{ name: worth.name, color: worth.color, values: shown.map(worth.of) }],
      write: worth.write, left: 270,
    }) : null,
    height: Math.max(110, shown.length * 28 + 12),
    empty: "There is nothing to draw.",
    caption: "Figures by product",
    columns: productColumns([textColumn("Product", (row) => row.title), { ...textColumn("Category", (row) => (row.category ? words(row.category) : "")) }], worth, all)(own),
    rows,
  });
}
