"""Reading playbooks: whole directories with every fault, or one playbook from its content.

A directory holds ``*.yaml``, one playbook each, and ``cards/*.yaml``, one card each, which
playbooks name by id.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import rfc8785

from playbooks.marks import Document, Fault, read
from playbooks.model import Library, Playbook
from playbooks.references import disagreements
from playbooks.schema import Problem, read_card, read_playbook

__all__ = ["LIBRARY", "Fault", "InvalidPlaybook", "check", "from_content", "load_library"]

LIBRARY = Path(__file__).parent / "library"
"""The playbooks that come with the product."""


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
        shelf.add_cards(directory)
    for directory in dirs or (LIBRARY,):
        shelf.add_playbooks(directory)
    if shelf.faults:
        raise InvalidPlaybook([str(fault) for fault in shelf.faults])
    return Library(MappingProxyType(dict(shelf.playbooks)))


def check(directory: Path) -> list[Fault]:
    """Every fault of the playbooks and cards in ``directory``, by file and line.

    Its playbooks may name the product's own cards.
    """
    shelf = _Shelf()
    if directory.resolve() != LIBRARY:
        shelf.add_cards(LIBRARY)
        shelf.faults.clear()
    shelf.add_cards(directory)
    shelf.add_playbooks(directory)
    return sorted(shelf.faults, key=lambda fault: (str(fault.file), fault.line))


def from_content(content: Mapping[str, object]) -> Playbook:
    """The playbook that canonical JSON ``content`` describes, with cards expanded.

    ``from_content(p.content) == p``. Raises ``InvalidPlaybook`` when it is none.
    """
    playbook, problems = _examine(content)
    if playbook is None:
        raise InvalidPlaybook([_named(where, reason) for where, reason in problems])
    return playbook


def _named(where: tuple[str | int, ...], reason: str) -> str:
    path = ".".join(str(part) for part in where)
    return f"{path}: {reason}" if path else reason


def _examine(content: object) -> tuple[Playbook | None, list[Problem]]:
    playbook, problems = read_playbook(content)
    problems += disagreements(content)
    if playbook is None or problems or not isinstance(content, Mapping):
        return None, problems
    plain = dict(content)
    digest = hashlib.sha256(rfc8785.dumps(plain)).hexdigest()
    return replace(playbook, sha256=digest, content=plain), []


@dataclass(slots=True)
class _Shelf:
    """What has been read so far, and every fault on the way."""

    cards: dict[str, object] = field(default_factory=dict)
    playbooks: dict[str, Playbook] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add_cards(self, directory: Path) -> None:
        files: dict[str, Path] = {}
        for document in _documents(directory / "cards"):
            self._only_once(document, files)
            card = None
            if document.value is not None:
                card, problems = read_card(document.value)
                self._blame(document, problems)
            self.faults += document.faults
            if card is not None:
                self.cards[card.id] = document.value

    def add_playbooks(self, directory: Path) -> None:
        if not directory.is_dir():
            self.faults.append(Fault(directory, 1, "there is no such directory"))
        files: dict[str, Path] = {}
        for document in _documents(directory):
            self._only_once(document, files)
            playbook = None
            if document.value is not None:
                playbook, problems = _examine(self._expand(document))
                self._blame(document, problems)
            self.faults += document.faults
            if playbook is not None:
                self.playbooks[playbook.id] = playbook

    def _expand(self, document: Document) -> object:
        """The document with each card's name replaced by the card itself."""
        content = document.value
        names = content.get("cards") if isinstance(content, dict) else None
        if not isinstance(content, dict) or not isinstance(names, list):
            return content
        cards: list[object] = []
        for at, name in enumerate(names):
            if not isinstance(name, str):
                cards.append(name)
            elif name in self.cards:
                cards.append(self.cards[name])
            else:
                document.blame(("cards", at), f"There is no card “{name}”.")
        return {**content, "cards": cards}

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


def _documents(directory: Path) -> list[Document]:
    files = sorted(file for file in directory.glob("*") if file.suffix in (".yaml", ".yml"))
    return [read(file) for file in files]
