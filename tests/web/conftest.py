"""The frame alone, without features: an application that has nothing but `recovery.web`."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from blinker import ANY
from flask import Flask
from flask.testing import FlaskClient
from flask_login import LoginManager, UserMixin

import recovery.web
from recovery import templates_folder
from recovery.kernel.actions import Action
from recovery.kernel.config import Settings
from recovery.kernel.db import db, init_database
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.web.language import language_chosen


@dataclass
class Reader(UserMixin):  # type: ignore[misc]
    """Somebody who may look at the style page and save views, and nothing else."""

    id: int = 7
    name: str = "李娜"
    language: str = "zh"

    def may(self, action: Action) -> bool:
        """Return whether this person may do `action`."""
        return action in {Action.VIEW_STYLE, Action.SAVE_VIEW}

    @property
    def actor(self) -> Actor:
        """This person as the one who acts."""
        return Actor(id=self.id, name="li.na", role="administrator", scope=EVERYTHING)


@pytest.fixture
def reader() -> Reader:
    """Return the person who is signed in to `frame`."""
    return Reader()


@pytest.fixture
def frame(settings: Settings, reader: Reader) -> Iterator[Flask]:
    """Return an application of the frame alone, on a migrated database of its own.

    Its context is not pushed: requests would share one `g`, and with it one person.
    """
    app = Flask("frame", template_folder=str(templates_folder()), static_folder=None)
    app.config.update(SECRET_KEY="only for tests", SETTINGS=settings, WTF_CSRF_ENABLED=False)
    init_database(app, settings.database_url)
    manager = LoginManager(app)
    manager.request_loader(lambda request: None if "anonymous" in request.args else reader)
    recovery.web.register(app)
    keepers = [keeper for keeper in language_chosen.receivers_for(ANY) if keeper]
    for keeper in keepers:
        language_chosen.disconnect(keeper)
    yield app
    for keeper in keepers:
        language_chosen.connect(keeper)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def client(frame: Flask) -> FlaskClient:
    """Return a test client of `frame`."""
    return frame.test_client()
