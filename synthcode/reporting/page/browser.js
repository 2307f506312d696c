"use strict";

// Leafing through rows: what is wanted and which row is shown stand in the page's address, so that it can be passed on.

const NOTHING = { language: "", verdict: "", source: "", text: "" };
const number = (count) => count.toLocaleString("en-US");
const leafing = { rows: [], matching: [], at: 0, wanted: { ...NOTHING } };

function say(text) {
  byId("said").textContent = text;
}

function current() {
  return leafing.matching[leafing.at];
}

function address() {
  const filled = Object.entries(leafing.wanted).filter(([, value]) => value);
  const entries = current() ? [...filled, ["row", current().id]] : filled;
  return "#" + new URLSearchParams(entries);
}

// Shows the row at a place among those that match; does nothing beyond the first and the last.
function goTo(at, { remember = true } = {}) {
  leafing.at = Math.max(0, Math.min(at, leafing.matching.length - 1));
  const row = current();
  const count = leafing.matching.length;
  byId("matches").textContent = `of ${number(count)}`;
  byId("place").value = row ? leafing.at + 1 : 0;
  byId("place").max = count;
  byId("previous").disabled = leafing.at === 0;
  byId("next").disabled = leafing.at >= count - 1;
  byId("copy").disabled = !row;
  byId("row").hidden = !row;
  say(row ? "" : "No row matches.");
  if (row) showRow(row, leafing.wanted.text);
  if (remember) history.replaceState(null, "", address());
}

function step(by) {
  goTo(leafing.at + by);
  if (byId("row").getBoundingClientRect().top < 0) byId("steps").scrollIntoView({ block: "start" });
}

// Applies filters; stays at the row with this id where it still matches.
function want(wanted, id, options) {
  leafing.wanted = wanted;
  leafing.matching = filterRows(leafing.rows, wanted);
  const at = id ? leafing.matching.findIndex((row) => row.id === id) : -1;
  goTo(Math.max(0, at), options);
  return at >= 0;
}

function fillSelect(name, rows) {
  const select = byId(`filter-${name}`);
  select.append(new Option(`any (${number(rows.length)})`, ""));
  for (const [value, count] of countBy(rows, FILTERS[name])) {
    select.append(new Option(`${name === "language" ? labelOf(value) : value} (${number(count)})`, value));
  }
}

function fillFields() {
  for (const [name, value] of Object.entries(leafing.wanted)) byId(`filter-${name}`).value = value;
}

function readFields() {
  return Object.fromEntries(Object.keys(NOTHING).map((name) => [name, byId(`filter-${name}`).value]));
}

// Follows the address; one without values names a section, which is the browser's business.
function followAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  if (!location.hash.includes("=")) return;
  const id = values.get("row");
  const found = want(Object.fromEntries(Object.keys(NOTHING).map((name) => [name, values.get(name) ?? ""])), id);
  fillFields();
  if (id && !found) say("The row of this link is not on this page, or does not match.");
  byId("rows").scrollIntoView({ block: "start" });
}

function clearFilters() {
  want({ ...NOTHING }, current()?.id);
  fillFields();
}

async function copyLink() {
  history.replaceState(null, "", address());
  try {
    await navigator.clipboard.writeText(location.href);
    say("Copied.");
  } catch {
    say(location.href); // a browser that lets no page write there
  }
}

const KEYS = {
  j: () => step(1), ArrowRight: () => step(1), k: () => step(-1), ArrowLeft: () => step(-1),
  "/": () => { byId("rows").scrollIntoView({ block: "start" }); byId("filter-text").focus(); },
  c: copyLink, x: clearFilters,
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape" || (event.key === "Enter" && event.target.id === "filter-text")) event.target.blur();
    return;
  }
  if (event.key.startsWith("Arrow") && event.target.closest("pre, .wide")) return; // they scroll it
  if (!Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
}

function listen() {
  let timer = 0;
  const filter = () => want(readFields(), current()?.id);
  for (const name of Object.keys(FILTERS)) byId(`filter-${name}`).addEventListener("change", filter);
  byId("filter-text").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  byId("filters").addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("place").addEventListener("change", (event) => goTo(Number(event.target.value) - 1));
  byId("copy").addEventListener("click", copyLink);
  byId("clear").addEventListener("click", clearFilters);
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", followAddress);
}

async function start() {
  leafing.rows = await loadRows((count) => say(`Unpacking rows… ${number(count)}`));
  if (!leafing.rows.length) return say("There are no rows yet.");
  for (const name of Object.keys(FILTERS)) fillSelect(name, leafing.rows);
  listen();
  byId("filters").hidden = byId("steps").hidden = false;
  want({ ...NOTHING }, "", { remember: false });
  followAddress();
  document.documentElement.dataset.ready = "true";
}

start().catch((problem) => say(`The rows cannot be unpacked: ${problem.message}`));
