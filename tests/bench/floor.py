"""The least that Flask can do: what the site's own pages are measured beside, served in the same way."""

from __future__ import annotations

from flask import Flask, jsonify, render_template_string
from flask.typing import ResponseReturnValue

app = Flask(__name__)

BARE = "<!doctype html><title>{{ title }}</title>{% for line in lines %}<p>{{ line }}</p>{% endfor %}"
LINE = "Humanitarian parole lets people come lawfully, and it can be given back to them by a law. " * 2


@app.get("/empty")
def empty() -> ResponseReturnValue:
    return jsonify(status="alive")


@app.get("/page/<int:size>")
def page(size: int) -> ResponseReturnValue:
    """A bare page of about so many bytes."""
    return render_template_string(BARE, title="A page", lines=[LINE] * max(1, size // (len(LINE) + 7)))


CACHED = b'{"letters": 1000, "pledges": 100}' * 10


@app.get("/cached")
def cached() -> ResponseReturnValue:
    return app.response_class(CACHED, mimetype="application/json")
