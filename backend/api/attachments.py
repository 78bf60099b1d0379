"""Attachments of an incident: adding one, listing them, handing one out."""

import errno
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy import Connection, select
from werkzeug.datastructures import FileStorage

from backend.api.answers import answer, decode_cursor, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.fields import Uuid, typed
from backend.api.paging import PageSchema
from backend.api.problem_schemas import problems
from backend.api.shared_schemas import PersonSchema
from backend.api.views import find_visible
from backend.attachments import (
    FileDamaged,
    MediaUnknown,
    Stored,
    extension_of,
    load,
    store,
)
from backend.batch import Batch
from backend.bundle import texts_of
from backend.callers import current_caller, person_or_device
from backend.envelope import Envelope
from backend.event_store import read_events
from backend.problems import DiskFullError, NotFound, Problem
from backend.read_models import person
from backend.services import Services, services
from backend.tables import AttachmentRow
from escalation import events as ev
from escalation.commands import Attach
from escalation.incident import Incident
from escalation.refusal import Invalid
from escalation.rights import Caller, Standing, authorise
from escalation.texts import Typed

blueprint = Blueprint("attachments", __name__, description="Attachments.")

_ROWS = AttachmentRow.__table__
_NO_FILE = ("没有文件。", "There is no file.")
_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "caption": {"type": "string", "minLength": 1, "maxLength": 4000},
                },
            }
        }
    },
}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "The command's id; the same again answers the same again.",
    "schema": {"type": "string", "format": "uuid"},
}
_FILE = {
    "200": {
        "description": "The file.",
        "headers": {"Content-Disposition": {"schema": {"type": "string"}}},
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/*", "audio/*", "application/pdf")
        },
    }
}


class AttachedSchema(Schema):
    """A file beside the incident; its hash stands in the timeline."""

    id = fields.String(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    caption = fields.String(required=True, allow_none=True)


class ListedSchema(AttachedSchema):
    """The same, with who added it and when."""

    filename = fields.String(required=True)
    added_at = fields.String(required=True)
    added_by = fields.Nested(PersonSchema, required=True, allow_none=True)


class AttachmentsSchema(Schema):
    """A page of attachments, oldest first."""

    items = fields.List(fields.Nested(ListedSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


@blueprint.post("/incidents/<incident_id>/attachments")
@person_or_device
@problems(400, 401, 403, 404, 409, 413, 415, 422, 507)
@blueprint.doc(requestBody=_FORM, parameters=[_IDEMPOTENCY_KEY])
@blueprint.response(201, AttachedSchema)
def post_attachment(incident_id: str) -> Response:
    """Add an image, a recording or a PDF of at most 20 MiB; what it is, its bytes say."""
    parts, caller = services(), current_caller()
    state = parts.reader.run(lambda conn: find_visible(conn, parts, caller, incident_id))
    header = request.headers.get("Idempotency-Key")
    command_id = parts.clock.new_id() if header is None else Uuid().deserialize(header)
    _may_attach(parts, caller, state)
    file, caption = _form()
    stored = _stored(parts, file)
    command = Attach(command_id, stored.sha256, stored.media_type, stored.size, caption)
    given = None if caption is None else caption.text
    envelope = Envelope(
        command,
        caller,
        command_id,
        {
            "command": command.name,
            "incident": state.id,
            "data": {"sha256": stored.sha256, "caption": given},
            "person": caller.user_id or f"device:{caller.device_id}",
        },
        incident_id=state.id,
    )
    name = _clean(file.filename)
    parts.writer.submit(
        lambda batch: _attach(parts, batch, envelope, command, name), command_id, state.id
    )
    return answer(_attached(command, given), 201)


def _may_attach(parts: Services, caller: Caller, state: Incident) -> None:
    """Before anything is written to the disk; the write path asks again."""
    now = parts.clock.now()
    standing = Standing(caller, state, parts.world.directory, now, now)
    authorise(standing, Attach("", "", "", 0))


def _form() -> tuple[FileStorage, Typed | None]:
    if request.mimetype != "multipart/form-data":
        raise Problem(
            415,
            "unsupported-media-type",
            "请用 multipart/form-data 发送文件。",
            "Send the file as multipart/form-data.",
        )
    file = request.files.get("file")
    if file is None:
        raise Invalid("file", *_NO_FILE)
    unknown = sorted({*request.files, *request.form} - {"file", "caption"})
    if unknown or "caption" in request.files:
        raise Invalid(
            unknown[0] if unknown else "caption", "没有这一项。", "There is no such field."
        )
    caption = request.form.get("caption")
    if not caption:
        return file, None
    words = typed(caption)
    return file, words if isinstance(words, Typed) else None


def _stored(parts: Services, file: FileStorage) -> Stored:
    try:
        return parts.slow.run(store, parts.settings.data, parts.clock, file.stream)
    except OverflowError as error:
        raise Problem(
            413, "request-entity-too-large", "文件超过 20 MiB。", "The file is over 20 MiB."
        ) from error
    except MediaUnknown as error:
        raise Invalid(
            "file", "只收图片、录音和 PDF。", "Only images, audio and PDF can be attached."
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError from error
        raise


def _attach(
    parts: Services, batch: Batch, envelope: Envelope, command: Attach, filename: str
) -> Any:
    """The event and the row together; the value is the outcome, from which hints go out."""
    outcome = parts.write_path.handle(batch, envelope)
    if outcome.kind != "repeated":
        batch.rows.insert(
            _ROWS,
            {
                "id": command.attachment_id,
                "incident_id": outcome.state.id,
                "sha256": command.sha256,
                "media_type": command.media_type,
                "size": command.size,
                "filename": filename,
            },
        )
    return outcome


def _attached(command: Attach, caption: str | None) -> dict[str, Any]:
    return {
        "id": command.attachment_id,
        "sha256": command.sha256,
        "media_type": command.media_type,
        "size": command.size,
        "caption": caption,
    }


def _clean(filename: str | None) -> str:
    """The last part of a name, without what could break a line or a path."""
    last = (filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable())[:200]


@blueprint.get("/incidents/<incident_id>/attachments")
@person_or_device
@problems(401, 404, 422)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, AttachmentsSchema)
def get_attachments(page: Mapping[str, Any], incident_id: str) -> Response:
    """What was attached, oldest first."""
    parts, caller, limit = services(), current_caller(), page["limit"]
    place = decode_cursor(page.get("cursor"), (int,))

    def read(conn: Connection) -> list[dict[str, Any]]:
        state = find_visible(conn, parts, caller, incident_id)
        return _listed(conn, parts, state, 0 if place is None else place[0], limit + 1)

    found = parts.reader.run(read)
    more = len(found) > limit
    cursor = encode_cursor([found[limit - 1]["seq"]]) if more else None
    items = [{key: row[key] for key in row if key != "seq"} for row in found[:limit]]
    return answer({"items": items, "next_cursor": cursor})


def _listed(
    conn: Connection, parts: Services, state: Incident, after: int, limit: int
) -> list[dict[str, Any]]:
    chain = read_events(conn, state.id)
    added = [
        event for event in chain if event["type"] == ev.ATTACHMENT_ADDED and event["seq"] > after
    ][:limit]
    texts = texts_of(conn, added)
    names = select(_ROWS.c.id, _ROWS.c.filename).where(_ROWS.c.incident_id == state.id)
    filenames = {row.id: row.filename for row in conn.execute(names)}
    return [
        {
            "seq": event["seq"],
            "id": event["data"]["attachment_id"],
            "sha256": event["data"]["sha256"],
            "media_type": event["data"]["media_type"],
            "size": event["data"]["size"],
            "caption": texts[event["data"]["caption"]["sealed"]]["text"]
            if "caption" in event["data"]
            else None,
            "filename": filenames.get(event["data"]["attachment_id"], ""),
            "added_at": event["recorded_at"],
            "added_by": person(parts.world.directory, event["actor"]["id"]),
        }
        for event in added
    ]


@blueprint.get("/incidents/<incident_id>/attachments/<attachment_id>")
@person_or_device
@problems(401, 404, 503)
@blueprint.doc(responses=_FILE)
def get_attachment(incident_id: str, attachment_id: str) -> Response:
    """One file; images may be shown, the rest is for saving."""
    parts, caller = services(), current_caller()

    def read(conn: Connection) -> Any:
        state = find_visible(conn, parts, caller, incident_id)
        mine = (_ROWS.c.id == attachment_id, _ROWS.c.incident_id == state.id)
        row = conn.execute(select(_ROWS).where(*mine)).first()
        if row is None:
            raise NotFound
        return row, state.number

    row, number = parts.reader.run(read)
    try:
        content = parts.slow.run(load, parts.settings.data, row.sha256)
    except FileDamaged as error:
        raise Problem(
            503,
            "attachment-damaged",
            "文件丢失或已损坏，请告诉系统管理员。",
            "The file is missing or damaged. Tell the administrator.",
        ) from error
    shown = "inline" if row.media_type.startswith("image/") else "attachment"
    name = f"{number}-{attachment_id[-8:]}.{extension_of(row.media_type)}"
    response = Response(content, content_type=row.media_type)
    response.headers["Content-Disposition"] = f'{shown}; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
