"""The name by which a test calls the function."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.called_names import called_name


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("x0 = removeOcc(a, b);", "removeOcc"),
        ("String x0 = RemoveOcc.removeOcc(a, b);", "RemoveOcc"),
        ("x0 = remove_occ(a, b)", "remove_occ"),
        ("x0 = remove_Occ?(a)", "remove_Occ?"),
    ],
)
def test_any_convention(test: str, name: str) -> None:
    assert called_name(test, "Solution.remove_Occ") == name


def test_a_test_of_something_else() -> None:
    with pytest.raises(Untestable, match="its test does not call remove_Occ"):
        called_name("assert(f(1))", "remove_Occ")
