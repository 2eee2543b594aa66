"""Clashes of the five package names are found through the installed distributions' own records."""

import sys
from pathlib import Path

import pytest

from sims import doctor
from sims.commands.machine import mail_state
from tests.rewards.mailbox import mailbox


def install(site: Path, name: str, record: str, top_level: str | None = None) -> None:
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text(record)
    if top_level is not None:
        (info / "top_level.txt").write_text(top_level)


def test_this_environment_has_no_clash() -> None:
    assert doctor.package_clashes() == []


@pytest.mark.parametrize(
    ("record", "top_level", "package"),
    [
        ("engine/__init__.py,,\nrival-1.0.dist-info/RECORD,,\n", None, "engine"),
        ("rewards.py,,\n", None, "rewards"),
        ("", "web\n", "web"),
    ],
)
def test_a_rival_distribution_is_named(
    tmp_path: Path, record: str, top_level: str | None, package: str
) -> None:
    install(tmp_path, "rival", record, top_level)
    clashes = doctor.package_clashes([str(tmp_path)])
    assert [(clash.package, clash.claimant) for clash in clashes] == [(package, "the distribution 'rival'")]
    assert "remove the other" in str(clashes[0])


def test_a_package_with_a_longer_name_is_no_clash(tmp_path: Path) -> None:
    install(tmp_path, "webby", "webby/__init__.py,,\nlib/web/__init__.py,,\nengine_x.py,,\n")
    assert doctor.package_clashes([str(tmp_path)]) == []


def test_our_own_distribution_is_no_clash(tmp_path: Path) -> None:
    install(tmp_path, "groundswell", "engine/__init__.py,,\n")
    assert doctor.package_clashes([str(tmp_path)]) == []


def test_a_folder_that_shadows_ours_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name == "web" or name.startswith("web.")]:
        monkeypatch.delitem(sys.modules, name)
    assert [clash.package for clash in doctor.package_clashes([])] == ["web"]


def test_versions_name_python_and_groundswell() -> None:
    found = doctor.installed()
    assert found["python"].startswith("3.")
    assert found["groundswell"] == doctor.version()


@pytest.mark.parametrize(
    ("named", "state", "finding"),
    [
        ({}, "the server takes mail", ""),
        ({"GROUNDSWELL_SMTP_PORT": "1"}, "not usable", "mail server: ConnectionRefusedError"),
        ({"GROUNDSWELL_SMTP_PORT": "many"}, "not usable", "GROUNDSWELL_SMTP_PORT"),
        ({"GROUNDSWELL_SMTP_TLS": "perhaps"}, "not usable", "GROUNDSWELL_SMTP_TLS"),
        ({"GROUNDSWELL_SMTP_TLS": "starttls"}, "not usable", "mail server: SMTPNotSupportedError"),
        ({"GROUNDSWELL_SMTP_HOST": ""}, "none", ""),
    ],
)
def test_the_mail_server_is_asked(
    monkeypatch: pytest.MonkeyPatch, named: dict[str, str], state: str, finding: str
) -> None:
    with mailbox() as box:
        whole = {
            "GROUNDSWELL_SMTP_HOST": "127.0.0.1", "GROUNDSWELL_SMTP_PORT": str(box.port), "GROUNDSWELL_SMTP_TLS": "none",
            "GROUNDSWELL_MAIL_FROM": "advocacy@acme.example",
        }  # fmt: skip
        for name, value in (whole | named).items():
            monkeypatch.setenv(name, value)
        found, findings = mail_state()
    assert found == state
    assert finding in "".join(findings)
    assert bool(findings) == bool(finding)
    assert box.got == []
