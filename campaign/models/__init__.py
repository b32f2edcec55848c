"""The tables, one file per noun. No queries here: those stand with the noun's rules."""

from campaign.models.audit import Entry
from campaign.models.base import Base, Moment
from campaign.models.batch import Batch
from campaign.models.beat import Beat
from campaign.models.click import Click
from campaign.models.confirm_link import ConfirmLink
from campaign.models.consent import Consent
from campaign.models.delivery import Delivery
from campaign.models.demonstration import Demonstration
from campaign.models.gift import Gift
from campaign.models.mail import Mail
from campaign.models.message import Message
from campaign.models.organizer import Attempts, Organizer, OrganizerSession, RecoveryCode, SignInLink
from campaign.models.partner import Partner
from campaign.models.pledge import Pledge
from campaign.models.share import Share
from campaign.models.step import Step
from campaign.models.supporter import Supporter
from campaign.models.total import Total

__all__ = [
    "Attempts",
    "Base",
    "Batch",
    "Beat",
    "Click",
    "ConfirmLink",
    "Consent",
    "Delivery",
    "Demonstration",
    "Entry",
    "Gift",
    "Mail",
    "Message",
    "Moment",
    "Organizer",
    "OrganizerSession",
    "Partner",
    "Pledge",
    "RecoveryCode",
    "Share",
    "SignInLink",
    "Step",
    "Supporter",
    "Total",
]
