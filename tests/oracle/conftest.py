from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def ggml():
    """The reference implementation."""
    pytest.importorskip("numpy", reason="the reference is called with numpy arrays")
    from tests.oracle.reference import Ggml, library

    path = library()
    if path is None:
        pytest.skip("the xllamacpp wheel, which carries ggml's C library, is not installed here")
    return Ggml(path)
