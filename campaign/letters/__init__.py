"""The letter bank: load, check and assemble what stands in `letters/`."""

from campaign.letters.assemble import Addressee, Draft, Wish, assemble
from campaign.letters.bank import REASONS_MAX, Bank, Letter
from campaign.letters.files import Finding
from campaign.letters.loading import check, letter_bank, load

__all__ = [
    "REASONS_MAX",
    "Addressee",
    "Bank",
    "Draft",
    "Finding",
    "Letter",
    "Wish",
    "assemble",
    "check",
    "letter_bank",
    "load",
]
