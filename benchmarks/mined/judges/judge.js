// Reads texts with a NUL between them; writes 1 for each that V8 compiles, and 0 for each that it does not.
const vm = require("node:vm");
const verdicts = require("node:fs").readFileSync(0, "utf8").split("\0").map((text) => {
  try {
    new vm.Script(text);
    return "1";
  } catch {
    return "0";
  }
});
process.stdout.write(verdicts.join(""));
