"""What fields of forms are made of: rules out of the nouns' parsers, tick boxes, and the token against forged posts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import request
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectMultipleField, ValidationError, widgets
from wtforms.csrf.core import CSRF, CSRFTokenField

from campaign.addresses import is_overmarked, parse_line
from campaign.errors import Malformed
from campaign.web import tokens
from campaign.web.i18n import explain
from campaign.web.tokens import FormToken

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Unicode's control characters (category Cc) but for the line break and the tab."""


def clean_text(text: str) -> str:
    """A text of several lines with the line breaks of one kind, and without what word processors leave in it."""
    for mark in ("\r\n", "\r", "\v", "\f", "\u2028", "\u2029", "\x85"):
        text = text.replace(mark, "\n")
    return text.strip()


def parse_text(text: str, limit: int) -> str:
    """A text of several lines, cleaned.

    Raises:
        Malformed: it is longer than `limit` characters, or holds characters that cannot be printed.
    """
    cleaned = clean_text(text)
    if len(cleaned) > limit:
        raise Malformed("This is %(length)s characters long; at most %(limit)s fit.", length=len(cleaned), limit=limit)
    if CONTROLS.search(cleaned) or is_overmarked(cleaned):
        raise Malformed("This holds characters that cannot be printed. Please type that part again.")
    return cleaned


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
            raise ValidationError(explain(problem)) from None

    return validate


def line(limit: int, empty: Any) -> Callable[[str], str]:
    return lambda text: parse_line(text, "", limit, empty)


def text(limit: int, empty: Any = None) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if empty and not text.strip():
            raise Malformed(str(empty))
        return parse_text(text, limit)

    return parse


class FormTokenField(CSRFTokenField):
    """The token as it stands in a page, made where a page is made: most forms that are sent lead on to another."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        HiddenField.process(self, *args, **kwargs)

    def _value(self) -> str:
        return str(self.csrf_impl.generate_csrf_token(self))


class FormTokenCSRF(CSRF):
    """Our signed form token where WTForms expects a token against forged posts. It needs no session and no cookie."""

    field_class = FormTokenField

    def setup_form(self, form: Any) -> Any:
        self._token: FormToken = form.meta.form_token
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Field) -> str:
        return tokens.mint(self._token)

    def validate_csrf_token(self, form: Any, field: Field) -> None:
        """The token was read before the form was built: `letters` answers a bad one, with what was typed kept."""


class CheckList(SelectMultipleField):
    """Tick boxes; each is one value, and counts once."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(list(dict.fromkeys(valuelist)))

    def pre_validate(self, form: Any) -> None:
        if any(value not in self.choices for value in self.data or ()):
            raise ValidationError(gettext("Tick only what is offered here."))


class TypedForm(FlaskForm):
    """What somebody typed or ticked. A file, or JSON, where a field should be is nothing."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return None if formdata is None else request.form
