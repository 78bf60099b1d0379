"""Versions of playbooks: drafted, submitted, cleared by two, published from a moment (A5)."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Response
from sqlalchemy import Connection

from backend.api.answers import answer, decode_cursor, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.planning import reader, writer
from backend.api.problem_schemas import problems
from backend.api.version_schemas import (
    LibrarySchema,
    VersionBodySchema,
    VersionChangeSchema,
    VersionListSchema,
    VersionPublishSchema,
    VersionQuerySchema,
    VersionReadSchema,
    VersionSendBackSchema,
    WholeVersionSchema,
)
from backend.callers import actor_of, current_caller, signed_in
from backend.delivery import Emission
from backend.library.reading import (
    find_at_work,
    find_version,
    replaced_by,
    shipped_unless,
    sight_of,
)
from backend.library.shown import Sight, playbook_json, version_json, whole_json
from backend.library.store import list_versions, of_playbook
from backend.library.work import Draft, Library
from backend.problems import NotFound
from backend.services import services
from escalation.clearance import clearing_role
from escalation.people import Person
from escalation.refusal import Forbidden, Invalid
from escalation.version import (
    Version,
    drafts_at,
    head_of,
    publishes_at,
    readers_of,
    reads_at,
)

blueprint = Blueprint("versions", __name__, description="Versions of playbooks and scripts.")
FURTHEST = timedelta(days=366)
"""Nobody publishes further ahead."""
JUST_NOW = timedelta(minutes=1)
"""A moment that has passed while it was sent is meant as now."""
Work = Callable[[Library], Version]
T = TypeVar("T")


@blueprint.get("/library")
@signed_in
@problems(401, 403)
@blueprint.response(200, LibrarySchema)
def get_library() -> Response:
    """Each playbook: what holds and until when it is cleared, what is to come, what orgs add."""
    _require_reader()

    def read(conn: Connection, sight: Sight) -> dict[str, Any]:
        found = find_at_work(conn, sight)
        items = [
            playbook_json(key, found, sight)
            for key in sorted(sight.shelf.current, key=sight.place_of)
        ]
        return {"items": items, "drafts_for": sight.drafts_for(), "next_cursor": None}

    return answer(_seeing(read))


@blueprint.get("/playbooks/<playbook>/versions")
@signed_in
@problems(401, 403, 404, 422)
@blueprint.arguments(VersionQuerySchema, location="query")
@blueprint.response(200, VersionListSchema)
def get_versions(query: Mapping[str, Any], playbook: str) -> Response:
    """The highest numbers first; what came with the product last. Never on a tablet."""
    _require_reader()
    limit, place = query["limit"], decode_cursor(query.get("cursor"), (int, str))
    before = None if place is None else (place[0], place[1])

    def read(conn: Connection, sight: Sight) -> tuple[Sight, list[Version]]:
        orgs = sight.readable & ({query["org"]} if "org" in query else sight.readable)
        return sight, list_versions(conn, of_playbook(playbook, orgs), before, limit + 1)

    sight, found = _seeing(read)
    book = sight.shelf.shipped.playbooks.get(playbook)
    if book is None and not found and before is None:
        raise NotFound
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = encode_cursor([last.number, last.id])
    elif book is not None and query.get("org", sight.head) == sight.head:
        found += shipped_unless(found, playbook, sight)
    items = [version_json(each, sight) for each in found[:limit]]
    return answer({"items": items, "next_cursor": following})


@blueprint.get("/playbooks/<playbook>/versions/<version>")
@signed_in
@problems(401, 403, 404)
@blueprint.response(200, WholeVersionSchema)
def get_version(playbook: str, version: str) -> Response:
    """By id, or by number for the whole bank's: its content, and what is different in it."""
    _require_reader()
    return answer(_whole(playbook, version))


@blueprint.post("/playbooks/<playbook>/versions")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(VersionBodySchema)
@blueprint.response(201, WholeVersionSchema)
def draft_version(body: Mapping[str, Any], playbook: str) -> Response:
    """A draft: of the playbook for the whole bank, or of what an org adds to it."""
    who, directory = writer()
    if playbook not in services().shelf.shipped.playbooks:
        raise NotFound
    org = body.get("org", head_of(directory))
    if org not in directory.orgs:
        raise Invalid("org", "没有这个机构。", "There is no such org.")
    if org not in drafts_at(current_caller(), directory):
        raise Forbidden
    new = _to_begin_with(playbook, org, body)
    made = _work(who, lambda work: work.draft(new))
    return answer(_whole(playbook, made.id), 201)


@blueprint.patch("/playbooks/<playbook>/versions/<version>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(VersionChangeSchema)
@blueprint.response(200, WholeVersionSchema)
def change_version(body: Mapping[str, Any], playbook: str, version: str) -> Response:
    """Other content: it is a draft again, and clearances that it had are void."""
    who, directory = writer()
    found = _find(playbook, version)
    if found.org not in drafts_at(current_caller(), directory):
        raise Forbidden
    _work(who, lambda work: work.change(found.id, body["content"], body.get("revision")))
    return answer(_whole(playbook, found.id))


@blueprint.delete("/playbooks/<playbook>/versions/<version>")
@signed_in
@problems(401, 403, 404, 409, 507)
@blueprint.response(200, WholeVersionSchema)
def withdraw_version(playbook: str, version: str) -> Response:
    """Give up a draft, or what was to come into force later; it stays on record."""
    who, directory = writer()
    found = _find(playbook, version)
    may = drafts_at if found.open else publishes_at
    if found.org not in may(current_caller(), directory):
        raise Forbidden
    _work(who, lambda work: work.withdraw(found.id))
    return answer(_whole(playbook, found.id))


@blueprint.post("/playbooks/<playbook>/versions/<version>/submit")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(VersionReadSchema)
@blueprint.response(200, WholeVersionSchema)
def submit_version(body: Mapping[str, Any], playbook: str, version: str) -> Response:
    """To compliance and legal."""
    who, directory = writer()
    found = _find(playbook, version)
    if found.org not in drafts_at(current_caller(), directory):
        raise Forbidden
    _work(who, lambda work: work.submit(found.id, body.get("revision")))
    return answer(_whole(playbook, found.id))


@blueprint.post("/playbooks/<playbook>/versions/<version>/clear")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(VersionReadSchema)
@blueprint.response(200, WholeVersionSchema)
def clear_version(body: Mapping[str, Any], playbook: str, version: str) -> Response:
    """Once by compliance and once by legal, who have not written it; again each quarter."""
    who, found, role = _as_clearer(playbook, version)
    _work(who, lambda work: work.clear(found.id, role, body.get("revision")))
    return answer(_whole(playbook, found.id))


@blueprint.post("/playbooks/<playbook>/versions/<version>/send-back")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(VersionSendBackSchema)
@blueprint.response(200, WholeVersionSchema)
def send_version_back(body: Mapping[str, Any], playbook: str, version: str) -> Response:
    """Compliance or legal does not clear it, and says why: it is a draft again."""
    who, found, role = _as_clearer(playbook, version)
    reason, revision = body["reason"], body.get("revision")
    _work(who, lambda work: work.send_back(found.id, role, reason, revision))
    return answer(_whole(playbook, found.id))


@blueprint.post("/playbooks/<playbook>/versions/<version>/publish")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(VersionPublishSchema)
@blueprint.response(200, WholeVersionSchema)
def publish_version(body: Mapping[str, Any], playbook: str, version: str) -> Response:
    """In force from that moment on everywhere; incidents that are open keep what they have.

    A day begins at 00:00 by the clocks of the version's org: the head office's for the whole bank.
    """
    who, directory = writer()
    found = _find(playbook, version)
    if found.org not in publishes_at(current_caller(), directory):
        raise Forbidden
    since = _since(body.get("from_"), directory.orgs[found.org].timezone)
    _work(who, lambda work: work.publish(found.id, since, body.get("revision")))
    return answer(_whole(playbook, found.id))


def _since(given: datetime | date | None, zone: str) -> datetime:
    now = services().clock.now()
    if given is None:
        return now
    if not isinstance(given, datetime):
        if given == now.astimezone(ZoneInfo(zone)).date():
            return now
        given = datetime.combine(given, time.min, ZoneInfo(zone))
    if not now - JUST_NOW <= given <= now + FURTHEST:
        raise Invalid("from", "这个时间已过，或太远。", "This is past, or too far ahead.")
    return max(given.astimezone(UTC), now)


def _require_reader() -> None:
    _, directory = reader()
    if not reads_at(current_caller(), directory):
        raise Forbidden


def _as_clearer(playbook: str, version: str) -> tuple[Person, Version, str]:
    who, directory = writer()
    found = _find(playbook, version)
    role = clearing_role(current_caller(), found, directory)
    if role is None:
        raise Forbidden("只有合规和法务可以审核。", "Compliance and legal alone clear it.")
    return who, found, role


def _seeing(work: Callable[[Connection, Sight], T]) -> T:
    """``work`` in a reader's thread, with what the caller sees at this moment."""
    parts, caller = services(), current_caller()
    directory, shelf, now = parts.world.directory, parts.shelf, parts.clock.now()
    return parts.reader.run(lambda conn: work(conn, sight_of(conn, caller, directory, shelf, now)))


def _find(playbook: str, key: str) -> Version:
    return _seeing(lambda conn, sight: find_version(conn, sight, playbook, key))


def _whole(playbook: str, key: str) -> dict[str, Any]:
    def read(conn: Connection, sight: Sight) -> dict[str, Any]:
        version = find_version(conn, sight, playbook, key)
        return whole_json(version, sight, replaced_by(conn, sight, version))

    return _seeing(read)


def _to_begin_with(playbook: str, org: str, body: Mapping[str, Any]) -> Draft:
    """With what was written; else as the version that is named, or as what holds there."""
    content, given = body.get("content"), body.get("from_")
    if content is not None:
        return Draft(playbook, org, content)

    def read(conn: Connection, sight: Sight) -> Draft:
        key = sight.holds.get((playbook, org)) if given is None else str(given)
        if key is None:
            return Draft(playbook, org, {})
        source = find_version(conn, sight, playbook, key)
        authors = source.authors if source.clear_again_by is None else ()
        return Draft(playbook, org, source.content, authors)

    return _seeing(read)


def _work(who: Person, how: Work) -> Version:
    parts = services()
    directory = parts.world.directory
    actor = actor_of(who)
    version = parts.writer.run(
        lambda batch: how(Library(batch, parts.clock, actor, parts.shelf, directory))
    )
    if version.publish_from is not None or version.kept == "retired":
        parts.world_changed()
    told = readers_of(version.org, directory)
    payload = {"playbook": version.playbook, "version": version.id, "state": version.state}
    parts.send_out([Emission("library", payload, tuple(f"user:{each}" for each in told))])
    return version
