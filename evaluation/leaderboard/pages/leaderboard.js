"use strict";

// Sorts and filters the tables. The filters stand in the page's address, so that it can be passed on.

const byId = (id) => document.getElementById(id);
const FILTERS = ["text", "kind", "depth", "precision"].filter((name) => byId(`filter-${name}`));
const tables = [...document.querySelectorAll("table.board")];
const rowsOf = (table) => [...table.tBodies[0].rows];
const valueOf = (row, at) => row.cells[at].dataset.value;

function compareValues(one, other) {
  const numbers = [Number(one), Number(other)];
  return numbers.some(Number.isNaN) ? one.localeCompare(other) : numbers[0] - numbers[1];
}

// Sorts by a column; a second time the other way round. Cells without a value stand last either way.
function sortBy(table, header) {
  const at = header.cellIndex;
  const before = header.getAttribute("aria-sort");
  const order = before ? (before === "ascending" ? "descending" : "ascending") : header.dataset.order;
  const sign = order === "ascending" ? 1 : -1;
  const sorted = rowsOf(table).sort((one, other) => {
    const values = [valueOf(one, at), valueOf(other, at)];
    if (!values[0] || !values[1]) return Number(!values[0]) - Number(!values[1]);
    return sign * compareValues(...values);
  });
  table.tBodies[0].append(...sorted);
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", order);
}

function makeSortable(table) {
  for (const header of table.tHead.querySelectorAll("th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sortBy(table, header));
  }
}

// Shows which entries cannot be told apart from one; a second time shows all as they were.
function makeComparable(table) {
  const rows = rowsOf(table); // in the order that data-same counts in
  for (const row of rows) {
    const button = row.querySelector(".rank");
    button.addEventListener("click", () => {
      const isOn = button.getAttribute("aria-pressed") === "true";
      const same = new Set(row.dataset.same.split(" ").filter(Boolean).map((place) => rows[Number(place)]));
      for (const other of rows) {
        other.querySelector(".rank").setAttribute("aria-pressed", String(!isOn && other === row));
        other.classList.toggle("same", !isOn && (other === row || same.has(other)));
        other.classList.toggle("different", !isOn && other !== row && !same.has(other));
      }
    });
  }
}

const chosen = () => Object.fromEntries(FILTERS.map((name) => [name, byId(`filter-${name}`).value]));

function matches(row, values) {
  return FILTERS.every((name) => {
    const value = values[name];
    if (!value) return true;
    return name === "text" ? row.dataset.text.includes(value.toLowerCase()) : row.dataset[name] === value;
  });
}

function filterRows({ remember = true } = {}) {
  const values = chosen();
  let shown = 0;
  let all = 0;
  for (const row of tables.flatMap(rowsOf)) {
    row.hidden = !matches(row, values);
    shown += Number(!row.hidden);
    all += 1;
  }
  byId("said").textContent = shown === all ? "" : `${shown} of ${all} lines. Ranks are those among all entries.`;
  const filled = Object.entries(values).filter(([, value]) => value);
  if (remember) history.replaceState(null, "", filled.length ? `#${new URLSearchParams(filled)}` : location.pathname);
}

// Follows the address; one without values names a table, which is the browser's business.
function followAddress() {
  if (!location.hash.includes("=")) return;
  const values = new URLSearchParams(location.hash.slice(1));
  for (const name of FILTERS) byId(`filter-${name}`).value = values.get(name) ?? "";
  filterRows({ remember: false });
}

function clearFilters() {
  for (const name of FILTERS) byId(`filter-${name}`).value = "";
  filterRows();
}

for (const table of tables) {
  makeComparable(table);
  makeSortable(table);
}
for (const name of FILTERS) byId(`filter-${name}`).addEventListener("input", () => filterRows());
byId("filters").addEventListener("submit", (event) => { event.preventDefault(); filterRows(); });
byId("clear").addEventListener("click", clearFilters);
addEventListener("hashchange", followAddress);
byId("filters").hidden = false;
followAddress();
document.documentElement.dataset.ready = "true";
