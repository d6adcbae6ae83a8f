"""The reader's language decides; the Chinese sentence is the key."""

import pytest
from flask import Flask, get_flashed_messages, session
from flask.testing import FlaskClient

from recovery.kernel.text import _
from recovery.web.language import current_language, language_chosen, translate_for
from recovery.web.messages import flash
from tests.web.conftest import Reader


def test_chinese_is_the_usual_language(client: FlaskClient) -> None:
    page = client.get("/-/style").text
    assert '<html lang="zh-CN"' in page
    assert "样式" in page


def test_the_language_of_the_person_goes_before_the_cookie(
    client: FlaskClient, reader: Reader
) -> None:
    reader.language = "en"
    client.set_cookie("language", "zh")
    page = client.get("/-/style").text
    assert '<html lang="en"' in page
    assert "Kinds of page" in page


def test_a_stranger_is_remembered_by_a_cookie(frame: Flask) -> None:
    with frame.test_request_context("/?anonymous=1", headers={"Cookie": "language=en"}):
        assert current_language() == "en"
    with frame.test_request_context("/?anonymous=1", headers={"Cookie": "language=xx"}):
        assert current_language() == "zh"


def test_choosing_a_language_is_told_to_who_keeps_accounts(
    client: FlaskClient, reader: Reader
) -> None:
    told = []

    def keep(person: Reader, *, language: str) -> None:
        told.append((person.id, language))

    with language_chosen.connected_to(keep):
        answer = client.post("/-/language/en", data={"next": "/-/style"})
    assert told == [(reader.id, "en")]
    assert answer.headers["Location"] == "/-/style"
    assert "language=en" in answer.headers["Set-Cookie"]


def test_a_message_is_read_in_the_language_of_the_page_that_shows_it(
    frame: Flask, reader: Reader
) -> None:
    signer = frame.session_interface.get_signing_serializer(frame)  # type: ignore[attr-defined]
    with frame.test_request_context():
        flash(_("还缺 {count} 项", count=3))
        kept = signer.dumps(dict(session))
        assert [str(message) for message in get_flashed_messages()] == ["还缺 3 项"]
    reader.language = "en"
    with frame.test_request_context():
        session.update(signer.loads(kept))
        assert [str(message) for message in get_flashed_messages()] == ["3 missing"]


def test_a_job_can_write_for_one_person() -> None:
    assert translate_for("en")("星期一", "recovery.web") == "Mon"
    assert translate_for("zh")("星期一", "recovery.web") == "星期一"


def test_outside_a_request_the_language_is_chinese(frame: Flask) -> None:
    assert current_language() == "zh"
    assert str(_("星期一")) == "星期一"


@pytest.mark.parametrize("theme", ["dark", "auto"])
def test_the_chosen_scheme_is_kept(client: FlaskClient, theme: str) -> None:
    client.post("/-/theme", data={"theme": theme})
    assert f'data-bs-theme="{theme}"' in client.get("/-/style").text


def test_a_word_is_read_as_the_folder_says_it_that_says_the_word(app: Flask) -> None:
    english = translate_for("en")
    assert english("笔数", "recovery.loans.listing.worklist") == "Loans"
    assert english("笔数", "recovery.web.style") == "Claims"
    assert english("执行中", "recovery.litigation.rules") == "In enforcement"
    assert english("执行中", "evidence/keeping/index.html") == "Being carried out"
    assert english("执行中", "documents/litigation/dossier.html") == "In enforcement"


def test_a_sentence_of_unknown_origin_is_read_as_any_folder_says_it(app: Flask) -> None:
    assert translate_for("en")("执行中", "") in {"In enforcement", "Being carried out"}
    assert translate_for("en")("没有这样一句", "recovery.loans.labels") == "没有这样一句"


def test_a_template_says_what_its_own_folder_does(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ _('执行中') }}")
    template.name = "evidence/keeping/index.html"
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert template.render() == "Being carried out"
