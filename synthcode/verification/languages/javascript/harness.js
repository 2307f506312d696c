// Runs a JavaScript program with its tests, in a sandbox: node harness.js
//
// The nonce is read, and all that is used later is bound, before the program runs, which may replace any of it.
"use strict";
const fs = require("fs");
const path = require("path");
const url = require("url");
const Module = require("module");
const nonce = fs.readFileSync(0, "latin1").trim();
const write = fs.writeSync;
const plan = JSON.parse(fs.readFileSync("plan.json", "utf8"));
const quoted = JSON.stringify;
const uncurried = (method) => Function.prototype.call.bind(method);
const { isInteger } = Number;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const { getPrototypeOf, keys, prototype: plain } = Object;
const tagOf = uncurried(plain.toString);
const eachOfMap = uncurried(Map.prototype.forEach);
const eachOfSet = uncurried(Set.prototype.forEach);
const then = Promise.prototype.then;
const evaluate = eval; // of literals of ours only
const MOST_ITEMS = 100000;
const DEEPEST = 60;

function emit(text) {
  write(1, `\n${nonce} ${text}\n`);
}

function form(value, depth = 0) {
  if (depth > DEEPEST) return '{"other": "a value nested too deeply"}';
  if (value === undefined || value === null) return "null";
  switch (typeof value) {
    case "boolean":
    case "bigint":
      return `${value}`;
    case "number":
      if (value !== value) return '{"float": "nan"}';
      if (value === Infinity || value === -Infinity) return `{"float": "${value > 0 ? "inf" : "-inf"}"}`;
      return `${value}`;
    case "string":
      return quoted(value);
    case "object":
      return formOfObject(value, depth + 1);
    default:
      return `{"other": "${typeof value}"}`;
  }
}

function formOfObject(value, depth) {
  if (isArray(value) || (isView(value) && "length" in value)) return formOfItems(value, depth);
  const tag = tagOf(value);
  let text = "";
  const add = (item) => { text += (text && ", ") + item; };
  if (tag === "[object Map]") {
    eachOfMap(value, (item, key) => add(`[${form(key, depth)}, ${form(item, depth)}]`));
    return `{"map": [${text}]}`;
  }
  if (tag === "[object Set]") {
    eachOfSet(value, (item) => add(form(item, depth)));
    return `{"set": [${text}]}`;
  }
  if (tag === "[object Number]" || tag === "[object String]" || tag === "[object Boolean]") return form(value.valueOf(), depth);
  if (typeof value.next === "function") return formOfItems(taken(value), depth);
  const parent = getPrototypeOf(value);
  if (parent !== null && parent !== plain) return `{"other": ${quoted(`${parent.constructor && parent.constructor.name}`)}}`;
  const names = keys(value);
  for (let place = 0; place < names.length; place++) add(`[${quoted(names[place])}, ${form(value[names[place]], depth)}]`);
  return `{"map": [${text}]}`;
}

function formOfItems(items, depth) {
  let text = "";
  for (let place = 0; place < items.length; place++) text += (place ? ", " : "") + form(items[place], depth);
  return `[${text}]`;
}

function taken(iterator) {
  const items = [];
  for (let step = iterator.next(); !step.done && items.length < MOST_ITEMS; step = iterator.next()) items[items.length] = step.value;
  return items;
}

async function call(entry, source) {
  let problem;
  try {
    let result = entry.apply(undefined, evaluate(source));
    if (result instanceof Promise) result = await { then: then.bind(result) };
    return form(result);
  } catch (error) {
    problem = error;
  }
  let kind = "Error";
  try { kind = `${problem.name || problem.constructor.name}`; } catch { /* not an object */ }
  return `{"raised": ${quoted(kind)}}`;
}

async function main(end) {
  const entry = plan.module ? (await import(url.pathToFileURL(path.resolve("solution.mjs")).href)).synthcodeEntry : load();
  if (plan.cases === undefined) return end();
  const target = entry();
  if (typeof target !== "function") throw new Error("the program does not define the function");
  for (let place = 0; place < plan.cases.length; place++) {
    const [name, sources] = plan.cases[place];
    for (let form = 0; form < sources.length; form++) emit(`${name} ${await call(target, sources[form])}`);
  }
  return end();
}

function load() {
  const solution = new Module(path.resolve("solution.js"), null);
  solution.filename = path.resolve("solution.js");
  const original = Module._resolveFilename;
  Module._resolveFilename = (request, ...rest) =>
    plan.packages[request] ? path.resolve(plan.packages[request]) : original(request, ...rest);
  solution._compile(fs.readFileSync("solution.js", "utf8"), solution.filename);
  return solution.exports.synthcodeEntry || (() => undefined);
}

let isDone = false;
process.on("beforeExit", () => {
  if (isDone) { isDone = false; emit("end"); }
});
main(() => { isDone = true; }).catch((error) => {
  let text = "";
  try { text = `${(error && error.stack) || error}`; } catch { text = "an error that cannot be shown"; }
  write(2, `uncaught: ${text.split("\n").find((line) => /\w*Error\b|Exception/.test(line)) || text}\n`);
  process.reallyExit(1);
});
