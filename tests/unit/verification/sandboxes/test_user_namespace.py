"""The user namespace of sandboxes that root starts."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from synthcode.verification.sandboxes import user_namespace


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs one")
def test_threads_that_start_together_share_one_namespace() -> None:
    user_namespace._new_namespace.cache_clear()
    together = Barrier(4)

    def namespace() -> int:
        together.wait()
        return user_namespace.user_namespace()

    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(namespace) for _ in range(4)]]
    assert len(set(found)) == 1
