"""How tests compare the results of calls."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.call_sites import CallSite, call_sites


def site_of(test: str) -> CallSite | None:
    """Return what is known of the call of ``f``, the only one that is looked for."""
    sites = call_sites(test)
    line, column = next((n, text.index("f(")) for n, text in enumerate(test.splitlines(), 1) if "f(" in text)
    return next((site for (first, _, start, _), site in sites.items() if (first, start) == (line, column)), None)


@pytest.mark.parametrize(
    "test",
    [
        "assert f(1) == 2",
        "assert 2 == f(1)",
        "assert f(1) is None",
        "assert f(1) == 2 and g(1) == 3",
        "assert list(f(1)) == [2]",
        "assert (f(1), f(2)) == (1, 2)",
        "def check(c):\n    for i in range(3):\n        assert f(i) == i",
        "x = f(1)\nassert x == 2",
        "self.assertEqual(f(1), 2)",
    ],
)
def test_equality(test: str) -> None:
    assert site_of(test) == CallSite()


@pytest.mark.parametrize(
    ("test", "site"),
    [
        ("assert f(1)", CallSite(is_truth=True)),
        ("assert not f(1)", CallSite(is_truth=True)),
        ("self.assertTrue(f(1))", CallSite(is_truth=True)),
        ("assert abs(f(1) - 2) < 1e-3", CallSite(tolerance=1e-3)),
        ("assert math.fabs(f(1) - 2) <= 0.5", CallSite(tolerance=0.5)),
        ("assert math.isclose(f(1), 2, rel_tol=0.001)", CallSite(tolerance=0.001)),
        ("assert round(f(1), 2) == 2.25", CallSite(tolerance=0.005)),
        ("assert sorted(f(1)) == [1]", CallSite(ignores_order=True)),
        ("assert set(f(1)) == {1}", CallSite(ignores_order=True)),
        ("self.assertCountEqual(f(1), [1])", CallSite(ignores_order=True)),
    ],
)
def test_other_rules(test: str, site: CallSite) -> None:
    assert site_of(test) == site


@pytest.mark.parametrize(
    "test",
    [
        "assert len(f(1)) == 2",
        "assert f(1) in (1, 2)",
        "assert f(1) != 2",
        "assert f(1) > 2",
        "assert f(1)[0] == 2",
        "assert f(1) == 2, 3",
        "assert f(1) == -2, -3.5",
        "assert f(1) == 2 or f(1) == 3",
        "f(1)",
        "x = f(1)\nassert len(x) == 2",
        "print(f(1) == 2)",
    ],
)
def test_what_is_not_compared_by_equality(test: str) -> None:
    assert site_of(test) is None
