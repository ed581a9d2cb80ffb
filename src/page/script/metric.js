// The figures, each a sum or a sum divided by a sum, with one meaning each.

const HAS_MONEY = SESSIONS.measures.revenue_cents.some((cents) => cents !== 0);
const HAS_ORDERS = SESSIONS.measures.orders.some((orders) => orders !== 0);

function plain(name) {
  return (sum) => sum[name];
}

function divided(part, whole) {
  return (sum) => ratio(sum[part], sum[whole]);
}

const METRICS = {
  revenue: { name: "Revenue", color: "--revenue", of: plain("revenue_cents"), write: briefMoney, tick: tickMoney, what: "before refunds", rises: 1 },
  orders: { name: "Orders", color: "--revenue", of: plain("orders"), write: count, tick: tickCount, what: "", rises: 1 },
  conversion: { name: "Conversion", color: "--conversion", of: divided("converted_sessions", "sessions"), write: percent, tick: shortPercent, what: "sessions with an order", isRatio: true, rises: 1 },
  order_value: { name: "Order value", color: "--value", of: divided("revenue_cents", "priced_orders"), write: money, tick: tickMoney, what: "revenue per order", isRatio: true, rises: 1 },
  sessions: { name: "Sessions", color: "--sessions", of: plain("sessions"), write: count, tick: tickCount, what: "", rises: 1 },
  new_visitors: { name: "New visitors", color: "--people", of: plain("new_visitors"), write: count, tick: tickCount, what: "first sessions", rises: 1 },
  bounce_rate: { name: "Bounce rate", color: "--sessions", of: divided("bounced_sessions", "sessions"), write: percent, tick: shortPercent, what: "sessions of one event", isRatio: true, rises: -1 },
  abandonment: { name: "Cart abandonment", color: "--lost", of: divided("abandoned_sessions", "cart_sessions"), write: percent, tick: shortPercent, what: "no order", isRatio: true, rises: -1 },
};

// A log without prices has orders to show, and no order value.
const FIRST_METRIC = HAS_MONEY ? "revenue" : HAS_ORDERS ? "orders" : "sessions";

// How a metric changed, in words and as good, bad or neither.
function change(metric, now, before) {
  const [a, b] = [metric.of(now), metric.of(before)];
  if (a === null || b === null || (metric.isRatio ? false : b === 0)) return null;
  const difference = metric.isRatio && metric.write === percent ? a - b : a / b - 1;
  if (!Number.isFinite(difference)) return null;
  const points = metric.isRatio && metric.write === percent;
  const size = points ? `${(Math.abs(difference) * 100).toFixed(1)} points` : percent(Math.abs(difference));
  const isLevel = Math.abs(difference) < (points ? 0.0005 : 0.005);
  if (isLevel) return { text: "level", mood: "" };
  const mood = difference * metric.rises > 0 ? "good" : "bad";
  return { text: `${difference > 0 ? "▲" : "▼"} ${size}`, mood };
}
