"""Reading YAML with the line of every key and value.

Only what JSON can hold is read: mappings with text keys, lists, texts, whole numbers,
true, false and null. Anchors are refused, so a file cannot refer to itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

Where = tuple[str | int, ...]
"""The way from the top of a document to a value in it: keys and list indexes."""

_TAG = "tag:yaml.org,2002:"
_READ_AS_TEXT = {f"{_TAG}{name}" for name in ("str", "timestamp", "merge", "value")}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, and on which line (the first is 1)."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(slots=True)
class Document:
    """One file's value, where each part of it stands, and what could not be read."""

    file: Path
    value: object = None
    lines: dict[Where, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, where: Where) -> int:
        """The line of ``where``, or of the nearest part around it that the file has."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def blame(self, where: Where, reason: str) -> None:
        """Adds a fault at ``where``; ``reason`` is preceded by the way there."""
        path = ".".join(str(part) for part in where)
        self.faults.append(
            Fault(self.file, self.line(where), f"{path}: {reason}" if path else reason)
        )


def read(file: Path) -> Document:
    """Reads one YAML file. What is wrong with it is in ``faults``; nothing is raised."""
    document = Document(file)
    try:
        raw = file.read_bytes()
    except OSError as error:
        document.faults.append(Fault(file, 1, f"cannot be read: {error.strerror}"))
        return document
    try:
        root = yaml.compose(raw, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        document.faults.append(Fault(file, line, f"not YAML: {error.problem or error.context}"))
    except yaml.reader.ReaderError as error:
        line = raw[: error.position].count(b"\n") + 1
        document.faults.append(Fault(file, line, f"not YAML: {error.reason}"))
    except (RecursionError, ValueError) as error:
        document.faults.append(Fault(file, 1, f"not YAML: {type(error).__name__}"))
    else:
        if root is None:
            document.faults.append(Fault(file, 1, "the file is empty"))
        else:
            _Walk(document).enter(root, ())
    return document


class _Walk:
    """Turns nodes into plain values and notes their lines."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def enter(self, root: yaml.Node, where: Where) -> None:
        try:
            self.document.value = self.value(root, where)
        except RecursionError:
            self.document.faults.append(Fault(self.document.file, 1, "nested too deeply"))

    def value(self, node: yaml.Node, where: Where) -> object:
        self.document.lines.setdefault(where, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.document.blame(where, "write it out again instead of using an anchor")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(inner, (*where, key)) for key, inner in self.pairs(node, where)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(inner, (*where, at)) for at, inner in enumerate(node.value)]
        return self.scalar(node, where)

    def pairs(self, node: yaml.MappingNode, where: Where) -> Iterator[tuple[str, yaml.Node]]:
        known: set[str] = set()
        for key_node, inner in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(line, "a key must be a word")
                continue
            key: str = key_node.value
            if key in known:
                self.fault(line, f"{'.'.join(map(str, (*where, key)))}: stands here twice")
                continue
            known.add(key)
            self.document.lines[(*where, key)] = line
            yield key, inner

    def scalar(self, node: yaml.Node, where: Where) -> object:
        if node.tag in _READ_AS_TEXT:
            return node.value
        try:
            return yaml.SafeLoader("").construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError):
            self.document.blame(where, "cannot be read as a value; put it in quotes")
            return None

    def fault(self, line: int, reason: str) -> None:
        self.document.faults.append(Fault(self.document.file, line, reason))
