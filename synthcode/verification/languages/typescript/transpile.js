// Turns TypeScript programs into JavaScript, many in one process: types are erased, nothing of the programs runs.
//
// Input: a JSON list of names of files. Output: for each, in order and as soon as it is known, a line: "+" and the
// JavaScript in Base64, or "-" and the first syntax error.
"use strict";
const fs = require("fs");
const ts = require("./typescript.js");
const options = {
  compilerOptions: {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    esModuleInterop: true,
    experimentalDecorators: true,
    removeComments: false,
  },
  reportDiagnostics: true,
};
for (const name of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const { outputText, diagnostics } = ts.transpileModule(fs.readFileSync(name, "utf8"), options);
  const [error] = diagnostics.filter((one) => one.category === ts.DiagnosticCategory.Error);
  const text = error ? ts.flattenDiagnosticMessageText(error.messageText, " ") : outputText;
  fs.writeSync(1, `${error ? "-" : "+"}${Buffer.from(text, "utf8").toString("base64")}\n`);
}
