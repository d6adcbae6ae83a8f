"""The tools of set-up and checking find what they are there to find."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import check_tree  # noqa: E402
import setup as set_up  # noqa: E402
import translations  # noqa: E402
import vendor  # noqa: E402

LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def names_in(lock: str) -> set[str]:
    """Return the packages that a part of the lock pins."""
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==", lock, flags=re.MULTILINE))


def wanted_by(requirements: list[str]) -> set[str]:
    """Return the packages that requirements of pyproject.toml name."""
    return {re.split(r"[\[<>=; ]", one)[0].lower().replace("_", "-") for one in requirements}


def test_the_lock_pins_everything_that_the_project_names_and_holds_no_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    running = names_in(set_up.locked_packages("run"))
    assert wanted_by(project["project"]["dependencies"]) <= running
    everything = names_in(LOCK)
    assert wanted_by(project["dependency-groups"]["dev"]) <= everything
    assert wanted_by(project["project"]["optional-dependencies"]["cluster"]) <= everything
    assert "pytest" not in running
    assert "://" not in LOCK


def test_every_pinned_package_has_hashes() -> None:
    blocks = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)
    pinned = [block for block in blocks if "==" in block]
    assert len(pinned) > 100
    assert [block.splitlines()[0] for block in pinned if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize(
    ("line", "suffix"),
    [
        ("index = https://py" + "pi.example/simple", ".toml"),
        ("path = '/ro" + "ot/project/file'", ".py"),
        ("/*! Copy" + "right (c) Someone */", ".js"),
        ("x" * 1001, ".css"),
    ],
)
def test_what_does_not_belong_in_git_is_found(line: str, suffix: str) -> None:
    assert list(check_tree.faults_of_line(line, suffix)) != []


def test_ordinary_lines_may_stay() -> None:
    for line in ("url = 'http://127.0.0.1:8000/root/x'", "a / b", "see /jobs/7/files/a.csv"):
        assert list(check_tree.faults_of_line(line, ".py")) == []


def test_every_icon_that_a_template_names_is_drawn() -> None:
    drawn = set(vendor.icon_names())
    used = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"""\bicon\(["']([a-z0-9-]+)["']""", path.read_text("utf-8"))
    }
    assert used - drawn == set()
    assert len(used) > 10


def test_a_sentence_without_english_or_with_other_places_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "recovery"
    (package / "loans" / "translations" / "en" / "LC_MESSAGES").mkdir(parents=True)
    (package / "loans" / "__init__.py").write_text(
        '_("共 {count} 笔", count=1)\n_("贷款")\n_(name)\n', "utf-8"
    )
    for name, value in {
        "ROOT": tmp_path,
        "PACKAGE": package,
        "TEMPLATES": tmp_path / "templates",
    }.items():
        monkeypatch.setattr(translations, name, value)
    translations.catalogue_path("loans").write_text(
        'msgid "共 {count} 笔"\nmsgstr "{number} loans"\n\nmsgid "旧"\nmsgstr "old"\n', "utf-8"
    )
    faults = list(translations.faults_of("loans", translations.sources()["loans"]))
    assert len(faults) == 4
    translations.update(["loans"])
    assert set(translations.known_translations("loans")) == {"共 {count} 笔", "贷款"}


def test_no_network_is_told_from_a_package_that_does_not_install() -> None:
    offline = "WARNING: Retrying … NewConnectionError('…: Network is unreachable')"
    assert "check the network" in set_up.why_pip_failed(offline)
    broken = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\nERROR: hashes differ"
    assert "hashes differ" in set_up.why_pip_failed(broken)
