"""Figures in README.md: a benchmark rewrites the lines between its two marks and touches nothing else."""

from __future__ import annotations

from pathlib import Path


def write_block(path: Path, name: str, text: str) -> bool:
    """Put the text between `<!-- bench:name -->` and `<!-- /bench:name -->`; False where the file has no such marks."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    content = path.read_text("utf-8") if path.exists() else ""
    before, found, rest = content.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        print(f"{path.name} has no block {begin} … {end}; the table is only printed")
        return False
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
    return True
