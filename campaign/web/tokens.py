"""What travels in pages and links, signed: nothing of it can be changed on the way.

A *form token* makes one form what it is: an id (so that a repeat is harmless), the letter, the partner, the partner's
origin that frames it, and the place whose offices the letters go to. A *kit token* opens one kit. An *opening* says
when a page was opened, a *framing* by which origin.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from itsdangerous import BadData, Serializer, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

from campaign import clock
from campaign.web.extensions import keys

FORM_LIFE_SECONDS = 24 * 3600
_SIGNER = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a supporter lives, as far as it decides about their offices."""

    zip: str
    state: str
    seats: tuple[str, ...]
    """The seats that somebody holds: they get letters."""
    members: tuple[str, ...]
    """Who holds them, by Bioguide id."""
    house: str | None
    congress: int
    """The number of the Congress in which these are the seats."""
    point: tuple[float, float] | None = None
    """Where it is, as coarsely as a town, where a geocoder told."""


@dataclass(frozen=True, slots=True)
class FormToken:
    """The identity of one form on one supporter's screen."""

    id: str
    seed: str
    letter: str
    partner: str | None
    place: Place
    follows: str | None = None
    """The id under which the form was finished before, with other words."""
    opened: float = 0.0
    """When its first page was opened, in seconds since 1970."""
    origin: str | None = None
    """The partner's origin whose page frames it, as far as the browser said so."""
    source: str | None = None
    """The link by which its writer came, in the words of whoever made the link; see `whence`."""

    def renewed(self, *, finished: bool = False) -> FormToken:
        """The same form under a fresh id; the seed stays, and with it the choice of texts.

        Args:
            finished: whether it was finished under the id it has now.
        """
        return replace(self, id=secrets.token_hex(16), follows=self.id if finished else self.follows)


@dataclass(frozen=True, slots=True)
class Held:
    """A token as it came back: perhaps too old to be used again."""

    token: FormToken
    expired: bool


def new(
    letter: str, partner: str | None, place: Place, *, origin: str | None = None, source: str | None = None
) -> FormToken:
    return FormToken(
        id=secrets.token_hex(16),
        seed=secrets.token_hex(8),
        letter=letter,
        partner=partner,
        place=place,
        opened=clock.wall().timestamp(),
        origin=origin,
        source=source,
    )


def mint(token: FormToken) -> str:
    """The token as it stands in a page."""
    return _forms().dumps(asdict(token))


def read(text: str, letter: str, partner: str | None, origins: Collection[str] = ()) -> Held | None:
    """A token of ours for this letter, partner and frame; None if it is none, whatever the reason.

    Args:
        origins: those that may frame the page for which the token came back.
    """
    expired = False
    try:
        data = _forms().loads(text, max_age=FORM_LIFE_SECONDS)
    except SignatureExpired as error:
        data, expired = _forms().load_payload(error.payload or b""), True
    except BadData:
        return None
    try:
        place = Place(**data.pop("place"))
        token = FormToken(
            place=replace(place, seats=tuple(place.seats), members=tuple(place.members), point=_pair(place.point)),
            **data,
        )
    except (KeyError, TypeError):  # of another release
        return None
    if (token.letter, token.partner) != (letter, partner) or token.origin not in (None, *origins):
        return None
    return Held(token, expired)


def _pair(point: Sequence[float] | None) -> tuple[float, float] | None:
    return (point[0], point[1]) if point else None


def opening(text: str) -> str:
    """What a page without a form token says of the moment at which it was opened: as it did before, or now."""
    return text if opened(text) is not None else str(_openings().dumps(clock.wall().timestamp()))


def opened(text: str) -> float | None:
    """When a page was opened, in seconds since 1970; None if we did not say so."""
    try:
        return float(_openings().loads(text))
    except BadData:
        return None


def framing(partner: str, origin: str) -> str:
    """What a page says of the partner's origin that framed it when it was opened. The same for everybody there."""
    return str(_framings().dumps([partner, origin]))


def framed_by(text: str, partner: str | None, origins: Collection[str]) -> str | None:
    """The origin of a framing, if it is still one of this partner's; None if we did not say so."""
    try:
        code, origin = _framings().loads(text)
    except (BadData, TypeError, ValueError):
        return None
    return str(origin) if code == partner and origin in origins else None


def framing_of(form: Mapping[str, str], partner: str) -> str | None:
    """The origin that framed a form of this partner when it was opened, as we signed it; perhaps it may no more."""
    try:
        data = _forms().loads(form.get("form_token", ""))
        told = (data["partner"], data["origin"])
    except (BadData, KeyError, TypeError):
        try:
            told = tuple(_framings().loads(form.get("framing", "")))
        except (BadData, TypeError):
            return None
    return str(told[1]) if len(told) == 2 and told[0] == partner and told[1] else None


def kit_token(form_id: str) -> str:
    """What opens the kit of the message that came with this form."""
    return str(_kits().dumps(form_id))


def read_kit(text: str) -> str | None:
    """The form's id in a kit token; None if we did not sign it."""
    try:
        return str(_kits().loads(text))
    except BadData:
        return None


def _forms() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys.secret, salt="form", signer_kwargs=_SIGNER)


class Short(URLSafeSerializer):
    """For what is too short to be compressed: to try takes longer than all the rest."""

    def dump_payload(self, obj: object) -> bytes:
        return base64_encode(Serializer.dump_payload(self, obj))


def _openings() -> Short:
    return Short(keys.secret, salt="opening", signer_kwargs=_SIGNER)


def _framings() -> Short:
    return Short(keys.secret, salt="framing", signer_kwargs=_SIGNER)


def _kits() -> Short:
    return Short(keys.secret, salt="kit", signer_kwargs=_SIGNER)
