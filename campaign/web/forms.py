"""The forms. A field's rule is the noun's own parser; here it only becomes a message at the field."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    widgets,
)
from wtforms.csrf.core import CSRF

from campaign.addresses import CITY_MAX, STATES, STREET_MAX, parse_line, parse_state, parse_zip
from campaign.errors import Malformed
from campaign.supporters import parse_email
from campaign.web import tokens

WORDS_MAX = 10_000
BODY_MAX = 20_000
SUBJECT_MAX = 200
NAME_MAX = 100


def clean_text(text: str) -> str:
    """A text of several lines with the line breaks of one kind, and without what word processors leave in it."""
    for mark in ("\r\n", "\r", "\v", "\f", "\u2028", "\u2029", "\x85"):
        text = text.replace(mark, "\n")
    return text.strip()


def check_text(text: str, limit: int) -> None:
    """Raises:
    Malformed: longer than `limit` characters, or with characters that cannot be printed."""
    if len(text) > limit:
        raise Malformed(
            str(_("This is %(length)s characters long; at most %(limit)s fit.", length=len(text), limit=limit))
        )
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise Malformed(str(_("This holds characters that cannot be printed. Please type that part again.")))


def rule(parse: Callable[[str], Any], *, optional: bool = False) -> Callable[[FlaskForm, Field], None]:
    """A validator from a noun's parser; what the parser returns becomes the field's data."""

    def validate(_form: FlaskForm, field: Field) -> None:
        text = field.data or ""
        if optional and not text.strip():
            field.data = ""
            return
        try:
            field.data = parse(text)
        except Malformed as problem:
            raise ValidationError(problem.message) from None

    return validate


def _line(limit: int, empty: Any) -> Callable[[str], str]:
    return lambda text: parse_line(text, "", limit, str(empty))


def _words(text: str) -> str:
    cleaned = clean_text(text)
    check_text(cleaned, WORDS_MAX)
    return cleaned


class FormTokenCSRF(CSRF):
    """Our signed form token where WTForms expects a token against forged posts. It needs no session and no cookie."""

    def generate_csrf_token(self, csrf_token_field: Field) -> str:
        return tokens.mint(g.form_token)

    def validate_csrf_token(self, form: Any, field: Field) -> None:
        """The token was read before the form was built: `letters` answers a bad one, with what was typed kept."""


class CheckList(SelectMultipleField):
    """Tick boxes; each is one value."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class FindForm(FlaskForm):
    """Where do you live? Enough of it to know the offices."""

    class Meta(FlaskForm.Meta):
        csrf = False  # it stores nothing, and its page may come from a cache

    zip = StringField(_("Your ZIP code"), [rule(parse_zip)])
    street = StringField(_("Street address"), [rule(_line(STREET_MAX, _("Enter your street address.")), optional=True)])
    city = StringField(_("Town or city"), [rule(_line(CITY_MAX, _("Enter your town or city.")), optional=True)])
    state = SelectField(_("State or territory"), choices=[("", _("Choose …")), *STATES.items()], validate_choice=False)

    def validate_state(self, field: Field) -> None:
        if field.data:
            rule(parse_state)(self, field)


class WriteForm(FlaskForm):
    """Who are you, and what do you want to say?"""

    class Meta(FlaskForm.Meta):
        csrf = True
        csrf_class = FormTokenCSRF
        csrf_field_name = "form_token"

    role = RadioField(_("Who are you in this?"))
    reasons = CheckList(_("What matters to you?"))
    words = TextAreaField(_("In your own words"), [rule(_words, optional=True)])
    name = StringField(
        _("Your full name"), [rule(_line(NAME_MAX, _("Enter your name, as it should stand under your letter.")))]
    )
    street = StringField(_("Street address"), [rule(_line(STREET_MAX, _("Enter your street address.")))])
    city = StringField(_("Town or city"), [rule(_line(CITY_MAX, _("Enter your town or city.")))])

    def offer(self, roles: Sequence[tuple[str, str]], reasons: Sequence[tuple[str, str]]) -> None:
        """Set what there is to choose from."""
        self.role.choices = list(roles)
        self.reasons.choices = list(reasons)

    def validate_role(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(_("Choose the one that fits you best.")))

    def validate_reasons(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(_("Tick at least one reason.")))


class SendForm(WriteForm):
    """The last step: further steps, and an email address if there are any."""

    pledges = CheckList(_("I will also …"))
    email = StringField(_("Your email address"), [rule(parse_email, optional=True)])
    may_contact = BooleanField(_("The campaign may write to me about what I pledged."))

    def validate_email(self, field: Field) -> None:
        if self.pledges.data and not field.data and not field.errors:
            raise ValidationError(
                str(_("A pledge needs your email address, so that you can confirm it. Or untick it."))
            )


class EmptyForm(FlaskForm):
    """A button of the organizers' room: nothing but the session's token."""
