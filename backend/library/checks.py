"""A draft's content: whole, in agreement with itself and with what it adds to, and sayable (A5)."""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.library.reasons import both
from backend.problems import sayable
from escalation.refusal import Refused
from playbooks.inheritance import Conflict
from playbooks.load import digest, examine
from playbooks.marks import Where
from playbooks.safeguards import unsafe
from playbooks.schema import Problem, read_addition
from playbooks.wording import forbidden_places

_UNKNOWN = "Unknown field."
_INHERITED = "What comes from above stays as it is; it can only be added to."


def checked(
    content: Mapping[str, Any], playbook: str, number: int, *, whole: bool, safe: bool = True
) -> tuple[dict[str, Any], str]:
    """The content of version ``number``, as it is kept, and its SHA-256.

    Args:
        content: what was sent; its ``id`` and ``version`` may be left out.
        playbook: whose version it is.
        number: which.
        whole: a playbook, and not an org's addition to one.
        safe: nor may it leave anybody without an alert; a draft may begin with what does.

    Raises:
        Refused: ``invalid`` with each place; ``forbidden-wording`` with ``places``.
    """
    named = {"id": playbook, "version": number, **content}
    problems = list(_problems(named, whole=whole))
    if named["id"] != playbook:
        problems.append((("id",), "String does not match expected pattern."))
    if named["version"] != number:
        problems.append((("version",), "String does not match expected pattern."))
    own = named if whole else {"steps": named.get("steps")}
    problems += unsafe(own) if safe else ()
    _refuse(problems)
    check_wording(named)
    return named, digest(named)


def _problems(content: Mapping[str, Any], *, whole: bool) -> Iterable[Problem]:
    if not whole:
        found = read_addition(content)[1]
        return [(where, _INHERITED if reason == _UNKNOWN else reason) for where, reason in found]
    if "added" in content:
        return [(("added",), _UNKNOWN)]
    return examine(content)[1]


def check_safe(content: Mapping[str, Any]) -> None:
    """Refuse what would alert nobody, with each place.

    Raises:
        Refused: ``invalid``.
    """
    _refuse(unsafe(content))


def check_wording(content: Mapping[str, Any]) -> None:
    """Refuse what staff must not be told to say, or not without a risk notice, with each place.

    Raises:
        Refused: ``forbidden-wording``.
    """
    found = forbidden_places(content)
    if found:
        raise Refused(
            "forbidden-wording",
            "话术要改：有不能对客户说的话，或者缺风险提示。",
            "A script says what nobody may say to a customer, or leaves out the risk.",
            places=[
                {
                    "field": _dotted(("content", *where)),
                    "path": list(where),
                    "language": where[-1],
                    "start": place.start,
                    "end": place.start + place.length,
                    "length": place.length,
                    "wording": place.wording,
                }
                for where, place in found
            ],
            errors=[
                {"field": _dotted(("content", *where)), "zh": place.why[0], "en": place.why[1]}
                for where, place in found
            ],
        )


def check_merged(content: Mapping[str, Any]) -> None:
    """Refuse an addition with which the playbook would contradict itself.

    Raises:
        Refused: ``invalid``.
    """
    _refuse(((), reason) for _, reason in examine(content)[1])


def check_own_conflicts(conflicts: Iterable[Conflict]) -> None:
    """Refuse an addition that does not fit what it adds to.

    Raises:
        Refused: ``invalid`` with each place.
    """
    found = list(conflicts)
    if found:
        raise _invalid((each.where, each.reason.zh, each.reason.en) for each in found)


def check_conflicts(conflicts: Iterable[Conflict]) -> None:
    """Refuse what other orgs' additions could not live with.

    Raises:
        Refused: ``conflicts-with-additions``.
    """
    found = list(conflicts)
    if found:
        raise Refused(
            "conflicts-with-additions",
            "下级机构加的内容和这一版有冲突，要先改好。",
            "What orgs below have added does not fit this version; that has to be mended first.",
            errors=[
                {
                    "field": f"{each.added.org}.{each.added.playbook}.{_dotted(each.where)}",
                    "zh": each.reason.zh,
                    "en": each.reason.en,
                }
                for each in found
            ],
        )


def _refuse(problems: Iterable[Problem]) -> None:
    found = [(where, *both(reason)) for where, reason in problems]
    if found:
        raise _invalid(found)


def _invalid(faults: Iterable[tuple[Where, str, str]]) -> Refused:
    errors = [
        {"field": _dotted(("content", *where)), "zh": zh, "en": en} for where, zh, en in faults
    ]
    return Refused("invalid", "有几处填得不对。", "Some fields are wrong.", errors=errors)


def _dotted(where: Where) -> str:
    return ".".join(sayable(part) for part in where)
