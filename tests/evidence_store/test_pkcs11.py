"""A log key inside a token: SoftHSM, where it and python-pkcs11 are installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evidence_store import keys, note

PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)

SCRIPT = """
import pkcs11, sys
from asn1crypto import core
from evidence_store import Store
module, folder = sys.argv[1:]
with pkcs11.lib(module).get_token(token_label="log").open(user_pin="1234", rw=True) as session:
    curve = {pkcs11.Attribute.EC_PARAMS: core.PrintableString("edwards25519").dump()}
    made = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, curve, local=True)
    kind = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
    made.generate_keypair(store=True, label="k", mechanism=kind)
reference = f"pkcs11:{module}?token=log&object=k&name=log.example"
store = Store.create(folder, "log.example", reference)
store.add_records("L1", [{"a": "b"}])
Store.open(folder).checkpoint()
assert Store.open(folder).verify(full=True) == []
"""


def test_a_key_in_a_token_signs_heads_and_never_leaves_it(tmp_path: Path):
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    module = next((place for place in PLACES if Path(place).exists()), None)
    tool = shutil.which("softhsm2-util")
    if module is None or tool is None:
        pytest.skip("SoftHSM is not on this machine")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    environment = {
        **os.environ,
        "SOFTHSM2_CONF": str(tmp_path / "conf"),
        "EVIDENCE_STORE_PIN": "1234",
    }
    make = [tool, "--init-token", "--free", "--label", "log", "--pin", "1234", "--so-pin", "4321"]
    subprocess.run(make, env=environment, check=True, capture_output=True)
    command = [sys.executable, "-c", SCRIPT, module, str(tmp_path / "S")]
    root = Path(__file__).parents[2]
    subprocess.run(command, env=environment, cwd=root, check=True, capture_output=True)
    assert not (tmp_path / "S/private/log.key").exists()


def test_a_token_that_is_not_there_is_refused_in_a_sentence():
    with pytest.raises(note.NoteError):
        keys.load("pkcs11:/nowhere.so?token=log&object=k&name=log.example")
