"""Recognises a file by its content: forty bits of a digest. Enough to tell the person's file from another of the same name, too few
to prove to anybody what was in it."""

from __future__ import annotations

import hashlib
from pathlib import Path


def of(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=5)
    with open(path, "rb") as file:
        while block := file.read(8 * 1024 * 1024):
            digest.update(block)
    return digest.hexdigest()
