// Numbers as people read them, the same way as on the pictures.

const DASH = "–";

function count(value) {
  const text = Math.abs(Math.round(value)).toLocaleString("en-US");
  return value <= -0.5 ? DASH + text : text;
}

// At most four figures: 950, 12.3k, 1.2M.
function compact(value) {
  for (const [bound, unit, letter] of [[999.95e9, 1e12, "T"], [999.95e6, 1e9, "B"], [999950, 1e6, "M"], [9999.5, 1e3, "k"]]) {
    if (Math.abs(value) >= bound) return (value / unit).toFixed(1).replace(/\.0$/, "") + letter;
  }
  return Math.abs(value) < 10 ? String(Math.round(value * 100) / 100) : count(value);
}

const SIGN = { USD: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹" }[DATA.about.currency] ?? DATA.about.currency + " ";

function signed(amount, text) {
  return (amount < 0 ? DASH : "") + SIGN + text;
}

// Cents in full: $12,345, and with cents below a hundred: $87.20.
function money(cents) {
  const amount = cents / 100;
  if (amount !== 0 && Math.abs(amount) < 100) return signed(amount, Math.abs(amount).toFixed(2));
  return signed(amount, count(Math.abs(amount)));
}

function shortMoney(cents) {
  return signed(cents, compact(Math.abs(cents / 100)));
}

function briefMoney(cents) {
  return Math.abs(cents) < 1e8 ? money(cents) : shortMoney(cents);
}

// Along an axis: 5k rather than 5,000, so that the labels are alike.
function tickCount(value) {
  return Math.abs(value) >= 1000 && Math.abs(value) < 9999.5 ? `${Math.round(value / 100) / 10}k` : compact(value);
}

function tickMoney(cents) {
  return signed(cents, tickCount(Math.abs(cents / 100)));
}

// A share as 61%, 3.4%, 0.25%.
function percent(share) {
  const value = share * 100;
  const size = Math.abs(value);
  if (value === 0) return "0%";
  if (size >= 99.5 && size < 100) return Math.sign(value) * Math.min(size, 99.9).toFixed(1) + "%";
  if (size >= 9.95) return value.toFixed(0) + "%";
  if (size >= 0.995) return value.toFixed(1) + "%";
  if (size >= 0.005) return value.toFixed(2) + "%";
  return "<0.01%";
}

// Along an axis, without a zero behind the point.
function shortPercent(share) {
  return percent(share).replace(/\.0+%/, "%");
}

function ratio(part, whole) {
  return whole > 0 ? part / whole : null;
}

function share(part, whole) {
  return whole > 0 ? percent(part / whole) : DASH;
}

function orDash(value, write) {
  return value === null ? DASH : write(value);
}

function plural(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

// Days are counted since 1970, in no time zone.
function toDay(text) {
  return Math.round(Date.parse(text + "T00:00:00Z") / 86400000);
}

function toDate(day) {
  return new Date(day * 86400000);
}

function isoDay(day) {
  return toDate(day).toISOString().slice(0, 10);
}

function longDay(day) {
  const date = toDate(day);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function shortDay(day) {
  const date = toDate(day);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

// 0 is Monday.
function weekday(day) {
  return (((day + 3) % 7) + 7) % 7;
}

// From one day to another, saying nothing twice.
function span(first, last) {
  if (first === last) return longDay(first);
  const [from, to] = [toDate(first), toDate(last)];
  if (from.getUTCFullYear() !== to.getUTCFullYear()) return `${longDay(first)} – ${longDay(last)}`;
  if (from.getUTCMonth() !== to.getUTCMonth()) return `${shortDay(first)} – ${longDay(last)}`;
  return `${from.getUTCDate()}–${longDay(last)}`;
}

// An event type or device type in words.
function words(name) {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function escaped(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(text).replace(/[&<>"']/g, (letter) => names[letter]);
}

function shortened(text, most) {
  const letters = [...text];
  return letters.length > most ? letters.slice(0, most - 1).join("").trimEnd() + "…" : text;
}
