"""A stand-in for a mail server on loopback, which misbehaves as real ones do."""

from __future__ import annotations

import base64
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DROP = "drop"
HANG = "hang"
DRIP = "drip"

LOGIN = base64.b64encode(b"\0lifeline\0p@ss/word").decode()


@dataclass
class Server:
    """What the stand-in answers, and what it was told."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    """Verb → answer, or one of the words above. `GREETING` and `END` (of the data) are verbs too."""
    offers: list[str] = field(default_factory=lambda: ["8BITMIME", "SMTPUTF8"])
    certificate: Path | None = None
    lines: list[str] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    """For each line, whether it came encrypted."""
    raw: list[bytes] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """What was accepted, read."""
        return [message_from_bytes(raw, policy=policy.SMTP) for raw in self.raw]


@contextmanager
def serve(certificate: Path | None = None, *, tls_first: bool = False) -> Iterator[Server]:
    """A real server on loopback. With a certificate it offers STARTTLS and AUTH, or speaks TLS from the start."""
    told = Server(certificate=certificate)
    if certificate and not tls_first:
        told.offers += ["STARTTLS"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate:
        context.load_cert_chain(certificate)

    class Handler(socketserver.StreamRequestHandler):
        tls = False

        def handle(self) -> None:
            try:
                if tls_first:
                    self.wrap()
                self.talk()
            except (OSError, ValueError):
                pass  # the client went away, or did not trust the certificate

        def wrap(self) -> None:
            self.request = context.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile, self.tls = self.request.makefile("rb"), self.request.makefile("wb", 0), True

        def finish(self) -> None:
            try:
                super().finish()
                self.request.close()
            except (OSError, ValueError):
                pass

        def answer(self, verb: str, usual: str) -> bool:
            said = told.answers.get(verb, usual)
            if said in (HANG, DRIP):
                while not told.closing.wait(0.05):
                    if said == DRIP:
                        self.wfile.write(b"250-and so on\r\n")
            if said in (DROP, HANG, DRIP):
                return False
            self.wfile.write(said.encode() + b"\r\n")
            return True

        def talk(self) -> None:
            going = self.answer("GREETING", "220 stand-in ready")
            while going and (line := self.rfile.readline().decode().strip()):
                word, _, rest = line.partition(" ")
                verb = word.upper()
                line = f"{verb} {rest}".strip()
                told.lines.append(line)
                told.over_tls.append(self.tls)
                if verb == "EHLO":
                    offers = [o for o in told.offers if not (o == "STARTTLS" and self.tls)]
                    offers += ["AUTH PLAIN"] if self.tls else []
                    going = self.answer(verb, "\r\n".join([*(f"250-{o}" for o in ["stand-in", *offers]), "250 HELP"]))
                elif verb == "STARTTLS":
                    going = self.answer(verb, "220 go ahead")
                    if verb not in told.answers:
                        self.wrap()
                elif verb == "AUTH":
                    right = line == f"AUTH PLAIN {LOGIN}"
                    going = self.answer(verb, "235 welcome" if right else "535 5.7.8 not lifeline with p@ss/word")
                elif verb == "DATA":
                    going = self.answer(verb, "354 go on")
                    if going and verb not in told.answers:
                        going = self.data()
                elif verb == "QUIT":
                    self.answer(verb, "221 bye")
                    return
                else:
                    going = self.answer(verb, "250 ok")

        def data(self) -> bool:
            text = b""
            while not text.endswith(b"\r\n.\r\n"):
                piece = self.rfile.readline()
                if not piece:
                    return False
                text += piece
            if told.answers.get("END", "250").startswith(("250", DROP)):
                told.raw.append(text[:-3].replace(b"\r\n..", b"\r\n."))
            return self.answer("END", "250 accepted")

    class Threads(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

        def handle_error(self, *_: Any) -> None:
            pass

    with Threads(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield told
        finally:
            told.closing.set()
            server.shutdown()
            thread.join()


def make_certificate(path: Path, host: str = "127.0.0.1") -> Path:
    """A certificate that its holder made for themselves, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
    return path
