"""Commands that are loaded when they are run: most need little of what the others need."""

from __future__ import annotations

import gc
from importlib import import_module

import click


class Later(click.Command):
    """Stands for a command in the list of all.

    Args:
        name: what is typed.
        place: its module in this package and its name there, `module:name`.
        sentence: what it does, as its own help begins.
    """

    def __init__(self, name: str, place: str, sentence: str) -> None:
        super().__init__(name, help=sentence)
        self._place = place

    def load(self) -> click.Command:
        """The command itself."""
        module, _, name = self._place.partition(":")
        gc.disable()  # loading leaves next to nothing to collect, and to look for it takes a fifth of the time
        try:
            command: click.Command = getattr(import_module(f"campaign.cli.{module}"), name)
        finally:
            gc.enable()
        return command


class LazyGroup(click.Group):
    """A group some of whose commands come later. Its list of commands is made without them."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Later) else command, rest
