"""PHP's extensions: distributions pack some of them apart, and a program is not wrong because one is not installed."""

from __future__ import annotations

import re
from pathlib import Path

from synthcode.verification.programs import find_tool
from synthcode.verification.sandboxes.sandbox import Sandbox, open_sandbox

_FUNCTIONS = {
    "mbstring": re.compile(r"mb_\w+"),
    "ctype": re.compile(r"ctype_\w+"),
    "iconv": re.compile(r"(?:ob_)?iconv\w*"),
    "bcmath": re.compile(r"bc(?:add|sub|mul|div|divmod|mod|pow|powmod|sqrt|comp|scale|floor|ceil|round)"),
    "gmp": re.compile(r"gmp_\w+"),
    "intl": re.compile(
        r"(?:grapheme|normalizer|numfmt|collator|transliterator|datefmt|msgfmt|locale|idn|intl\w{0,20})_\w+"
    ),
    "calendar": re.compile(
        r"cal_\w+|easter_da(?:te|ys)|jd(?:to|day|month)\w+|(?:gregorian|julian|jewish|french|unix)tojd"
    ),
    "tokenizer": re.compile(r"token_(?:get_all|name)"),
    "simplexml": re.compile(r"simplexml_\w+"),
    "xml": re.compile(r"(?:xml_\w+|utf8_(?:de|en)code)"),
    "curl": re.compile(r"curl_\w+"),
}
_CLASSES = {
    "intl": re.compile(
        r"Normalizer|NumberFormatter|Collator|Intl(?:Char|Calendar|DateFormatter)|MessageFormatter|Transliterator"
    ),
    "gmp": re.compile("GMP"),
    "ds": re.compile(r"Ds\\\w+"),
    "dom": re.compile(r"DOM\w+"),
    "simplexml": re.compile("SimpleXMLElement"),
    "xmlreader": re.compile("XMLReader"),
    "xmlwriter": re.compile("XMLWriter"),
    "bcmath": re.compile(r"BcMath\\Number"),
}
_PACKAGES = dict.fromkeys(("ctype", "iconv", "calendar", "tokenizer"), "common")
_PACKAGES |= dict.fromkeys(("dom", "simplexml", "xmlreader", "xmlwriter"), "xml")
"""Debian's, where they have another name."""
EXTENSIONS = tuple(sorted({*_FUNCTIONS, *_CLASSES}))
"""Those of which the names are known here. Programs get the ones that are installed, whatever php.ini says."""
_LIST = """
foreach (explode(",", $argv[1]) as $name) {
    $file = ini_get("extension_dir") . "/$name." . PHP_SHLIB_SUFFIX;
    if (extension_loaded($name)) echo "built-in $name\\n";
    elseif (is_file($file)) echo "file $name\\n";
}
"""
_FUNCTION = re.compile(r"Call to undefined function (?:[\w\\]{1,200}\\)?(\w{1,100})\(\)")
_CLASS = re.compile(r'Class "\\?([\w\\]{1,200})" not found')
_CONSTANT = re.compile(r'Undefined constant "(MB_CASE_\w{1,40}|GMP_\w{1,40})"')


def extensions(php: Path, sandbox: Sandbox) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the extensions that have to be loaded, and those that are part of the program."""
    done = sandbox.run([str(php), "-n", "-r", _LIST, ",".join(EXTENSIONS)])
    found = [line.split(" ", 1) for line in done.stdout.decode("ascii", "replace").splitlines() if " " in line]
    loaded, built_in = (tuple(name for kind, name in found if kind == one) for one in ("file", "built-in"))
    return loaded, built_in


def installed_extensions() -> str:
    """Name the installed extensions: whether a program can be tested depends on them."""
    php = find_tool("php")
    return " ".join(sorted(sum(extensions(php, open_sandbox((php,))), ()))) if php is not None else ""


def missing_extension(message: str) -> str:
    """Return why an error does not count against a program; empty if it does.

    Parameters
    ----------
    message
        The error, as PHP words it.
    """
    for said, names in ((_FUNCTION, _FUNCTIONS), (_CLASS, _CLASSES)):
        if (found := said.search(message)) is not None:
            owners = [
                owner for owner, own in names.items() if own.fullmatch(found[1]) or own.fullmatch(found[1].lower())
            ]
            return _needs(owners[0]) if owners else ""
    if (found := _CONSTANT.search(message)) is not None:
        return _needs("gmp" if found[1].startswith("GMP") else "mbstring")
    return ""


def _needs(extension: str) -> str:
    return f"it needs PHP's extension {extension}: apt install php-{_PACKAGES.get(extension, extension)}"
