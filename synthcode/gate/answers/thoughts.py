"""Telling a model's answer from the reasoning before it, in the marks of every family.

The marks are those of the models' chat templates and of the reasoning parsers of vLLM, SGLang and llama.cpp. A server
that does not know a model's marks leaves them in the text, and a draft in a thought looks like a translation.
"""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from synthcode.gate.answers.prose import looks_like_code

_STEM = (
    r"(?:(?:ant|longcat_|inner_|internal_|self_|model_|deep_|chain_of_)?"
    r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|monologue)(?:_process|_steps)?"
    r"|scratchpad|deliberation|(?:(?<=<)|(?<=</))(?:plan(?:ning)?|critique|cot))"
)
"""The last are attributes of C#, sections of a file, and the like where square brackets are around them."""
_MARK = re.compile(
    rf"""
      (?P<tag>[<\[◁][|｜]{{0,2}}+(?P<slash>/?+)(?:\w{{1,12}}:|content_)?(?P<first>(?:begin|start|end)[_▁](?:of[_▁])?)?
        (?P<name>{_STEM})(?P<last>_(?:begin|start|end|never_used_\w{{1,64}}))?+[|｜]{{0,2}}+[>\]▷])
    | (?P<open><\|channel>[a-z]{{0,20}}+|<\|inner_prefix\|>|<unused94>(?:thought)?|\[unused16\])
    | (?P<close><channel\|>|<\|inner_suffix\|>|<unused95>|\[unused17\])
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""``<think>``, ``[THINK]``, ``◁think▷``, ``<seed:think>``, ``<|START_THINKING|>``, ``<|begin_of_thought|>``,
``<｜end▁of▁thinking｜>`` and their like; after them those of Gemma 4, Apertus, MedGemma and openPangu."""
_IN_MARKS = (
    *("think", "thought", "reason", "reflection", "analysis", "scratchpad", "monologue", "inner_", "deliberation"),
    *("channel", "unused", "<plan", "</plan", "critique", "cot>"),
)
"""Every mark has one of these in it: to look for them is ten times as fast."""
_MAX_MARKS = 2_000
"""Marks of an answer that are looked at."""
_MAX_BLANKS = 80
"""Blanks that are looked at between a mark and the end of its line."""

_FOLDED = re.compile(
    r"\s{0,80}<details(?P<kind> [^<>\n]{0,120})?>\s{0,80}(?:<summary>(?P<summary>[^<>\n]{0,120})</summary>)?",
    re.IGNORECASE,
)
"""A section that a page folds away; front ends show thoughts so."""
_THOUGHT = re.compile(r"\b(?:thought|thinking|reasoning)\b", re.IGNORECASE)
_WORDS = re.compile(r"\A\s*(?:#+ |\*\*)?Here(?: is|['’]s| are) my (?:thought process|reasoning steps):")
_WORDS_BEFORE_ANSWER = re.compile(r"Here(?: is|['’]s) my response:(?:\*\*)?|\[BEGIN FINAL RESPONSE\]")
"""Granite and Apriel mark their thoughts with words."""
_CONTENT = re.compile(r"<\|content(?:_text)?\|>")
"""The mark before the answer in Solar's and Inkling's turns."""

_HARMONY = re.compile(
    r"""
      (?:<\|start\|>(?P<role>[^<>\n]{0,80}+))?+<\|channel\|>[ ]?(?P<channel>[a-z]{1,20}+)
      (?:(?P<more>[^<>\n]{0,120}+)(?:<\|constrain\|>[^<>\n]{0,40}+)?+<\|message\|>)?+
    | <\|start\|>(?P<speaker>[^<>\n]{0,80}+)<\|message\|>
    """,
    re.VERBOSE,
)
"""The head of a message in OpenAI's harmony format; its channel is ``analysis``, ``commentary`` or ``final``."""
_HARMONY_END = re.compile(r"<\|(?:end|return|call)\|>")
_HARMONY_UNMARKED = "assistantfinal"
"""All that is left of the marks before the answer where a server drops special tokens: ``analysisWe ...``."""
_UNMARKED_ANALYSIS = re.compile(r"analysis(?=[A-Z\"'])")


class Spoken(NamedTuple):
    """An answer without its reasoning."""

    text: str
    in_thought: bool
    """Whether the model was still thinking when the text ended."""


class _Message(NamedTuple):
    channel: str
    recipient: bool
    """Whether it is addressed to a tool."""
    body: str
    ended: bool


def without_thoughts(text: str) -> Spoken:
    """Return an answer without the reasoning before and within it.

    A thought goes from its opening mark to its closing mark, or to the end of the text; if the prompt opened it, from
    the start of the text to the closing mark. Marks within a code block are code.
    """
    text = _unfolded(text.removeprefix("\ufeff"))
    if "<|channel|>" in text or "<|start|>assistant" in text:
        spoken = _last_channel(text)
        if spoken is not None:
            return spoken
    if text.startswith("analysis") and (spoken := _unmarked(text)) is not None:
        return spoken
    if content := _CONTENT.search(text):
        return Spoken(text[content.end() :], in_thought=False)
    if _WORDS.match(text):
        answer = _WORDS_BEFORE_ANSWER.search(text)
        return Spoken(text[answer.end() :], in_thought=False) if answer else Spoken("", in_thought=True)
    text = text.removeprefix("<|begin|>assistant")
    folded = text.casefold()
    has_marks = any(part in folded for part in _IN_MARKS)
    return _between_marks(text) if has_marks else Spoken(text, in_thought=False)


def _unfolded(text: str) -> str:
    """Return an answer without the section at its start that a page folds away, if that says it is a thought."""
    folded = _FOLDED.match(text)
    if folded is None or not _THOUGHT.search(f"{folded['kind']} {folded['summary']}"):
        return text
    return text[folded.end() :].partition("</details>")[2] or text


def _unmarked(text: str) -> Spoken | None:
    head, found, answer = text.partition(_HARMONY_UNMARKED)
    if found:
        return Spoken(answer, in_thought=False)
    return Spoken("", in_thought=True) if _UNMARKED_ANALYSIS.match(head) else None


def _last_channel(text: str) -> Spoken | None:
    """Return the answer among the messages of the harmony format, or None if there are no messages.

    The first final message is the answer; or else what stands outside of any message, as llama.cpp leaves it; or
    else a message without a channel, or one of commentary that is not addressed to a tool.
    """
    heads = list(itertools.islice(_HARMONY.finditer(text), _MAX_MARKS))
    if not heads:
        return None
    messages: list[_Message] = []
    outside: list[str] = []
    for number, head in enumerate(heads):
        until = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        end = _HARMONY_END.search(text, head.end(), until)
        body = text[head.end() : end.start() if end else until]
        recipient = "to=" in f"{head['role']}{head['more']}{head['speaker']}"
        messages.append(_Message(head["channel"] or "", recipient, body, end is not None))
        if head["speaker"] is not None and not head["speaker"].startswith("assistant"):
            break  # the model goes on with a turn of the user
        outside.append(text[end.end() : until] if end else "")
    finals = [message.body for message in messages if message.channel == "final"]
    plain = [message.body for message in messages if not message.channel and not message.recipient]
    comments = [message.body for message in messages if message.channel == "commentary" and not message.recipient]
    for body in (*finals, *outside, *plain, *comments):
        if body.strip():
            return Spoken(body, in_thought=False)
    return Spoken("", in_thought=not messages[-1].ended)


def _between_marks(text: str) -> Spoken:
    marks = list(itertools.islice(_MARK.finditer(text), _MAX_MARKS))
    spoken: list[str] = []
    number = start = counted = fences = 0
    has_thought = False
    while number < len(marks):
        mark = marks[number]
        number += 1
        fences += text.count("```", counted, mark.start()) + text.count("~~~", counted, mark.start())
        counted = mark.end()
        if _closes(mark):
            if not has_thought and (_starts_line(text, mark) or _ends_line(text, mark)):
                has_thought, start, fences = True, mark.end(), 0  # the prompt opened it
        elif fences % 2 == 0 and (_starts_line(text, mark) or mark.start() == start):
            if not fences and looks_like_code(text[start : mark.start()]):
                break  # bare code: the mark is in a string or comment
            spoken.append(text[start : mark.start()])
            closing = _closing(marks, number, mark)
            if closing is None:
                return Spoken("".join(spoken), in_thought=True)
            has_thought, number = True, closing + 1
            start = counted = marks[closing].end()
    return Spoken("".join((*spoken, text[start:])), in_thought=False)


def _closing(marks: list[re.Match[str]], number: int, opening: re.Match[str]) -> int | None:
    """Return the number of the mark, from ``number`` on, that closes a thought."""
    for later in range(number, len(marks)):
        if _closes(marks[later]) and bool(marks[later]["close"]) == bool(opening["open"]):
            return later
    return None


def _closes(mark: re.Match[str]) -> bool:
    if mark["tag"] is None:
        return mark["close"] is not None
    return bool(mark["slash"]) or "end" in f"{mark['first']}{mark['last']}".lower()


def _starts_line(text: str, mark: re.Match[str]) -> bool:
    """Return whether only blanks stand before a mark on its line: elsewhere it may be code."""
    before = text[max(mark.start() - _MAX_BLANKS, 0) : mark.start()]
    return not before.rpartition("\n")[2].strip() and ("\n" in before or mark.start() <= _MAX_BLANKS)


def _ends_line(text: str, mark: re.Match[str]) -> bool:
    after = text[mark.end() : mark.end() + _MAX_BLANKS]
    return not after.partition("\n")[0].strip() and ("\n" in after or mark.end() + _MAX_BLANKS >= len(text))
