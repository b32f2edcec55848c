"""A stand-in for a mail server on loopback: it speaks SMTP over a real socket, and behaves as badly as it is told."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Server:
    """What it was sent, and how it answers."""

    url: str = ""
    mails: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """The first word of a command, or `.` for the end of the text → the answer; `hang` and `drop` are what they say."""
    extensions: list[str] = field(default_factory=lambda: ["8BITMIME", "SMTPUTF8"])
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serve() -> Iterator[Server]:
    """A real server on loopback; it takes every mail until a test gives it other answers."""
    state = Server()

    class Session(socketserver.StreamRequestHandler):
        def say(self, command: str, usual: str) -> bool:
            answer = state.answers.get(command, usual)
            if answer == "hang":
                state.closing.wait(60)
            if answer in ("hang", "drop"):
                return False
            self.wfile.write(answer.encode() + b"\r\n")
            return True

        def handle(self) -> None:
            going = self.say("", "220 stand-in")
            while going:
                line = self.rfile.readline().decode("utf-8", "replace").strip()
                command = line.split(" ")[0].upper()
                if not command or command == "QUIT":
                    return
                if command in ("EHLO", "HELO"):
                    lines = ["stand-in", *state.extensions]
                    greeting = "\r\n".join(f"250-{one}" for one in lines[:-1]) + f"\r\n250 {lines[-1]}"
                    going = self.say("EHLO", greeting.lstrip())
                elif command == "DATA":
                    going = self.say("DATA", "354 go on") and self.text()
                else:
                    if command == "RCPT":
                        state.to.append(line)
                    going = self.say(command, "250 fine")

        def text(self) -> bool:
            if not state.answers.get("DATA", "354").startswith("354"):
                return True
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            if state.answers.get(".", "250").startswith("250"):
                state.mails.append(b"".join(lines))
            return self.say(".", "250 taken")

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Listener(("127.0.0.1", 0), Session) as listener:
        state.url = f"smtp://127.0.0.1:{listener.server_address[1]}"
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield state
        state.closing.set()
        listener.shutdown()
        thread.join()
