"""Unpacks compressed files and archives, up to a size that a tab can hold: what claims to be more is not believed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from pathlib import Path
from typing import Any

from .cannot_read import CannotRead

# Unpacked; far beyond what fits into a tab together with the frame made of it.
MOST_BYTES = 1_000_000_000
MOST_MEMBERS = 50
# A table packs ten times, a table of zeros a hundred times; a bomb a thousand times and more.
MOST_RATIO = 300
RATIO_FROM = 20_000_000

_OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_KINDS = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}


def kind_of(start: bytes) -> str | None:
    """How a file that begins like this is packed, or None."""
    return next((kind for mark, kind in _KINDS.items() if start.startswith(mark)), None)


def unpacked(path: Path, name: str, kind: str) -> tuple[Path, str]:
    """The content of a compressed file, and the name it goes by. The caller removes it."""
    inner = name[: -len(kind)] if name.lower().endswith(kind) else name
    target = path.with_name(f".unpacked-{path.name}.{Path(inner).suffix.lstrip('.') or 'csv'}")
    try:
        with _opener(kind)(path, "rb") as source, open(target, "wb") as file:
            _pour(source, file, name, path.stat().st_size)
    except CannotRead:
        target.unlink(missing_ok=True)
        raise
    except Exception as error:  # noqa: BLE001 - each format fails in its own way on bytes that are not its own
        target.unlink(missing_ok=True)
        raise CannotRead("damaged", name=name, cause=str(error)) from error
    return target, inner


def _opener(kind: str) -> Any:
    if kind == ".zst":
        from compression import zstd

        return zstd.open
    return _OPENERS[kind]


class Archive:
    """The tables of a zip file, one after the other."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name

    def members(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                listed = [member for member in archive.infolist() if _is_content(member)]
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise CannotRead("damaged", name=self.name, cause=str(error)) from error
        found = [member for member in listed if looks_like_table(member.filename)] or listed[:1]
        if not found:
            raise CannotRead("archive_empty", name=self.name)
        if len(found) > MOST_MEMBERS:
            raise CannotRead("archive_tables", name=self.name, n=len(found), most=MOST_MEMBERS)
        return found

    def extract(self, member: zipfile.ZipInfo, number: int) -> tuple[Path, str]:
        """One member, and the name it goes by. The caller removes it."""
        inner = Path(member.filename).name
        target = self.path.with_name(f".unpacked-{number}-{inner}")
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(member) as source, open(target, "wb") as file:
                _pour(source, file, self.name, max(member.compress_size, 1))
        except CannotRead:
            target.unlink(missing_ok=True)
            raise
        except RuntimeError as error:  # what zipfile says of a password
            target.unlink(missing_ok=True)
            raise CannotRead("locked", name=self.name, cause=str(error)) from error
        except Exception as error:  # noqa: BLE001 - zlib, lzma and zipfile each have errors of their own
            target.unlink(missing_ok=True)
            raise CannotRead("damaged", name=self.name, cause=str(error)) from error
        return target, inner


def is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError):
        return False


def check_workbook(path: Path, name: str) -> None:
    """A workbook is an archive as well, and openpyxl believes whatever it says."""
    with zipfile.ZipFile(path) as archive:
        total = sum(member.file_size for member in archive.infolist())
        packed = sum(member.compress_size for member in archive.infolist())
    if total > MOST_BYTES or (total > RATIO_FROM and total > MOST_RATIO * max(packed, 1)):
        raise CannotRead("workbook_size", name=name, size=total // 1_000_000)


def looks_like_table(name: str) -> bool:
    return name.lower().endswith(TABLE_ENDINGS)


TABLE_ENDINGS = tuple(
    ".csv .tsv .tab .txt .dat .json .jsonl .ndjson .geojson .xlsx .xlsm .xls .parquet .pq .sqlite .sqlite3 .db .html .htm "
    ".gz .bz2 .xz .zst".split()
)


def _is_content(member: zipfile.ZipInfo) -> bool:
    return (
        not member.is_dir()
        and not Path(member.filename).name.startswith(".")
        and not member.filename.startswith("__MACOSX")
    )


def _pour(source: Any, target: Any, name: str, packed: int) -> None:
    written = 0
    while block := source.read(4 * 1024 * 1024):
        written += len(block)
        if written > MOST_BYTES:
            raise CannotRead("unpacked_size", name=name, most=MOST_BYTES // 1_000_000)
        if written > RATIO_FROM and written > MOST_RATIO * packed:
            raise CannotRead("unpacked_ratio", name=name, most=MOST_RATIO)
        target.write(block)
