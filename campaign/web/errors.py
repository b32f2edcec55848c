"""From errors to pages, or to JSON for programs."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost, HTTPException

from campaign.errors import Problem
from campaign.web.i18n import explain

FOR_PROGRAMS = ("/api/", "/oembed", "/embed/count")
"""How the paths begin at which errors are JSON: `{error: {code, message, fields?}}`."""

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def _problem(problem: Problem) -> ResponseReturnValue:
    return _answer(problem.status, problem.code, explain(problem), problem.field)


def _http(error: HTTPException) -> ResponseReturnValue:
    sentences = {
        404: ("not_found", gettext("There is no page at this address.")),
        405: ("method_not_allowed", gettext("This address does not take that.")),
        413: ("too_large", gettext("This is more than fits. Go back, shorten it, and send it again.")),
    }
    if isinstance(error, CSRFError):
        return _answer(400, "stale_form", gettext("This page was open for too long. Go back, load it anew, try again."))
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    code, sentence = sentences.get(status, ("bad_request", gettext("This request cannot be understood.")))
    answer = _answer(status, code, sentence)
    if status == 405 and getattr(error, "valid_methods", None):
        answer = (*answer, {"Allow": ", ".join(sorted(error.valid_methods))})  # type: ignore[attr-defined,misc]
    return answer


def _bug(error: Exception) -> ResponseReturnValue:
    log.error("page failed", extra={"route": request.endpoint}, exc_info=error)
    return _answer(500, "internal", gettext("Something went wrong on our side. Nothing was stored; please try again."))


def _answer(status: int, code: str, message: str, field: str | None = None) -> ResponseReturnValue:
    if request.path.startswith(FOR_PROGRAMS):
        error = {"code": code, "message": message} | ({"fields": {field: message}} if field else {})
        return jsonify(error=error), status
    if isinstance(request.routing_exception, BadHost):  # the Host header is no name, and so no link can be made
        return Response(message, status, mimetype="text/plain")
    return render_template("error.html", status=status, message=message), status
