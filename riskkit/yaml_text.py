"""YAML as people write it: what they typed is what they get, and what would surprise is refused.

Words stay words (`no` is Norway's code, `2021-02-30` is a text that somebody has to judge), a key
counts once, and no text of a few lines grows into gigabytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.events import AliasEvent
from yaml.nodes import Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from riskkit.errors import ConfigError

_LONGEST, _DEEPEST, _MOST = 200_000, 30, 20_000
_DIGITS = 18
_NULL, _BOOL, _INT, _FLOAT = ("null", "bool", "int", "float")
_PLAIN = {
    _NULL: r"~|null|Null|NULL|",
    _BOOL: r"true|True|TRUE|false|False|FALSE",
    _INT: r"[-+]?(0|[1-9][0-9]*)",
    _FLOAT: r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?",
}
"""The words that stand for something else than themselves, tried in this order."""


class _Resolver(BaseResolver):
    """Knows the words of `_PLAIN` only."""

    yaml_implicit_resolvers: dict[str | None, Any] = {}  # noqa: RUF012


for _kind, _words in _PLAIN.items():
    _Resolver.add_implicit_resolver(_kind, re.compile(rf"(?:{_words})\Z"), None)


class _Loader(Reader, Scanner, Parser, Composer, _Resolver):
    """Reads YAML into nodes, as deep as people nest and without tags."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _Resolver.__init__(self)
        self.depth = self.count = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Compose one node; refuse what no setting needs."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if not isinstance(event, AliasEvent) and getattr(event, "tag", None):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise _Surprise(f"write the value without the tag {tag}", event.start_mark.line)
        self.depth, self.count = self.depth + 1, self.count + 1
        if self.count > _MOST:
            raise _Surprise(f"it holds more than {_MOST:,} values", event.start_mark.line)
        if self.depth > _DEEPEST:
            raise _Surprise(f"it is nested more than {_DEEPEST} deep", event.start_mark.line)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Surprise(Exception):  # noqa: N818 - becomes a ConfigError that names the file
    """What is wrong, and in which line (from 0)."""

    def __init__(self, what: str, line: int | None) -> None:
        super().__init__(what)
        self.line = line


def load_yaml(text: str | bytes, what: str) -> Any:
    """Read one YAML document into mappings with text as keys, lists, texts and numbers.

    Only `true`, `false`, `null` and decimal numbers are more than text. Aliases are followed, as
    long as what they make stays small.

    Args:
        text: The document; bytes are UTF-8.
        what: What the text is, for errors: a path, or "the value of seed".

    Raises:
        ConfigError: It is not YAML, repeats a key, carries a tag, nests or grows without measure,
            or holds characters that no text does; the error names the line.

    >>> load_yaml("{country: no, since: 2021-02-30, share: .5}", "an example")
    {'country': 'no', 'since': '2021-02-30', 'share': 0.5}
    """
    if len(text) > _LONGEST:
        raise ConfigError(f"{what} is too long", got=f"{len(text):,} bytes",
                          hint=f"settings need less than {_LONGEST:,}")  # fmt: skip
    try:
        plain = text if isinstance(text, str) else text.decode("utf-8-sig")
        return _Builder().build(yaml.compose(plain, _Loader))  # type: ignore[arg-type]
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{what} is not UTF-8 text", got=text[error.start : error.start + 4],
            hint="save it with the encoding UTF-8",
        ) from None  # fmt: skip
    except _Surprise as error:
        line = "" if error.line is None else f", line {error.line + 1}"
        raise ConfigError(f"{what}{line}: {error}") from None
    except yaml.reader.ReaderError as error:
        raise ConfigError(
            f"{what} is not YAML: it holds a character that no text does",
            got=f"U+{int(error.character):04X}",
            hint="write it again with a text editor",
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(
            f"{what} is not YAML{place}: {error.problem}",
            hint="look for a bracket, a quote, a colon or an indentation that is wrong there",
        ) from None


class _Builder:
    """Turns nodes into values, counting them."""

    def __init__(self) -> None:
        self.count = 0

    def build(self, node: Node | None, depth: int = 0) -> Any:
        if node is None:
            return None
        self.count += 1
        if self.count > _MOST or depth > _DEEPEST:
            raise _Surprise("its aliases make it grow without measure", node.start_mark.line)
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if isinstance(node, SequenceNode):
            return [self.build(child, depth + 1) for child in node.value]
        return dict(self._pairs(node.value, depth))

    def _pairs(self, pairs: Any, depth: int) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key, value in pairs:
            line = key.start_mark.line
            if not isinstance(key, ScalarNode):
                raise _Surprise("a key is a word, not a list or a section", line)
            name = _text(key)
            if name in seen:
                raise _Surprise(f"'{name}' is given twice, first in line {seen[name] + 1}", line)
            if name == "<<":
                raise _Surprise("'<<' is not a setting: write the keys out", line)
            seen[name] = line
            yield name, self.build(value, depth + 1)


def _text(node: ScalarNode) -> str:
    for letter in node.value:
        if unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\t\n":
            raise _Surprise(f"the text holds U+{ord(letter):04X}, which no text does",
                            node.start_mark.line)  # fmt: skip
    return str(node.value)


def _scalar(node: ScalarNode) -> Any:
    text = _text(node)
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() == "true"
    if node.tag == _INT:
        if len(text) > _DIGITS:
            raise _Surprise(f"a number of {len(text):,} digits is none", node.start_mark.line)
        return int(text)
    if node.tag == _FLOAT:
        return _number(text, node)
    return text


def _number(text: str, node: ScalarNode) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _Surprise("this number is too large to be held", node.start_mark.line)
    return value
