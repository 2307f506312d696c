"use strict";

// Cuts programs into comments, strings, numbers and keywords, and draws them. Whatever is drawn is set as text:
// nothing in it is ever parsed as markup.

const SLASHES = "//[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$)";
const HASH = "#[^\\n]*";
const QUOTED = "\"(?:\\\\[\\s\\S]|[^\"\\\\\\n])*\"?|'(?:\\\\[\\s\\S]|[^'\\\\\\n])*'?";
const TRIPLED = "\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)";
const BACKTICKS = "`(?:\\\\[\\s\\S]|[^`\\\\])*`?";
const CHARACTER = "\"(?:\\\\[\\s\\S]|[^\"\\\\])*\"?|'(?:\\\\[^\\n]{1,10}?|[^'\\\\\\n])'"; // 'a is a lifetime
const SHARED = "break case catch class const continue default do else enum finally for if new return static switch " +
  "this throw try void while true false null public private protected final abstract interface extends implements";
const C = "auto bool char double extern float inline int long register short signed sizeof struct typedef union unsigned volatile goto";
const SCRIPT = "async await delete export from function import in instanceof let of super typeof undefined var yield";

const LANGUAGES = {
  python: [HASH, TRIPLED + "|" + QUOTED, "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield None True False match case self"],
  java: [SLASHES, TRIPLED + "|" + QUOTED, SHARED + " boolean byte char double float import instanceof int long package record short super synchronized throws var"],
  javascript: [SLASHES, QUOTED + "|" + BACKTICKS, SHARED + " " + SCRIPT],
  typescript: [SLASHES, QUOTED + "|" + BACKTICKS, SHARED + " " + SCRIPT + " any as boolean declare is keyof namespace never number readonly string type unknown"],
  go: [SLASHES, CHARACTER + "|" + BACKTICKS, "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var nil true false bool byte error float64 int int64 rune string"],
  php: [SLASHES + "|" + HASH, QUOTED, SHARED + " array as echo elseif fn foreach function global instanceof isset list match namespace use var and or"],
  ruby: [HASH, QUOTED, "alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo rescue retry return self super then true undef unless until when while yield require"],
  c: [SLASHES, QUOTED, SHARED + " " + C],
  cpp: [SLASHES, QUOTED, SHARED + " " + C + " constexpr delete explicit friend namespace noexcept nullptr operator override template typename using virtual"],
  csharp: [SLASHES, QUOTED, SHARED + " as base bool byte char decimal double float foreach get in int internal is long namespace object out override readonly ref set string struct using var virtual"],
  rust: [SLASHES, CHARACTER, "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while bool char f64 i32 i64 str u8 u32 u64 usize String Vec Option Some None Ok Err"],
  kotlin: [SLASHES, TRIPLED + "|" + QUOTED, SHARED + " as by companion data fun import in init internal is object open override package sealed super typealias val var when Int Long String Boolean Double Char List"],
};

const NUMBER = "\\b(?:0[xXbBoO][\\da-fA-F_]+|\\d[\\d_]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)\\w*";
const RULES = new Map(Object.entries(LANGUAGES).map(([name, [comment, string, words]]) => [name, {
  pattern: new RegExp(`(?<comment>${comment})|(?<string>${string})|(?<number>${NUMBER})|(?<word>[A-Za-z_$][\\w$]*)`, "g"),
  keywords: new Set(words.split(" ")),
}]));

// What has no picture of its own, turns the direction of a line, or breaks one where none is seen.
const STRANGE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\r(?!\n)/g;

// Yields [text, kind or ""] whose texts are the program when joined.
function* tokens(text, language) {
  const rule = RULES.get(language);
  let done = 0;
  for (const match of rule ? text.matchAll(rule.pattern) : []) {
    const { comment, string, number, word } = match.groups;
    const kind = comment !== undefined ? "comment" : string !== undefined ? "string" : number !== undefined ? "number"
      : rule.keywords.has(word) ? "keyword" : "";
    if (!kind) continue;
    if (match.index > done) yield [text.slice(done, match.index), ""];
    yield [match[0], kind];
    done = match.index + match[0].length;
  }
  if (done < text.length) yield [text.slice(done), ""];
}

function span(text, kind) {
  const element = document.createElement("span");
  element.className = kind;
  element.textContent = text;
  return element;
}

function appendVisibly(parent, text) {
  let done = 0;
  for (const match of text.matchAll(STRANGE)) {
    parent.append(text.slice(done, match.index));
    const mark = span(match[0], "strange");
    mark.dataset.code = "U+" + match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    parent.append(mark);
    done = match.index + 1;
  }
  parent.append(text.slice(done));
}

// Replaces what an element shows.
function write(element, text, language = "") {
  element.replaceChildren();
  for (const [piece, kind] of tokens(text, language)) {
    if (!kind) {
      appendVisibly(element, piece);
    } else {
      const colored = span("", kind);
      appendVisibly(colored, piece);
      element.append(colored);
    }
  }
}
