"""The application: wiring, nothing else."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from campaign import alarms, config, keys, logs, sessions
from campaign.commons import Commons
from campaign.config import ROOT, Settings
from campaign.congress import Congress
from campaign.database import Database
from campaign.letters import letter_bank
from campaign.web import (
    account,
    admission,
    api,
    assets,
    badges,
    batches,
    builder,
    cards,
    confirm,
    counts,
    coverage,
    donate,
    embed,
    entering,
    errors,
    frames,
    headers,
    i18n,
    interface,
    kit,
    letters,
    limits,
    lists,
    log,
    look,
    madeup,
    mine,
    moving,
    oembed,
    offices,
    openapi,
    ops,
    organize,
    pages,
    partner,
    partners_room,
    passing,
    people,
    pledge,
    requests,
    room,
    security,
    shared_office,
    shelf,
    signing_in,
    todo,
    uploads,
    view,
    visit,
    webhook,
)
from campaign.web.extensions import Parts, csrf, login

FORM_BYTES = 4 * 1024 * 1024
"""More than any honest form; a text that is too long for its field still gets its message at the field."""


def create_app(settings: Settings | None = None) -> Flask:
    """A ready application. Its database has to be migrated (`campaign migrate`, or `campaign serve`).

    Raises:
        Misconfigured: a setting, a key or a file of the letter bank is wrong.
    """
    if settings is None:
        settings = config.load()
        logs.configure()
        alarms.configure(settings)
    secrets = keys.load(settings)
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    # Werkzeug would lead `/donate//give` to the same path without the second slash, at whatever host the request names.
    app.url_map.merge_slashes = False
    app.request_class = uploads.WithoutFiles
    app.config.update(
        SECRET_KEY=secrets.secret,
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        PERMANENT_SESSION_LIFETIME=sessions.LIFE,  # of the cookie; what it holds may end before, see `sessions`
        SESSION_COOKIE_NAME="__Host-organizer" if settings.secure else "organizer",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_SSL_STRICT=False,  # by the referrer, which not every browser sends; `security` looks at better signs
        WTF_CSRF_TIME_LIMIT=None,  # it is the session's, and ends with it: pages stay open for hours
        WTF_I18N_ENABLED=False,  # none of WTForms' own messages is shown, and it would read its catalog for each form
        WTF_CSRF_CHECK_DEFAULT=False,  # `organize` checks its own posts; nothing else knows a session
    )
    commons = Commons(settings.redis_url, secrets)
    app.extensions["campaign"] = Parts(
        settings=settings,
        keys=secrets,
        database=Database(settings.database_url, settings.data_dir),
        letters=letter_bank(settings.letters_dir),
        congress=Congress.load(settings, commons),
        commons=commons,
    )
    csrf.init_app(app)
    # Not `init_app`: that would look into the session after every request, and mark every page as varying by cookie.
    app.login_manager = login  # type: ignore[attr-defined]
    for part in (
        shelf,  # what it keeps has been through all the others
        requests,  # counts what the others take
        i18n,
        look,
        frames,
        security,
        admission,  # what another site's page sends is refused, and not given back on a page of ours
        headers,
        errors,
        limits,
        assets,
        view,
        counts,
        offices,
        room,
        passing,
        madeup,
    ):
        part.init_app(app)
    for blueprint in (
        pages.bp,
        donate.bp,
        api.bp,
        openapi.bp,
        interface.bp,
        webhook.bp,
        ops.bp,
        organize.bp,
        signing_in.bp,
        entering.bp,
        account.bp,
        people.bp,
        todo.bp,
        partners_room.bp,
        log.bp,
        lists.bp,
        batches.bp,
        builder.bp,
        builder.in_room,
        coverage.bp,
        shared_office.bp,
        mine.bp,
        moving.bp,
        confirm.bp,
        visit.bp,
        embed.bp,
        partner.bp,
        cards.bp,
        badges.bp,
        oembed.bp,
    ):
        app.register_blueprint(blueprint)
    for blueprint in (letters.bp, kit.bp, pledge.bp, pages.framed_bp):
        frames.register(app, blueprint)
    if hops := settings.trusted_proxies:  # around all else: the shelf, too, has to know for which host it is asked
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
