from __future__ import annotations

import re

import pytest
import tree_sitter

from synthcode.languages import LANGUAGES
from synthcode.languages.parsing import grammar
from synthcode.languages.rules import RULES


def query(language: str, pattern: str) -> tree_sitter.Query:
    return tree_sitter.Query(grammar(LANGUAGES[language]), pattern)


def test_every_language_has_its_rules() -> None:
    assert list(RULES) == list(LANGUAGES)
    assert {name for rules in RULES.values() for name in rules.includes} <= set(LANGUAGES)


@pytest.mark.parametrize("language", RULES)
def test_every_rule_is_one_pattern_that_tells_the_place(language: str) -> None:
    for refusal in RULES[language].refused:
        compiled = query(language, refusal.pattern)
        assert compiled.pattern_count == 1, refusal
        assert "bad" in [compiled.capture_name(index) for index in range(compiled.capture_count)], refusal


@pytest.mark.parametrize("language", RULES)
def test_every_node_that_a_rule_names_is_in_the_grammar(language: str) -> None:
    for refusal in RULES[language].refused:
        for node_type in refusal.unless:
            assert grammar(LANGUAGES[language]).id_for_node_kind(node_type, True) is not None, node_type


@pytest.mark.parametrize("language", RULES)
def test_the_other_queries_and_expressions_compile(language: str) -> None:
    rules = RULES[language]
    for pattern in (rules.definitions, rules.overlooked, rules.regex):
        query(language, pattern)
    assert query(language, rules.regex).pattern_count == bool(rules.regex)
    re.compile(rules.opened)
