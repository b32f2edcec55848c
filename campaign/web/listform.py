"""The form with the filters of a list. It stores nothing, and comes by GET."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, SelectField, StringField, ValidationError

from campaign import partners
from campaign.addresses import STATES
from campaign.congress.seats import SEATS
from campaign.errors import Malformed
from campaign.listable import FATES, Noun
from campaign.models.click import ASKERS
from campaign.web.extensions import bank, database
from campaign.web.fields import TypedForm, rule

WORDS = {
    "confirmed": _("Confirmed"),
    "waiting": _("Not yet confirmed"),
    "withdrawn": _("Withdrawn"),
    "quarantined": _("In quarantine"),
}
"""What has become of a pledge."""


def parse_day(text: str) -> str:
    """A day as browsers send it: `2026-11-24`.

    Raises:
        Malformed: it is none.
    """
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise Malformed("Enter a day like 2026-11-24.") from None


class ListForm(TypedForm):
    """The filters, out of the address. What a list does not know stays unset."""

    class Meta(TypedForm.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return formdata

    since = StringField(_("From"), [rule(parse_day, optional=True)])
    until = StringField(_("To"), [rule(parse_day, optional=True)])
    state = SelectField(_("State"), validate_choice=False)
    district = StringField(_("District"), description=_("For example CA-12"))
    partner = SelectField(_("Partner"), validate_choice=False)
    letter = SelectField(_("Letter"), validate_choice=False)
    kind = SelectField(_("Kind"), validate_choice=False)
    destination = SelectField(_("Donation page"), validate_choice=False)
    by = SelectField(_("Who asked"), validate_choice=False)
    fate = SelectField(_("What became of it"), validate_choice=False)
    stands = SelectField(_("Counted"), validate_choice=False)
    open = SelectField(_("State"), validate_choice=False)
    why = StringField(_("Why"), description=_("A word such as burst, or batch-12"))
    mail = StringField(_("Kind"))
    order = SelectField(_("Order"), validate_choice=False)

    def offer(self, noun: Noun) -> None:
        """Put in what can be chosen, and take out what this list does not know."""
        with database.read() as db:
            codes = {one.code: one.name for one in partners.all_of(db)}
        choices: dict[str, dict[str, Any]] = {
            "state": STATES,
            "partner": codes,
            "letter": {slug: letter.file.title for slug, letter in bank.letters.items()},
            "kind": {code: kind.label for code, kind in bank.pledges.items()},
            "destination": {code: one.label for code, one in bank.destinations.items()},
            "by": {word: word for word in ASKERS},
            "fate": {word: WORDS[word] for word in FATES},
            "stands": {"counted": gettext("Counted"), "quarantined": gettext("In quarantine")},
            "open": {"open": gettext("Open"), "paused": gettext("Paused")},
            "order": _orders(noun),
        }
        for name, found in choices.items():
            self[name].choices = {**({} if name == "order" else {"": gettext("All")}), **found}
        for name in [field.name for field in self if field.name not in known(noun)]:
            del self[name]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        fits = bool(super().validate(*args, **kwargs))
        for field in self:
            if isinstance(field, SelectField) and field.data and field.data not in field.choices:
                field.errors = [*field.errors, gettext("Choose one of these.")]
                fits = False
        return fits

    def validate_district(self, field: Field) -> None:
        field.data = (field.data or "").strip().upper()
        if field.data and field.data not in SEATS:
            raise ValidationError(gettext("There is no such district. Write one like CA-12, or WY-AL."))


def _orders(noun: Noun) -> dict[str, Any]:
    """In which order a list can be had; the other way round is called `oldest` in addresses of all of them."""
    if noun.forward:
        return {"": gettext("From A to Z"), "oldest": gettext("From Z to A")}
    return {"": gettext("Newest first"), "oldest": gettext("Oldest first")}


def known(noun: Noun) -> tuple[str, ...]:
    """The fields of a list's form."""
    days = ("since", "until") if noun.by_day else ()
    return (*days, *noun.leading, *noun.others, "order")
