"""Errors that a user can cause and fix."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_VALUE, _LONGEST_TEXT = 200, 2000


class RiskkitError(Exception):
    """A refused input or a failed check, told in one line.

    Args:
        what: What is wrong and where (file, line, column).
        got: The offending value, if showing it helps.
        hint: How to fix it.

    >>> print(RiskkitError("column 'ged_sb' is missing", got=["ged"], hint="rename it"))
    column 'ged_sb' is missing (got ['ged']); rename it
    """

    def __init__(self, what: str, *, got: object = None, hint: str | None = None) -> None:
        self.what = what
        self.got = got
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        """Join what, got and hint into one line that a terminal shows as it is."""
        got = "" if self.got is None else f" (got {_shortened(repr(self.got))})"
        hint = "" if self.hint is None else f"; {self.hint}"
        line = f"{_shortened(self.what, _LONGEST_TEXT)}{got}{_shortened(hint, _LONGEST_TEXT)}"
        return "".join(letter if letter.isprintable() else " " for letter in line)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Cross process borders with every part, so that workers report as clearly."""
        return (_rebuild, (type(self), self.what, self.got, self.hint))


def suggestion(name: object, known: Iterable[str]) -> str | None:
    """Ask whether something else was meant, if one of the known names is near.

    >>> suggestion("conflictolgy", ["conflictology", "hurdle"])
    "did you mean 'conflictology'?"
    """
    typed, names = str(name)[:_LONGEST_VALUE].lower(), list(known)
    near = get_close_matches(typed, names, n=1)
    near = near or [one for one in names if len(typed) > 1 and one.startswith(typed)]
    return f"did you mean '{near[0]}'?" if near else None


def _shortened(text: str, longest: int = _LONGEST_VALUE) -> str:
    """Leave out the middle of what a broken file may hold by the megabyte."""
    half = (longest - 5) // 2
    return text if len(text) <= longest else f"{text[:half]} ... {text[-half:]}"


def _rebuild(kind: type[RiskkitError], what: str, got: object, hint: str | None) -> RiskkitError:
    return kind(what, got=got, hint=hint)


class ConfigError(RiskkitError):
    """A parameter file or option that cannot be used."""


class SourceError(RiskkitError):
    """A publisher's file that cannot be read as what it was declared to be."""


class UnknownUnit(RiskkitError):  # noqa: N818 - reads as the field says it
    """A country or cell code that no unit answers to."""


_ADVICE = {
    errno.ENOSPC: "make room on the disk, or choose another folder",
    errno.EDQUOT: "your share of the disk is used up: make room, or choose another folder",
    errno.EFBIG: "the disk holds no file as large as that: choose another folder",
    errno.EMFILE: "allow more open files with `ulimit -n 4096`, or use fewer processes",
    errno.ENFILE: "close other programs: the machine can open no more files",
    errno.ENOMEM: "use fewer processes or draws, or a machine with more memory",
    errno.EROFS: "the disk is read-only: choose another folder",
    errno.EACCES: "check its permissions and its owner, or choose another folder",
    errno.EPERM: "check its permissions and its owner, or choose another folder",
    errno.ENOTDIR: "a part of the path is a file: check the path",
    errno.EISDIR: "it is a folder: name a file",
    errno.ENOENT: "check the path",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "its links lead in a circle: check the path",
    errno.EBUSY: "another program or a mount keeps it: name a folder inside it",
    errno.EXDEV: "it is on another disk: name a folder on the same one",
    errno.EIO: "the disk fails to read or write: check it, and take another meanwhile",
}
_RUST = re.compile(r"\(os error (\d+)\)")


def system_refusal(what: str, error: BaseException) -> RiskkitError | None:
    """Say what the operating system refused, and what to do; None if it was not the system.

    Libraries written in Rust hide the system's number in their text; it is found there too.

    Args:
        what: What could not be done, with the path.
        error: What was raised.

    >>> print(system_refusal("cannot write out.csv", OSError(errno.ENOSPC, "No space left")))
    cannot write out.csv (got 'No space left on device'); make room on the disk, or choose another \
folder
    """
    number = error.errno if isinstance(error, OSError) else None
    hidden = None if number else _RUST.search(str(error))
    number = int(hidden[1]) if hidden else number
    if number is None:
        return None
    return RiskkitError(what, got=os.strerror(number), hint=_ADVICE.get(number))
