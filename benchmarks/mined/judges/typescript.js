// Reads texts with a NUL between them; writes 1 for each that TypeScript's parser takes, and 0 for each that it does not.
const path = require("node:path");
const folder = process.env.SYNTHCODE_NODE_PACKAGES ?? path.join(require("node:os").homedir(), ".local/share/synthcode/node");
const ts = require(path.join(folder, "node_modules/typescript"));
const verdicts = require("node:fs").readFileSync(0, "utf8").split("\0").map((text) => {
  const file = ts.createSourceFile("text.ts", text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  return file.parseDiagnostics.length === 0 ? "1" : "0";
});
process.stdout.write(verdicts.join(""));
