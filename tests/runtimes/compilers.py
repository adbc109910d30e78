"""Is there a C++ compiler for what torch compiles?"""

from __future__ import annotations

import os
import shutil

import pytest

needs_compiler = pytest.mark.skipif(
    not any(name and shutil.which(name) for name in (os.environ.get("CXX"), "g++", "clang++")),
    reason="torch.compile needs a C++ compiler, and there is none",
)
