"""The forms. A field's rule is the noun's own parser; here it only becomes a message at the field."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)

from campaign.addresses import CITY_MAX, STATES, STREET_MAX, parse_state, parse_zip
from campaign.emails import parse_email
from campaign.letters import REASONS_MAX, Bank, Letter
from campaign.web.fields import CheckList, FormTokenCSRF, TypedForm, line, rule, text
from campaign.web.tokens import FormToken

STORY_MAX = 3_000
"""Characters in one answer: six of them, and the campaign's words, stay below `BODY_MAX`."""
STORY = "story-"
"""How the names of the answers' fields begin."""

BODY_MAX = 20_000
SUBJECT_MAX = 200
NAME_MAX = 100


class ScreenedForm(TypedForm):
    """A form at whose end something counts."""

    homepage = StringField(_("Leave this field empty"))
    """Nobody sees it; programs fill it in, as they do every field."""


class FindForm(TypedForm):
    """Where do you live? Enough of it to know the offices."""

    class Meta(TypedForm.Meta):
        csrf = False  # it stores nothing, and its page may come from a cache

    zip = StringField(_("ZIP code"), [rule(parse_zip)])
    street = StringField(_("Street address"), [rule(line(STREET_MAX, ""), optional=True)])
    city = StringField(_("Town or city"), [rule(line(CITY_MAX, ""), optional=True)])
    state = SelectField(_("State or territory"), choices={"": "", **STATES}, validate_choice=False)
    seat = StringField(_("Who represents you in the House?"))

    def validate_state(self, field: Field) -> None:
        if field.data:
            rule(parse_state)(self, field)


class WriteForm(ScreenedForm):
    """Who are you, and what do you want to say? Made by `write_form`."""

    class Meta(TypedForm.Meta):
        csrf = True
        csrf_class = FormTokenCSRF
        csrf_field_name = "form_token"
        form_token: FormToken

    role = RadioField(_("Who are you to this?"), validate_choice=False)  # `validate_role` says it better
    reasons = CheckList(_("What matters most to you?"))
    name = StringField(
        _("Your full name"), [rule(line(NAME_MAX, _("Enter your name, as it should stand under your letter.")))]
    )
    street = StringField(_("Street address"), [rule(line(STREET_MAX, _("Enter your street address.")))])
    city = StringField(_("Town or city"), [rule(line(CITY_MAX, _("Enter your town or city.")))])

    @property
    def story(self) -> list[Field]:
        """The answers to the campaign's questions, in their order."""
        return [field for field in self if field.name.startswith(STORY)]

    @property
    def words(self) -> str:
        """The supporter's own paragraphs."""
        return "\n\n".join(field.data for field in self.story if field.data)

    def offer(self, bank: Bank, letter: Letter) -> None:
        """Set what there is to choose from."""
        self.role.choices = dict(bank.roles)
        self.reasons.choices = {reason.code: reason.label for reason in letter.file.reasons}

    def validate_role(self, field: Field) -> None:
        if field.data not in field.choices:
            raise ValidationError(gettext("Choose the one that fits you best."))

    def validate_reasons(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(gettext("Tick at least one reason."))
        if len(field.data) > REASONS_MAX:
            raise ValidationError(gettext("Tick at most three reasons: a short letter is read, a long one is filed."))


class SendForm(WriteForm):
    """The finished letters, a further step, and an email address if there is one. Made by `send_form`."""

    pledges = CheckList(_("I will also …"))
    email = StringField(_("Your email address"), [rule(parse_email, optional=True)])
    may_contact, may_share, may_print, may_quote = BooleanField(), BooleanField(), BooleanField(), BooleanField()

    def offer(self, bank: Bank, letter: Letter) -> None:
        super().offer(bank, letter)
        self.pledges.choices = {code: kind.label for code, kind in bank.pledges.items()}

    def validate_email(self, field: Field) -> None:
        if self.pledges.data and not field.data and not field.errors:
            raise ValidationError(
                gettext("A pledge needs your email address, so that you can confirm it. Or untick the pledge.")
            )


def write_form(bank: Bank) -> type[WriteForm]:
    """The writing page's form, with a field for each of the campaign's questions."""
    return _write_form(_asked(bank))


def send_form(bank: Bank, seats: Sequence[str]) -> type[SendForm]:
    """The last form, with a subject and a text for each seat; it carries what was typed before."""
    return _send_form(_asked(bank), tuple(seats))


Asked = tuple[tuple[str, str], ...]
"""The questions of a campaign: codes and labels."""


def _asked(bank: Bank) -> Asked:
    return tuple((code, question.label) for code, question in bank.questions.items())


def _story(asked: Asked) -> dict[str, Any]:
    return {f"{STORY}{code}": TextAreaField(label, [rule(text(STORY_MAX), optional=True)]) for code, label in asked}


# Kept: to make a class and to order its fields takes longer than to read what was sent.
@lru_cache(maxsize=8)
def _write_form(asked: Asked) -> type[WriteForm]:
    return type("WriteFormOfBank", (WriteForm,), _story(asked))


@lru_cache(maxsize=1000)
def _send_form(asked: Asked, seats: tuple[str, ...]) -> type[SendForm]:
    fields = _story(asked)
    for seat in seats:
        fields[f"drafted-{seat}"] = HiddenField()
        fields[f"subject-{seat}"] = StringField(_("Subject"), [rule(line(SUBJECT_MAX, _("A letter needs a subject.")))])
        fields[f"body-{seat}"] = TextAreaField(
            _("Letter"), [rule(text(BODY_MAX, _("This letter is empty. Change your answers, or write it here.")))]
        )
    return type("SendFormForSeats", (SendForm,), fields)


class PledgeForm(ScreenedForm):
    """A further step promised without a letter."""

    class Meta(TypedForm.Meta):
        csrf = False  # nothing counts before its link in a mail is followed

    opened = HiddenField()
    pledges = CheckList(_("I will …"))
    name = StringField(_("Your full name"), [rule(line(NAME_MAX, _("Enter your name.")))])
    zip = StringField(_("ZIP code"), [rule(parse_zip)])
    state = SelectField(_("State or territory"), choices={"": "", **STATES}, validate_choice=False)
    email = StringField(_("Your email address"), [rule(parse_email)])
    may_contact, may_share = BooleanField(), BooleanField()

    def offer(self, bank: Bank) -> None:
        """Set what there is to choose from."""
        self.pledges.choices = {code: kind.label for code, kind in bank.pledges.items()}

    def validate_pledges(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(gettext("Tick what you will do."))

    def validate_state(self, field: Field) -> None:
        if field.data:
            rule(parse_state)(self, field)


class LinkForm(TypedForm):
    """Where shall the link to a private page go?"""

    class Meta(TypedForm.Meta):
        csrf = False  # it stores nothing that a stranger could not ask for as well

    email = StringField(_("Your email address"), [rule(parse_email)])


class EmptyForm(FlaskForm):
    """A button of the organizers' room: nothing but the session's token."""
