"""A program that needs a library which this machine lacks is not wrong: it keeps its level, and is not rejected."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.php.extensions import EXTENSIONS, missing_extension
from synthcode.verification.languages.table import TESTED_LANGUAGES
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.benches import runner_of

CASES = (TestCase(("abc",), 3), TestCase(("",), 0))
OWN = {
    "php": TestProgram("if (slen('abc') !== 3) { throw new Exception('wrong'); }"),
    "ruby": TestProgram("raise 'wrong' unless slen('abc') == 3"),
    "python": TestProgram("assert slen('abc') == 3"),
}


def judged(language: str, code: str) -> list[Outcome]:
    """Return what the cases and, where there is one, a test of the seed's own say."""
    tested = TESTED_LANGUAGES[language]
    program = tested.with_cases(code, "slen", CASES)
    outcomes = [judge_cases(CASES, program, runner_of(language).run([program.job])[0])]
    if (own := OWN.get(language)) is not None:
        outcomes.append(judge_program(runner_of(language).run([tested.with_test(code, own, "slen")])[0]))
    return outcomes


@pytest.mark.parametrize(
    ("language", "code", "needed"),
    [
        ("php", "<?php function slen($s) { return (new Ds\\Vector(str_split($s)))->count(); }", "extension ds"),
        ("ruby", "require 'active_support'\ndef slen(s)\n  s.length\nend", "library active_support"),
        ("ruby", "def slen(s)\n  require 'nokogiri'\n  s.length\nend", "library nokogiri"),
        ("python", "import not_installed_anywhere\ndef slen(s):\n    return len(s)", "package not_installed_anywhere"),
        ("python", "def slen(s):\n    import not_installed.deep\n    return len(s)", "package not_installed"),
        ("c", "#include <boost/any.h>\nint slen(const char *s) { return any_length(s); }", "includes boost/any.h"),
        pytest.param(
            *("cpp", "#include <absl/any.h>\nint slen(std::string s) { return s.size(); }", "includes absl/any.h"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_the_machine_lacks_is_named(language: str, code: str, needed: str) -> None:
    for outcome in judged(language, code):
        assert (outcome.tests, outcome.reason) == (0, None)
        assert needed in outcome.detail


def test_a_function_that_no_extension_has_is_a_mistake() -> None:
    for outcome in judged("php", "<?php function slen($s) { return string_length($s); }"):
        assert outcome.reason == "test_failed"
        assert "undefined function string_length" in outcome.detail


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("php", "<?php function slen($s) { return ctype_alpha($s) ? strlen($s) : iconv_strlen($s); }"),
        ("ruby", "require 'prime'\nrequire 'matrix'\ndef slen(s)\n  Prime.prime?(3) ? s.length : Matrix[[1]]\nend"),
        ("ruby", "require('set')\nrequire 'json'\ndef slen(s)\n  Set.new(s.chars.each_index).size\nend"),
    ],
)
def test_what_comes_with_the_language_is_there(language: str, code: str) -> None:
    assert [(outcome.reason, outcome.detail) for outcome in judged(language, code)] == [(None, "")] * 2


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("java", "import {0};\nclass A {{ static int slen(String s) {{ return s.length(); }} }}"),
        ("kotlin", "import {0}\nfun slen(s: String): Int = s.length"),
    ],
)
@pytest.mark.parametrize(
    ("name", "is_foreign"),
    [
        ("org.apache.commons.lang3.StringUtils", True),
        ("javax.servlet.Servlet", True),
        ("kotlinx.coroutines.runBlocking", True),
        ("java.util.List", False),
        ("javax.crypto.Cipher", False),
        ("org.w3c.dom.Node", False),
    ],
)
def test_imports_from_further_libraries_are_untestable(language: str, code: str, name: str, is_foreign: bool) -> None:
    source = code.format(name)
    if is_foreign:
        with pytest.raises(Untestable, match=f"it imports {name}"):
            TESTED_LANGUAGES[language].with_cases(source, "slen", CASES)
    else:
        assert TESTED_LANGUAGES[language].with_cases(source, "slen", CASES).untestable == {}


def test_a_programs_own_package_is_its_own() -> None:
    code = "package app.text;\nimport app.text.Lengths;\nclass A { static int slen(String s) { return s.length(); } }"
    assert TESTED_LANGUAGES["java"].with_cases(code, "slen", CASES).untestable == {}


@pytest.mark.parametrize(
    ("message", "extension"),
    [
        ("Error: Call to undefined function mb_strlen()", "mbstring"),
        ("Error: Call to undefined function App\\Text\\mb_str_split()", "mbstring"),
        ("Error: Call to undefined function bcadd()", "bcmath"),
        ("Error: Call to undefined function grapheme_strlen()", "intl"),
        ('Error: Class "NumberFormatter" not found', "intl"),
        ('Error: Undefined constant "MB_CASE_TITLE"', "mbstring"),
        ("Error: Call to undefined function bcaddition()", ""),
        ("Error: Call to undefined function length()", ""),
        ('Error: Class "Normalizers" not found', ""),
        ("Exception: mb_strlen() is not what failed", ""),
    ],
)
def test_extensions_of_php_are_known_by_their_names(message: str, extension: str) -> None:
    reason = missing_extension(message)
    assert reason.startswith(f"it needs PHP's extension {extension}: apt install php-") if extension else not reason
    assert not extension or extension in EXTENSIONS
