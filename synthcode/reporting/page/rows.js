"use strict";

// The rows of the page: unpacked from base64 and gzip, found by id, filtered.

async function unpack(element) {
  const packed = Uint8Array.from(atob(element.textContent.trim()), (letter) => letter.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
}

// Rows know their seed as an object; calls progress(count) now and then.
async function loadRows(progress) {
  const rows = [];
  for (const element of document.querySelectorAll("script.chunk")) {
    const chunk = await unpack(element);
    for (const row of chunk.rows) {
      row.seed = chunk.seeds[row.seed];
      rows.push(row);
    }
    element.remove();
    progress(rows.length);
  }
  return rows;
}

function lowered(thing, ...texts) {
  thing.lowered ??= texts.join("\n").toLowerCase();
  return thing.lowered;
}

function holds(row, text) {
  const { seed } = row;
  return lowered(row, row.code, row.detail ?? "").includes(text)
    || lowered(seed, seed.text, seed.code, seed.source_id, seed.seed_id).includes(text);
}

const FILTERS = {
  language: (row) => row.target_language,
  verdict: (row) => row.verdict,
  source: (row) => `${row.seed.source}, ${row.seed.language}`,
};

function filterRows(rows, wanted) {
  const text = wanted.text.toLowerCase();
  const exact = Object.entries(FILTERS).filter(([name]) => wanted[name]);
  return rows.filter((row) => exact.every(([name, value]) => value(row) === wanted[name]) && (!text || holds(row, text)));
}

// Value -> how many rows have it, the most frequent first.
function countBy(rows, value) {
  const counts = new Map();
  for (const row of rows) counts.set(value(row), (counts.get(value(row)) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
}
