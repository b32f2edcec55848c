"""One GET of something that may be slow, endless or cut off, in a time that holds."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 3.0
PIECE_BYTES = 1 << 16


def fetch(
    url: str, params: Mapping[str, str], asked: Mapping[str, str], seconds: float, most: int
) -> tuple[int, Mapping[str, str], bytes]:
    """GET something: its status, its headers, and its body as far as just over `most` bytes.

    Raises:
        Exception: of requests, urllib3, or a socket that was cut while another thread read from it; many hold the URL.
    """
    headers = {"Accept-Encoding": "identity", **asked}
    with requests.Session() as session, _Deadline(seconds) as deadline:
        session.trust_env = False
        session.mount("http://", deadline)
        session.mount("https://", deadline)
        with session.get(
            url,
            params=dict(params),
            headers=headers,
            timeout=(min(CONNECT_SECONDS, seconds), seconds),
            allow_redirects=False,
            stream=True,
        ) as response:
            try:
                body = b""
                while len(body) <= most and (piece := response.raw.read(PIECE_BYTES, decode_content=False)):
                    body += piece
            except HTTPError as error:  # urllib3's, which requests translates only where it reads by itself
                raise requests.ConnectionError from error
            if deadline.over:  # what came before the cut may look like a whole reply
                raise requests.Timeout
            whole = response.headers.get("Content-Length", "")
            if whole.isdigit() and len(body) < min(int(whole), most):
                raise requests.ConnectionError
            return response.status_code, response.headers, body


class _Deadline(HTTPAdapter):
    """Cuts its connections when the time is over.

    A time-out of requests begins anew with every byte that comes in, so a server that drips its answer, or only its
    headers, could hold a thread for ever.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.over = False
        self._seconds = seconds
        self._finished = threading.Event()
        self._sockets: list[socket.socket] = []
        self._watch = threading.Thread(target=self._cut, name="deadline", daemon=True)

    def __enter__(self) -> _Deadline:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        self._watch.join()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool = cast(HTTPConnectionPool, super().get_connection_with_tls_context(*args, **kwargs))
        make = pool.ConnectionCls

        def watched(**options: Any) -> Any:
            connection: Any = make(**options)
            connect = connection.connect

            def remember() -> None:
                connect()
                # Kept here, because the connection lets go of its socket before the body is read.
                self._sockets.append(connection.sock)

            connection.connect = remember
            return connection

        pool.ConnectionCls = watched  # type: ignore[assignment]
        return pool

    def _cut(self) -> None:
        wait = self._seconds
        while not self._finished.wait(wait):
            self.over = True
            for connected in self._sockets:
                with contextlib.suppress(OSError):
                    connected.shutdown(socket.SHUT_RDWR)
            wait = 0.05  # a connection that was still being made when the time was over is cut as soon as it is there
