"""Vendor front-end assets from npm packages: `python -m web.vendor` (needs npm; users of the product do not).

Writes the minified files, their licences and manifest.json with each file's SHA-256. A test hashes them again.
"""

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parent / "static" / "vendor"
PACKAGES = {
    "bootstrap@5.3.9": {"dist/css/bootstrap.min.css": "bootstrap.min.css", "LICENSE": "bootstrap.LICENSE"},
}


def _fetch(package: str, files: dict[str, str], folder: Path) -> None:
    listing = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
    )
    with tarfile.open(folder / listing.stdout.strip()) as archive:
        for member, name in files.items():
            source = archive.extractfile(f"package/{member}")
            if source is None:
                raise FileNotFoundError(f"{package} has no {member}")
            with (VENDOR / name).open("wb") as target:
                shutil.copyfileobj(source, target)


def manifest() -> dict[str, object]:
    """Packages and the SHA-256 of every vendored file."""
    files = sorted(path for path in VENDOR.iterdir() if path.name != "manifest.json")
    return {
        "packages": sorted(PACKAGES),
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }


def main() -> None:
    """Fetch everything and write the manifest."""
    VENDOR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for package, files in PACKAGES.items():
            _fetch(package, files, Path(folder))
    css = VENDOR / "bootstrap.min.css"
    # The source map is not shipped, and a strict policy would log its absence.
    css.write_text(css.read_text("utf-8").split("/*# sourceMappingURL")[0], "utf-8")
    (VENDOR / "manifest.json").write_text(json.dumps(manifest(), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
