"""What every view may reach: the settings, the keys, the database, the letters, Congress; and Flask's extensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, g
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from werkzeug.local import LocalProxy

from campaign.commons import Commons
from campaign.config import Settings
from campaign.congress import Congress
from campaign.database import Database
from campaign.keys import Keys
from campaign.letters import Bank
from campaign.rereading import Reread

login = LoginManager()
csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one application."""

    settings: Settings
    keys: Keys
    database: Database
    letters: Reread[Bank]
    congress: Congress
    commons: Commons


def parts() -> Parts:
    """The parts of the application that handles this request."""
    return cast(Parts, current_app.extensions["campaign"])


database = cast(Database, LocalProxy(lambda: parts().database))
keys = cast(Keys, LocalProxy(lambda: parts().keys))
commons = cast(Commons, LocalProxy(lambda: parts().commons))
settings = cast(Settings, LocalProxy(lambda: parts().settings))
congress = cast(Congress, LocalProxy(lambda: _congress()))
bank = cast(Bank, LocalProxy(lambda: _bank()))


def _bank() -> Bank:
    """The bank as it stood when this request first asked: one page is made from one state of the letters."""
    if "bank" not in g:
        g.bank = parts().letters.current()
    found: Bank = g.bank
    return found


def _congress() -> Congress:
    """Congress as it was when this request first asked: a letter is not begun to one member and kept for another."""
    if "congress" not in g:
        g.congress = parts().congress.held_still()
    found: Congress = g.congress
    return found
