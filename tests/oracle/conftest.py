from __future__ import annotations

import platform

import pytest


@pytest.fixture(scope="session")
def ggml():
    """The reference implementation."""
    pytest.importorskip("numpy", reason="the reference is called with numpy arrays")
    from tests.oracle.reference import Ggml, library

    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("the bytes are those of x86-64; other builds of ggml fuse operations")
    path = library()
    if path is None:
        pytest.skip("the xllamacpp wheel, which carries ggml's C library, is not installed here")
    return Ggml(path)
