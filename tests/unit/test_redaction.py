"""Secrets are found plain and encoded, ordinary text is left alone, and the time is linear."""

from __future__ import annotations

import base64
import codecs
import html
import json
import time
import urllib.parse
from pathlib import Path

import orjson
import pytest

from synthcode import redaction
from synthcode.errors import InputError
from synthcode.redaction import (
    Redactor,
    credentials_in,
    is_secret_name,
    redact,
    refuse_credentials,
    refuse_credentials_in_address,
)
from synthcode.spellings import SpelledSecrets, spellings, squeezed

KEY = "sk-abcd_efgh.1234/5678+Zz"


def encodings() -> dict[str, str]:
    quoted = "".join(f"\\u{ord(char):04x}" for char in KEY)
    return {
        "plain": KEY,
        "json": quoted,
        "json, one character": f"\\u{ord(KEY[0]):04X}{KEY[1:]}",
        "json in json": json.dumps(quoted),
        "json slash": KEY.replace("/", "\\/"),
        "javascript": "".join(f"\\u{{{ord(char):x}}}" for char in KEY),
        "python": "".join(f"\\U{ord(char):08x}" for char in KEY),
        "c": "".join(f"\\x{ord(char):02x}" for char in KEY),
        "octal": "".join(f"\\{ord(char):o}" for char in KEY),
        "markdown": KEY.replace("_", "\\_").replace("-", "\\-"),
        "html decimal": "".join(f"&#{ord(char)};" for char in KEY),
        "html hexadecimal": "".join(f"&#x{ord(char):x}" for char in KEY),
        "html names": KEY.replace("_", "&lowbar;").replace(".", "&period;").replace("+", "&plus;"),
        "html of json": html.escape(json.dumps(quoted)),
        "percent": "".join(f"%{ord(char):02X}" for char in KEY),
        "percent, usual": urllib.parse.quote(KEY, safe=""),
        "percent twice": urllib.parse.quote(urllib.parse.quote(KEY, safe="")),
        "quoted-printable": "".join(f"={ord(char):02X}" for char in KEY),
        "base64": base64.b64encode(KEY.encode()).decode(),
        "base64 after one byte": base64.b64encode(b"x" + KEY.encode() + b"tail").decode(),
        "base64 after two bytes": base64.b64encode(b"Be" + KEY.encode() + b" ").decode(),
        "base64 for URLs": base64.urlsafe_b64encode(b">>?" + KEY.encode()).decode(),
        "base64 in lines": base64.encodebytes(b"x" * 50 + KEY.encode() + b"y" * 50).decode(),
        "base64 with its ending escaped": urllib.parse.quote(base64.b64encode(KEY.encode())),
        "hexadecimal": KEY.encode().hex(),
        "invisible characters": "\u200b".join(KEY),
        "html decimal with zeros": "".join(f"&#{ord(char):012};" for char in KEY),
        "css": "".join(f"\\{ord(char):06x}" for char in KEY),
        "spaces": " ".join(KEY),
        "tabs and line ends": "\t\r\n".join(KEY),
        "dashes": "--".join(KEY),
        "literals": KEY[:9] + '" + "' + KEY[9:],
        "comment": KEY[:9] + "/**/" + KEY[9:],
        "tags": KEY[:9] + "</b><b class='x'>" + KEY[9:],
        "combining characters": "\u0301".join(KEY),
        "tag characters": "\U000e0020".join(KEY),
        "wide": "".join(chr(ord(char) + 0xFEE0) for char in KEY),
        "upper case": KEY.upper(),
        "backwards": KEY[::-1],
        "rot13": codecs.encode(KEY, "rot13"),
        "hexadecimal with colons": KEY.encode().hex(":"),
        "decimal numbers": ", ".join(str(ord(char)) for char in KEY),
        "hexadecimal numbers": ", ".join(f"{ord(char):#04x}" for char in KEY),
        "binary": " ".join(f"{ord(char):08b}" for char in KEY),
        "soft line break": KEY[:9] + "=\n" + KEY[9:],
        "base32": base64.b32encode(b"ab" + KEY.encode()).decode(),
        "base85": base64.b85encode(b"abc" + KEY.encode()).decode(),
        "base64 twice": base64.b64encode(base64.b64encode(b"Bearer " + KEY.encode())).decode(),
        "base64 of UTF-16": base64.b64encode(KEY.encode("utf-16-be")).decode(),
    }


@pytest.mark.parametrize("name", encodings())
def test_a_secret_is_found_in_every_encoding(name: str) -> None:
    encoded = encodings()[name]
    redactor = Redactor([KEY])
    found = redactor.values(f"class A {{}} // {encoded} end")
    assert "***" in found
    assert encoded not in found
    assert found.startswith("class A {}")
    assert found.endswith("end")
    assert KEY not in redactor.answer(orjson.dumps({"text": f"a {encoded} b"})).decode()


@pytest.mark.parametrize(
    "value", ["", "EMPTY", "none", "1234567", "function", "description", "20000000", "xxxxxxxxxxxx", "/usr/bin/env"]
)
def test_values_that_are_ordinary_text_change_nothing(value: str) -> None:
    text = f"def function(): return '{value}' # description 20000000 xxxxxxxxxxxx /usr/bin/env"
    assert Redactor([value]).values(text) is text


@pytest.mark.parametrize("value", ["1234567890123456", "correct-horse-battery-staple", "a-b-c-1-2-3"])
def test_what_ordinary_text_spells_changes_nothing(value: str) -> None:
    text = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6]  # correct horse battery staple; a b c 1 2 3"
    assert Redactor([value]).values(text) is text


def test_only_what_is_spelled_out_is_replaced() -> None:
    assert Redactor([KEY]).values(f"<b>x</b> + {' '.join(KEY)} + <i>y</i>") == "<b>x</b> + *** + <i>y</i>"


def test_a_text_is_searched_with_its_tags_and_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets, searched = SpelledSecrets([KEY]), list[str]()

    def noted(text: str) -> bytes:
        searched.append(text)
        return squeezed(text)

    monkeypatch.setattr("synthcode.spellings.squeezed", noted)
    assert secrets.without("List<Integer> f", "***") == "List<Integer> f"
    assert searched == ["List<Integer> f", "List f"]


def test_text_without_a_secret_comes_back_as_it_is() -> None:
    text = 'printf("%d\\n", a && b); // &amp; \\u0041 %41 =41 \u202e'
    assert Redactor([KEY]).values(text) is text
    body = b'{"a": "\\u0041",  "b": 1}'
    assert Redactor([KEY]).answer(body) is body


@pytest.mark.parametrize("secret", ["a1b2c3d4e5f6", "a1b2c3d4e5f6g7h8i9j0k1l2m3n4"])
def test_the_shortest_spelling_is_found_wherever_it_begins(secret: str) -> None:
    redactor, shortest = Redactor([secret]), min(spellings(secret), key=len).decode()
    for offset in range(len(shortest) + 1):
        text = "z" * offset + " ".join(shortest) + "z" * 20
        assert redactor.values(text) == "z" * offset + "***" + "z" * 20


def test_a_text_that_comes_again_is_answered_the_same_way() -> None:
    redactor = Redactor([KEY])
    for _ in range(2):
        clean = "".join(["free of ", "secrets"])  # an equal text, another object each time
        assert redactor.values(clean) is clean
        assert redactor.values(f"holds {KEY}") == "holds ***"


def test_an_answer_stays_json() -> None:
    body = ('{"text": "a \\"' + "".join(f"\\u{ord(char):04x}" for char in KEY) + '\\" b", "n": 1}').encode()
    assert json.loads(Redactor([KEY]).answer(body)) == {"text": 'a "***" b', "n": 1}


def test_a_secret_within_another_leaves_nothing_of_it() -> None:
    assert Redactor([KEY, KEY + "-longer-1"]).values(f"x {KEY}-longer-1 y") == "x *** y"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("OPENAI_API_KEY", True),
        ("OPENAI_API_KEY_2", True),
        ("HF_TOKEN", True),
        ("HUGGING_FACE_HUB_TOKEN", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("AWS_ACCESS_KEY_ID", True),
        ("AWS_SESSION_TOKEN", True),
        ("PGPASSWORD", True),
        ("MYSQL_PWD", True),
        ("hf_token", True),
        ("X-Amz-Signature", True),
        ("PWD", False),
        ("OLDPWD", False),
        ("TOKENIZERS_PARALLELISM", False),
        ("max_num_batched_tokens", False),
        ("HF_TOKEN_PATH", False),
        ("AWS_REGION", False),
        ("SSH_AUTH_SOCK", False),
        ("monkey", False),
    ],
)
def test_secrets_are_known_by_the_name_of_their_variable(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_the_hubs_token_file_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("hf_fromTheFile123456\n")
    monkeypatch.delenv("HF_TOKEN_PATH", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert redaction.current().values("x hf_fromTheFile123456 y") == "x *** y"


def test_every_line_of_a_long_secret_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----"
    monkeypatch.setenv("DEPLOY_PRIVATE_KEY", pem)
    assert redaction.current().values("it said kqhkiG9w0BAQEF") == "it said ***"
    assert redaction.current().values("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no answer at http://user:s3cret@host:8000/v1", "no answer at http://***@host:8000/v1"),
        ("s3://AKIA:ab/cd+ef@bucket/x", "s3://***@bucket/x"),
        ("http://user:p@ss@host/z", "http://***@host/z"),
        ("https://tokentoken@host/v1", "https://***@host/v1"),
        ("http://host:8000/a@b", "http://host:8000/a@b"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("GET /x?api_key=abc&n=1&token=def", "GET /x?api_key=***&n=1&token=***"),
        ("/x?X-Amz-Credential=AK&amp;X-Amz-Signature=99", "/x?X-Amz-Credential=***&amp;X-Amz-Signature=***"),
        ("Authorization: Bearer abcdefghijklmnopqrstu", "Authorization: Bearer ***"),
        ("bad token hf_abcdefghijklmnopqrst", "bad token ***"),
        ("a bearer of news; ask-me-anything-you-like", "a bearer of news; ask-me-anything-you-like"),
    ],
)
def test_messages_show_no_password_of_an_address(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text", ["http://user:hushhush1@h/v1", "http://hushhush1@h", "s3://AKIA:hushhush1@b", "https://h/?sig=hushhush1"]
)
def test_addresses_with_credentials_are_refused_and_the_secret_is_known_from_then_on(text: str) -> None:
    assert "hushhush1" in credentials_in(text)
    with pytest.raises(InputError, match="--to holds a") as caught:
        refuse_credentials(text, "--to")
    assert "hushhush1" not in str(caught.value)
    assert redaction.current().values("Invalid name hushhush1@b") == "Invalid name ***@b"


@pytest.mark.parametrize(
    "address",
    [
        "http://user:s3cretpw@host/v1",
        "http://us er:s3cretpw@host/v1",
        "http://user:s3cretpw\uff20host/v1",
        "http:/user:s3cretpw@host/v1",
        "http:\\\\user:s3cretpw@host/v1",
        "user:s3cretpw@host:8000/v1",
        "user:s3cretpw@host:/folder",
        "https://host/v1?api_key=s3cretpw",
    ],
)
def test_credentials_are_found_in_mistyped_addresses(address: str) -> None:
    with pytest.raises(InputError) as refused:
        refuse_credentials_in_address(address, "--to")
    assert "s3cretpw" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    ["http://host:8000/v1", "host:8000/v1", "s3://bucket/a@b", "a@b", "runs/a:b", "C:\\runs\\a@b", "/data/a@b", ""],
)
def test_plain_addresses_and_paths_are_taken(address: str) -> None:
    refuse_credentials_in_address(address, "--to")


@pytest.mark.parametrize("text", ["http://host:8000/v1", "s3://bucket/a@b", "hf://datasets/a/b@main/x", "a@b", ""])
def test_addresses_without_credentials_are_not(text: str) -> None:
    refuse_credentials(text, "--to")


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "\\",
            "&",
            "%25",
            "=",
            "sk-abcd_efgh.",
            "\\u0073",
            "\n",
            "s\n",
            "&aaaaaaaaaaaaaaaaaaaaaaaaa",
            "\u200b",
            "://a",
        ),
        *("s-", "s" + "-" * 999, "s - k - ", "<", "<b>", "\u0301", "z Z"),
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    redactor = Redactor([KEY])

    def seconds(chars: int) -> float:
        text = unit * (chars // len(unit))
        started = time.process_time()
        redactor.message(text)
        return time.process_time() - started

    short = min(seconds(10_000) for _ in range(3))
    assert min(seconds(80_000) for _ in range(3)) < 8 * 4 * max(short, 2e-3)
