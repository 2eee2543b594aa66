"""Vendored front-end files are what the manifest says, and licences lie beside them."""

from __future__ import annotations

import json

from web.vendor import PACKAGES, VENDOR, manifest


def test_files_equal_the_manifest() -> None:
    assert json.loads((VENDOR / "manifest.json").read_text("utf-8")) == manifest()


def test_every_package_has_its_licence() -> None:
    for package in PACKAGES:
        assert (VENDOR / f"{package.split('@')[0]}.LICENSE").stat().st_size > 500
