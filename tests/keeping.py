"""A database with something in every column that a backup or a new key must not lose, and what is in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.orm import Session

from campaign import partners
from campaign.addresses import Address
from campaign.compose import Origin, Signer, Text, write_message
from campaign.database import Database
from campaign.delivery import outbox
from campaign.keys import Keys
from tests.conftest import NOON


def fill(database: Database, keys: Keys, first: int = 0, count: int = 3) -> None:
    """Messages with a supporter, a pledge and a mail each, and as many partners."""

    def add(session: Session) -> None:
        for number in range(first, first + count):
            email = f"writer{number}@example.org"
            signer = Signer(f"Writer {number}", Address("12 Congress Street", "Portland", "ME", "04101"), email)
            origin = Origin(f"form-{number}", "extend-status", None, "ME-01", congress=119, day=NOON.date(), now=NOON)
            text = Text("ME-01", "P000597", "Subject", f"Letter {number}")
            write_message(session, keys, origin, signer, [text], ["call"])
            outbox.enqueue(session, keys, "private_page", email, "Your page", f"Mail {number}", now=NOON)
            partners.add(session, f"partner{number}", f"Partner {number}", ["https://parish.example"], now=NOON)
            partners.change_email(session, keys, f"partner{number}", f"office{number}@parish.example")

    database.write(add)


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as its bytes are stored; without a backup's note."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'backup'")
        return {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)  # noqa: S608
            for (name,) in tables.fetchall()
        }


def change(file: Path, statement: str) -> None:
    """Do something to a file that the program would not."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)
