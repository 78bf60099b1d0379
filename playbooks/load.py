"""Reading playbooks: whole directories with every fault, or one playbook from its content.

A directory holds ``*.yaml``, one playbook each, and ``cards/*.yaml`` and ``steps/*.yaml``, one
card or step each, which playbooks name by id.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import rfc8785

from playbooks.marks import Document, Fault, read
from playbooks.model import Card, Library, Playbook, Step
from playbooks.references import disagreements
from playbooks.schema import Problem, read_card, read_playbook, read_step

__all__ = [
    "LIBRARY",
    "Fault",
    "InvalidPlaybook",
    "check",
    "digest",
    "examine",
    "from_content",
    "load_library",
]

LIBRARY = Path(__file__).parent / "library"
"""The playbooks that come with the product."""

LIKE = "like"
"""Of a step or card in a playbook: as the shared one of that id, but for what stands beside it."""


class InvalidPlaybook(ValueError):
    """Playbooks that cannot be used. ``faults`` has a line for each reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load_library(*dirs: Path) -> Library:
    """All playbooks of ``dirs``; the same id in a later directory replaces the earlier one.

    Without ``dirs``, the product's own. Raises ``InvalidPlaybook`` with every fault.
    """
    shelf = _Shelf()
    for directory in dirs or (LIBRARY,):
        shelf.add_parts(directory)
    for directory in dirs or (LIBRARY,):
        shelf.add_playbooks(directory)
    if shelf.faults:
        raise InvalidPlaybook([str(fault) for fault in shelf.faults])
    return Library(MappingProxyType(dict(shelf.playbooks)))


def check(directory: Path) -> list[Fault]:
    """Every fault of the playbooks and cards in ``directory``, by file and line.

    Its playbooks may name the product's own cards and steps.
    """
    shelf = _Shelf()
    if directory.resolve() != LIBRARY:
        shelf.add_parts(LIBRARY)
        shelf.faults.clear()
    shelf.add_parts(directory)
    shelf.add_playbooks(directory)
    return sorted(shelf.faults, key=lambda fault: (str(fault.file), fault.line))


def from_content(content: Mapping[str, object]) -> Playbook:
    """The playbook that canonical JSON ``content`` describes, with cards expanded.

    ``from_content(p.content) == p``. Raises ``InvalidPlaybook`` when it is none.
    """
    playbook, problems = examine(content)
    if playbook is None:
        raise InvalidPlaybook([_named(where, reason) for where, reason in problems])
    return playbook


def _named(where: tuple[str | int, ...], reason: str) -> str:
    path = ".".join(str(part) for part in where)
    return f"{path}: {reason}" if path else reason


def digest(content: Mapping[str, Any]) -> str:
    """The SHA-256 of its canonical JSON."""
    return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()


def examine(content: object) -> tuple[Playbook | None, list[Problem]]:
    """The playbook that ``content`` (cards and steps expanded) describes, or every fault in it."""
    playbook, problems = read_playbook(content)
    problems += disagreements(content)
    if playbook is None or problems or not isinstance(content, Mapping):
        return None, problems
    plain = dict(content)
    return replace(playbook, sha256=digest(plain), content=plain), []


_ReadPart = Callable[[object], tuple[Card | Step | None, list[Problem]]]


@dataclass(slots=True)
class _Shelf:
    """What has been read so far, and every fault on the way."""

    parts: dict[str, dict[str, object]] = field(default_factory=lambda: {"cards": {}, "steps": {}})
    playbooks: dict[str, Playbook] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add_parts(self, directory: Path) -> None:
        self._add(directory, "cards", read_card)
        self._add(directory, "steps", read_step)

    def _add(self, directory: Path, kind: str, read_part: _ReadPart) -> None:
        files: dict[str, Path] = {}
        for document in _documents(directory / kind):
            self._only_once(document, files)
            part = None
            if document.value is not None:
                part, problems = read_part(document.value)
                self._blame(document, problems)
            self.faults += document.faults
            if part is not None:
                self.parts[kind][part.id] = document.value

    def add_playbooks(self, directory: Path) -> None:
        if not directory.is_dir():
            self.faults.append(Fault(directory, 1, "there is no such directory"))
        files: dict[str, Path] = {}
        for document in _documents(directory):
            self._only_once(document, files)
            playbook = None
            if document.value is not None:
                playbook, problems = examine(self._expand(document))
                self._blame(document, problems)
                self._refuse_additions(document)
            self.faults += document.faults
            if playbook is not None:
                self.playbooks[playbook.id] = playbook

    def _expand(self, document: Document) -> object:
        """The document with the name of each card and shared step replaced by it itself."""
        content = document.value
        if not isinstance(content, dict):
            return content
        for kind, known in self.parts.items():
            names = content.get(kind)
            if not isinstance(names, list):
                continue
            parts: list[object] = []
            for at, part in enumerate(names):
                name = part.get(LIKE) if isinstance(part, dict) and LIKE in part else part
                if not isinstance(name, str):
                    parts.append(part)
                elif name in known:
                    parts.append(_changed(known[name], part))
                else:
                    document.blame((kind, at), f"There is no {kind[:-1]} “{name}”.")
            content = {**content, kind: parts}
        return content

    @staticmethod
    def _refuse_additions(document: Document) -> None:
        if isinstance(document.value, dict) and "added" in document.value:
            document.blame(("added",), "Only a published addition of an org is noted here.")

    def _blame(self, document: Document, problems: list[Problem]) -> None:
        for where, reason in problems:
            document.blame(where, reason)

    def _only_once(self, document: Document, files: dict[str, Path]) -> None:
        key = document.value.get("id") if isinstance(document.value, dict) else None
        if not isinstance(key, str):
            return
        if key in files:
            document.blame(("id",), f"“{key}” is already in {files[key].name}.")
        files.setdefault(key, document.file)


def _changed(shared: object, part: object) -> object:
    """The shared one; where a playbook words parts of it otherwise, with those."""
    if not isinstance(part, dict) or not isinstance(shared, dict):
        return shared
    return {**shared, **{key: value for key, value in part.items() if key != LIKE}}


def _documents(directory: Path) -> list[Document]:
    files = sorted(file for file in directory.glob("*") if file.suffix in (".yaml", ".yml"))
    return [read(file) for file in files]
