// Checks the names and types of each TypeScript program from standard input by itself. Nothing of them is run.
//
// The input is, for each program, its length in bytes (4, big-endian) and its bytes in UTF-8. The output is, for each, in
// order and as soon as it is known, a line of its status (0 accepted, 1 refused, 2 the compiler gave up, 3 accepted with
// names or types that are open) and its messages in Base64. TypeScript makes JavaScript of programs with type errors, and
// most of these are right: only errors that no program can be right with refuse it.
"use strict";
const fs = require("fs");
const ts = require("./typescript.js");
const libraries = JSON.parse(fs.readFileSync("libraries.json", "utf8")) // name -> content;
const [ACCEPTED, REFUSED, GAVE_UP, OPEN] = [0, 1, 2, 3];
const LOG_CHARACTERS = 4000;
const LARGEST = 16 << 20;
// Declared again, without a body, or assigned though constant: JavaScript itself refuses most of these.
const REFUSING = new Set([2300, 2391, 2393, 2451, 2528, 2588]);
const PROGRAM = "/program.ts";
const GLOBALS = "/globals.d.ts";
// What Node has, whatever its types are.
const NODE = ["console", "process", "require", "module", "exports", "global", "Buffer", "performance", "structuredClone",
  "setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "queueMicrotask", "URL", "TextEncoder",
  "TextDecoder", "__dirname", "__filename"];
const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.CommonJS,
  moduleDetection: ts.ModuleDetectionKind.Force,
  esModuleInterop: true,
  experimentalDecorators: true,
  noUncheckedSideEffectImports: true,
  noEmit: true,
  types: [],
};
// Comments that keep the compiler from reporting what it does not resolve.
const SUPPRESSED = /@ts-(?:ignore|nocheck|expect-error)/;
const sources = new Map();

function sourceOf(name) {
  if (!sources.has(name)) {
    const text = name === GLOBALS ? NODE.map((one) => `declare var ${one}: any;`).join("\n") : libraries[name.slice(1)];
    sources.set(name, text === undefined ? undefined : ts.createSourceFile(name, text, OPTIONS.target));
  }
  return sources.get(name);
}

function check(text) {
  // In Node each program is a module: it may declare what a global name stands for itself.
  const setExternalModuleIndicator = (file) => { file.externalModuleIndicator = true; };
  const program = ts.createSourceFile(PROGRAM, text, { languageVersion: OPTIONS.target, setExternalModuleIndicator });
  const host = {
    getSourceFile: (name) => (name === PROGRAM ? program : sourceOf(name)),
    getDefaultLibFileName: () => "/lib.es2023.d.ts",
    getDefaultLibLocation: () => "/",
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (name) => name === PROGRAM || name === GLOBALS,
    readFile: () => undefined,
    writeFile: () => undefined,
  };
  const whole = ts.createProgram([PROGRAM, GLOBALS], OPTIONS, host);
  const syntax = whole.getSyntacticDiagnostics(program);
  if (syntax.length) return [REFUSED, syntax];
  const all = whole.getSemanticDiagnostics(program);
  const refusing = all.filter((one) => REFUSING.has(one.code));
  if (refusing.length) return [REFUSED, refusing];
  return [all.length || SUPPRESSED.test(text) || loadsUntyped(program) ? OPEN : ACCEPTED, all];
}

// What require returns has no types.
function loadsUntyped(node) {
  const isCall = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "require";
  return isCall || Boolean(ts.forEachChild(node, (child) => loadsUntyped(child) || undefined));
}

function message(one) {
  const { line, character } = one.file.getLineAndCharacterOfPosition(one.start);
  return `${line + 1}:${character + 1}: ${ts.flattenDiagnosticMessageText(one.messageText, " ")}\n`;
}

function answer(text) {
  let status, log;
  try {
    const [found, diagnostics] = check(text);
    [status, log] = [found, diagnostics.map(message).join("")];
  } catch {
    [status, log] = [GAVE_UP, "0:0: the compiler gave up"];
  }
  fs.writeSync(1, `${status} ${Buffer.from(log.slice(0, LOG_CHARACTERS)).toString("base64")}\n`);
}

function read(length) {
  const bytes = Buffer.alloc(length);
  for (let start = 0; start < length; ) {
    const count = fs.readSync(0, bytes, start, length - start);
    if (!count) return null;
    start += count;
  }
  return bytes;
}

for (let head = read(4); head && head.readUInt32BE() <= LARGEST; head = read(4)) {
  const source = read(head.readUInt32BE());
  if (!source) break;
  answer(source.toString("utf8"));
}
