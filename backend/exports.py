"""Timelines taken out of the house: waiting for the seal, the file itself, and the record of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import gevent
import orjson
from sqlalchemy import Connection, select

from backend.bundle import Case, make_bundle, read_case
from backend.envelope import Envelope
from backend.event_store import append_log
from backend.export_rows import BOM, csv_lines, heading_row, timeline_rows
from backend.export_words import Lang
from backend.problems import NotFound, Problem
from backend.projections import INCIDENTS
from backend.services import Services
from backend.signing import log_key_in
from escalation import events as ev
from escalation.commands import RecordExport
from escalation.events import Actor
from escalation.people import Directory, Person
from escalation.refusal import Forbidden
from escalation.rights import EXPORTERS, Caller, manages, may_export, roles_for, sees
from escalation.timeline import stamp

Format = Literal["json", "csv"]
MEDIA_TYPES: Mapping[str, str] = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
BULK_MEDIA_TYPES: Mapping[str, str] = {**MEDIA_TYPES, "json": "application/x-ndjson"}
_TRIES, _PAUSE = 40, 0.05
"""Two seconds for the sealer, of which it should need one."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file for somebody: its content, and a name that every system can keep."""

    content: bytes
    file_name: str


def export_incident(
    parts: Services, caller: Caller, any_id: str, form: Format, lang: Lang
) -> Exported:
    """One incident as it is sealed now. The export is recorded after what it shows.

    Raises:
        NotFound: there is no such incident, or the caller may not see it.
        Forbidden: the role takes nothing out of the house.
        Problem: 503 ``not-sealed``: the sealer does not answer.
    """
    upto: int | None = None
    for _ in range(_TRIES):
        case, content = parts.reader.run(
            lambda conn: _one(conn, parts, caller, any_id, upto, form, lang)  # noqa: B023  (runs now)
        )
        if content is not None:
            _record(parts, caller, case, form, lang)
            return Exported(content, f"{case.state.number}.{form}")
        upto = case.state.seq
        gevent.sleep(_PAUSE)
    raise Problem(
        503,
        "not-sealed",
        "记录还没有封存好，请稍后再导出。",
        "The record is not sealed yet. Please export again in a moment.",
    )


def _one(
    conn: Connection,
    parts: Services,
    caller: Caller,
    any_id: str,
    upto: int | None,
    form: Format,
    lang: Lang,
) -> tuple[Case, bytes | None]:
    """The case, and its file once it is sealed; in a reader's thread."""
    directory = parts.world.directory
    incident_id = parts.states.resolve(conn, any_id)
    case = incident_id and read_case(conn, incident_id, parts.shelf.of, upto=upto)
    if not case or not sees(caller, case.state, directory):
        raise NotFound
    if not may_export(caller, case.state, directory) or caller.person is None:
        raise Forbidden
    if not case.sealed:
        return case, None
    if form == "json":
        return case, bundle_bytes(parts, case, caller.person)
    rows = timeline_rows(case, directory, lang)
    return case, (BOM + csv_lines([heading_row(lang)]) + csv_lines(rows)).encode()


def bundle_bytes(parts: Services, case: Case, by: Person) -> bytes:
    """The signed bundle as one line of JSON."""
    bundle = make_bundle(
        case,
        by=by,
        at=parts.clock.now(),
        directory=parts.world.directory,
        library=parts.shelf.library,
        key=log_key_in(parts.settings.data),
    )
    return orjson.dumps(bundle)


def _record(parts: Services, caller: Caller, case: Case, form: Format, lang: Lang) -> None:
    command = RecordExport(form, case.state.seq, lang)
    envelope = Envelope(command, caller, parts.clock.new_id(), {}, incident_id=case.state.id)
    parts.send(envelope)


@dataclass(frozen=True, slots=True)
class Period:
    """Which incidents: opened from ``since`` on and before ``until``, at ``org`` or below."""

    since: datetime | None
    until: datetime | None
    org: str | None


def export_many(
    parts: Services, caller: Caller, period: Period, form: Format, lang: Lang
) -> Iterator[bytes]:
    """The incidents of a period that the caller sees and may export, oldest first, streamed.

    The export is on record before the first byte leaves.

    Raises:
        Forbidden: the caller may export nowhere.
    """
    directory, person = parts.world.directory, caller.person
    branches = export_branches(caller, directory)
    if person is None or not branches:
        raise Forbidden
    if period.org is not None:
        branches &= directory.below(period.org)
    found = parts.reader.run(lambda conn: _opened_in(conn, period, branches))
    _record_many(parts, person, period, form, lang)
    return _stream(parts, caller, found, form, lang)


def export_branches(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose incidents the caller may export, if they see them."""
    person = caller.person
    if person is None or caller.device_id is not None:
        return set()
    return {
        org
        for org in directory.orgs
        if manages(person, org, directory) or roles_for(person, org, directory) & EXPORTERS
    }


def _opened_in(conn: Connection, period: Period, branches: set[str]) -> list[str]:
    columns = INCIDENTS.c
    found = select(columns.id).where(columns.branch.in_(branches))
    if period.since is not None:
        found = found.where(columns.opened_at >= period.since)
    if period.until is not None:
        found = found.where(columns.opened_at < period.until)
    return list(conn.execute(found.order_by(columns.opened_at, columns.id)).scalars())


def _record_many(parts: Services, person: Person, period: Period, form: Format, lang: Lang) -> None:
    role, org = next(iter(person.roles), (None, None))
    data = {
        "format": form,
        "lang": lang,
        "from": None if period.since is None else stamp(period.since),
        "to": None if period.until is None else stamp(period.until),
        "org": period.org,
    }
    actor = Actor("user", person.id, person.name, role, org)
    parts.writer.submit(lambda batch: append_log(batch, parts.clock, ev.EXPORT_MADE, actor, data))


def _stream(
    parts: Services, caller: Caller, ids: list[str], form: Format, lang: Lang
) -> Iterator[bytes]:
    if form == "csv":
        yield (BOM + csv_lines([heading_row(lang, number=True)])).encode()
    for incident_id in ids:
        part = parts.reader.run(lambda conn: _part(conn, parts, caller, incident_id, form, lang))  # noqa: B023  (runs now)
        if part:
            yield part


def _part(
    conn: Connection, parts: Services, caller: Caller, incident_id: str, form: Format, lang: Lang
) -> bytes:
    """One incident of many, up to where it is sealed; nothing where it is not for the caller."""
    directory = parts.world.directory
    case = read_case(conn, incident_id, parts.shelf.of, sealed_only=True)
    if case is None or caller.person is None:
        return b""
    if not sees(caller, case.state, directory) or not may_export(caller, case.state, directory):
        return b""
    if form == "json":
        return bundle_bytes(parts, case, caller.person) + b"\n"
    return csv_lines(timeline_rows(case, directory, lang, number=True)).encode()
