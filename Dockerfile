# One image for web server and worker: `campaign serve` runs both.
FROM python:3.13-slim AS build
WORKDIR /srv/lifeline
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv .venv && .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.lock
COPY campaign campaign
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation -e .

FROM python:3.13-slim
RUN useradd --system --home-dir /srv/lifeline --shell /usr/sbin/nologin lifeline \
    && install -d -o lifeline -g lifeline -m 0700 /var/lib/lifeline
WORKDIR /srv/lifeline
COPY --from=build /srv/lifeline /srv/lifeline
COPY wsgi.py ./
COPY templates templates
COPY static static
COPY letters letters
ENV CAMPAIGN_HOST=0.0.0.0 CAMPAIGN_PORT=8000 CAMPAIGN_DATA_DIR=/var/lib/lifeline PYTHONDONTWRITEBYTECODE=1
USER lifeline
VOLUME /var/lib/lifeline
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD [".venv/bin/campaign", "serve"]
