// Runs a JavaScript program with its tests, in a sandbox: node harness.js
//
// The nonce is read, and all that is used later is bound, before the program runs, which may replace any of it. The
// program and its test are scripts of their own that share global names: neither can swallow or skip the other.
"use strict";
const fs = require("fs");
const path = require("path");
const url = require("url");
const vm = require("vm");
const Module = require("module");
const nonce = fs.readFileSync(0, "latin1").trim();
const write = fs.writeSync;
const bytesOf = Buffer.from;
const wait = Atomics.wait;
const clock = new Int32Array(new SharedArrayBuffer(4));
const { compileFunction, runInThisContext } = vm;
const exit = process.reallyExit.bind(process);
const plan = JSON.parse(fs.readFileSync("plan.json", "utf8"));
const quoted = JSON.stringify;
const uncurried = (method) => Function.prototype.call.bind(method);
const { isSafeInteger, isInteger } = Number;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const { getPrototypeOf, keys, prototype: plain } = Object;
const tagOf = uncurried(plain.toString);
const matches = uncurried(RegExp.prototype.test);
const eachOfMap = uncurried(Map.prototype.forEach);
const eachOfSet = uncurried(Set.prototype.forEach);
const then = Promise.prototype.then;
const { asyncIterator } = Symbol;
const evaluate = eval; // of literals of ours only
const importDynamically = vm.constants && vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const ownConsole = console;
const DECLARED_TWICE = /has already been declared/;
const MOST_ITEMS = 100000;
const DEEPEST = 60;

function emit(text) {
  const bytes = bytesOf(`\n${nonce} ${text}\n`);
  for (let start = 0; start < bytes.length; ) {
    try {
      start += write(1, bytes, start);
    } catch (problem) {
      if (problem.code !== "EAGAIN") throw problem;
      wait(clock, 0, 0, 1); // what the program has printed fills the pipe
    }
  }
}

function form(value, depth = 0) {
  if (depth > DEEPEST) return '{"other": "a value nested too deeply"}';
  if (value === undefined || value === null) return "null";
  switch (typeof value) {
    case "boolean":
    case "bigint":
      return `${value}`;
    case "number":
      return formOfNumber(value);
    case "string":
      return quoted(value);
    case "object":
      return formOfObject(value, depth + 1);
    default:
      return `{"other": "${typeof value}"}`;
  }
}

function formOfNumber(value) {
  if (value !== value) return '{"float": "nan"}';
  if (value === Infinity || value === -Infinity) return `{"float": "${value > 0 ? "inf" : "-inf"}"}`;
  const isRounded = isInteger(value) && !isSafeInteger(value) && value < 1e21 && value > -1e21;
  return isRounded ? `${value}.0` : `${value}`;
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
  if (typeof value.next === "function") return formOfItems(itemsOf(value), depth);
  const parent = getPrototypeOf(value);
  const isPlain = parent === null || parent === plain;
  const names = keys(value);
  if (!isPlain && (tag !== "[object Object]" || names.length === 0)) {
    return `{"other": ${quoted(`${parent.constructor && parent.constructor.name}`)}}`;
  }
  for (let place = 0; place < names.length; place++) add(`[${quoted(names[place])}, ${form(value[names[place]], depth)}]`);
  return `{"${isPlain ? "map" : "record"}": [${text}]}`;
}

function formOfItems(items, depth) {
  let text = "";
  for (let place = 0; place < items.length; place++) text += (place ? ", " : "") + form(items[place], depth);
  return `[${text}]`;
}

function itemsOf(iterator) {
  const items = [];
  for (let step = iterator.next(); !step.done && items.length < MOST_ITEMS; step = iterator.next()) items[items.length] = step.value;
  return items;
}

async function call(entry, source) {
  let problem;
  try {
    const given = evaluate(source);
    let result = entry.apply(undefined, given);
    if (result instanceof Promise) result = await { then: then.bind(result) };
    if (result && typeof result === "object" && typeof result[asyncIterator] === "function") result = await itemsInTime(result);
    const texts = [form(result)];
    if (result === undefined) {
      let changed = []; // what a function without a result may have stored one in
      for (let place = 0; place < given.length; place++) {
        if (typeof given[place] === "object" && given[place] !== null) changed[changed.length] = given[place];
      }
      if (changed.length === 1) texts[1] = form(changed[0]);
    }
    return texts;
  } catch (error) {
    problem = error;
  }
  let kind = "Error";
  try { kind = `${problem.name || problem.constructor.name}`; } catch { /* not an object */ }
  return [`{"raised": ${quoted(kind)}}`];
}

async function itemsInTime(iterator) {
  const items = [];
  for (;;) {
    const step = await iterator.next();
    if (step.done || items.length >= MOST_ITEMS) return items;
    items[items.length] = step.value;
  }
}

async function main(end) {
  const [before, program, test] = ["before.js", "solution.js", "test.js"].map(contentOf);
  install();
  if (!plan.module) run(program, before);
  const found = async () => plan.module ? (await imported()).synthcodeEntry() : runInThisContext(plan.entry);
  if (plan.cases === undefined) {
    if (plan.assertsOnConsole && runInThisContext("console") !== ownConsole) throw new Error("the program replaces console");
    if (plan.module || runInThisContext(`typeof ${plan.called}`) === "undefined") globalThis[plan.called] = await found();
    runTest(test);
    return end();
  }
  const entry = await found();
  if (typeof entry !== "function") throw new Error("the program does not define the function");
  for (let place = 0; place < plan.cases.length; place++) {
    const [name, sources] = plan.cases[place];
    for (let form = 0; form < sources.length; form++) {
      const texts = await call(entry, sources[form]);
      for (let one = 0; one < texts.length; one++) emit(`${name} ${texts[one]}`);
    }
  }
  return end();
}

function contentOf(name) {
  return fs.existsSync(name) ? fs.readFileSync(name, "utf8") : "";
}

// Makes packages and the names of CommonJS known; what tests compare by cannot be replaced.
function install() {
  const file = path.resolve("solution.js");
  const module = new Module(file, null);
  const own = Module.createRequire(file);
  Object.assign(globalThis, { require: own, module, exports: module.exports, __filename: file, __dirname: path.dirname(file) });
  const trusted = [JSON, require("assert"), require("assert").strict];
  for (const [name, content] of Object.entries(plan.packages)) {
    fs.mkdirSync(`node_modules/${name}`, { recursive: true });
    fs.copyFileSync(content, `node_modules/${name}/index.js`);
    trusted.push(own(name));
  }
  for (const one of trusted) Object.freeze(one);
  if (plan.assertsOnConsole) Object.defineProperty(ownConsole, "assert", { value: assertOnConsole, writable: false, configurable: false });
}

// A test that asserts so prints what is wrong, and goes on: to whoever reads the output, it has failed.
function assertOnConsole(holds, ...said) {
  if (!holds) throw new Error(`console.assert: ${said.join(" ") || "it does not hold"}`);
}

function run(program, before) {
  const options = { filename: "solution.js", displayErrors: false, importModuleDynamically: importDynamically };
  if (!before) return runInThisContext(program, options);
  return unlessDeclaredTwice(
    () => runInThisContext(`${before}\n${program}`, options),
    () => runInThisContext(program, options),
  );
}

function runTest(test) {
  const options = { filename: "test.js", displayErrors: false, importModuleDynamically: importDynamically };
  unlessDeclaredTwice(
    () => runInThisContext(test, options),
    () => compileFunction(test, [], options)(),
  );
}

// A script that declares a name again fails before anything of it runs.
function unlessDeclaredTwice(first, second) {
  try {
    return first();
  } catch (error) {
    if (!matches(DECLARED_TWICE, `${error && error.message}`)) throw error;
  }
  return second();
}

function imported() {
  return import(url.pathToFileURL(path.resolve("solution.mjs")).href);
}

let isDone = false;
process.on("beforeExit", () => {
  if (isDone) { isDone = false; emit("end"); }
});
main(() => { isDone = true; }).catch((error) => {
  let text = "";
  try { text = `${(error && error.stack) || error}`; } catch { text = "an error that cannot be shown"; }
  write(2, `uncaught: ${text.split("\n").find((line) => /\w*Error\b|Exception/.test(line)) || text}\n`);
  exit(1);
});
