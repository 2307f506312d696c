"use strict";

// Drawing one row.

const byId = (id) => document.getElementById(id);
const LABELS = JSON.parse(byId("rows").dataset.labels);
const labelOf = (language) => (Object.hasOwn(LABELS, language) ? LABELS[language] : language);

function showRow(row, searched) {
  const { seed } = row;
  write(byId("row-name"), seed.source_id);
  byId("row-languages").textContent = `${labelOf(seed.language)} → ${labelOf(row.target_language)}`;
  byId("row-verdict").textContent = row.verdict;
  byId("row-verdict").classList.toggle("kept", row.verdict === "kept");
  write(byId("row-detail"), row.detail ?? "");
  write(byId("row-text"), seed.text);
  byId("seed-title").textContent = `Seed in ${labelOf(seed.language)}`;
  byId("code-title").textContent = row.is_answer ? "The whole answer: no code was extracted from it" : `Translation into ${labelOf(row.target_language)}`;
  write(byId("seed-code"), seed.code, seed.language);
  write(byId("code"), row.code, row.is_answer ? "" : row.target_language);
  showFacts({
    split: row.split, checked: row.verification, model: row.model, prompt: row.prompt_name, source: seed.source,
    license: seed.license, url: seed.url, seed: seed.seed_id, row: row.id,
  });
  markHits([byId("row-detail"), byId("row-text"), byId("seed-code"), byId("code")], searched.toLowerCase());
  byId("row").hidden = false;
}

function showFacts(facts) {
  const list = byId("row-facts");
  list.replaceChildren();
  for (const [name, value] of Object.entries(facts)) {
    if (!value) continue;
    const group = document.createElement("div");
    const term = document.createElement("dt");
    const definition = document.createElement("dd");
    term.textContent = name;
    write(definition, value);
    group.append(term, definition);
    list.append(group);
  }
}

// Paints what was searched for, across the borders of tokens, without touching what is there.
function markHits(elements, text) {
  if (!globalThis.Highlight || !CSS.highlights) return;
  const ranges = text ? elements.flatMap((element) => [...hitsWithin(element, text)]) : [];
  CSS.highlights.set("hits", new Highlight(...ranges.slice(0, 2000)));
}

function* hitsWithin(element, text) {
  const whole = element.textContent.toLowerCase();
  const nodes = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let start = 0; walker.nextNode(); start += walker.currentNode.length) nodes.push([start, walker.currentNode]);
  if (whole.length !== element.textContent.length) return; // some letters are longer in lower case: places would be off
  for (let at = whole.indexOf(text); at >= 0; at = whole.indexOf(text, at + text.length)) {
    const range = document.createRange();
    range.setStart(...place(nodes, at));
    range.setEnd(...place(nodes, at + text.length));
    yield range;
  }
}

function place(nodes, at) {
  const [start, node] = nodes.findLast(([begin]) => begin < at) ?? nodes[0];
  return [node, at - start];
}
