from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from synthcode.evaluation.training.models.tokenizer_training import train_tokenizer

TEXTS = ["def add(first, second):\n    return first + second\n", "def mean(values):\n    return sum(values) / 2\n"] * 3
TRAIN = """
import hashlib, sys
from pathlib import Path
from synthcode.evaluation.training.models.tokenizer_training import train_tokenizer
texts = [path.read_text("utf-8") for path in sorted(Path(sys.argv[1]).glob("*.py"))]
print(hashlib.sha256(train_tokenizer(texts, 3000).to_str().encode()).hexdigest())
"""


def test_the_tokenizer_learns_from_its_texts() -> None:
    tokenizer = train_tokenizer(TEXTS, 290)
    assert [tokenizer.token_to_id(token) for token in ("<sep>", "<cls>", "<pad>", "<mask>")] == [0, 1, 2, 3]
    assert tokenizer.get_vocab_size() == 290
    text = "def zażółć(x1):\n\treturn x1  # ✓"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert len(tokenizer.encode("return").ids) < 6
    assert list(tokenizer.encode("12").tokens) == ["1", "2"]


def test_the_tokenizer_is_the_same_in_every_process_and_order() -> None:
    folder = Path(json.__file__).parent
    run = [
        subprocess.run([sys.executable, "-c", TRAIN, str(folder)], capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.py"))]
    assert run[0] == run[1]
    assert train_tokenizer(texts, 3000).to_str() == train_tokenizer(reversed(texts), 3000).to_str()
