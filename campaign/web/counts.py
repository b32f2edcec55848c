"""The public figures, for pages and for `/api/v1/counts`."""

from __future__ import annotations

from campaign import reports
from campaign.reports import PublicCounts
from campaign.web.extensions import database


def public(partner: str | None = None) -> PublicCounts:
    """The public figures as they stand now, of the whole campaign or of one partner."""
    with database.read() as session:
        return reports.public_counts(session, partner)
