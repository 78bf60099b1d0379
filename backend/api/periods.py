"""A period as people ask for it: moments, or days by the calendar of an org."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from marshmallow import fields

from backend.api.fields import Moment
from escalation.people import Directory
from escalation.refusal import Invalid


class Day(fields.Field[date]):
    """A moment (RFC 3339), or a day by the calendar of the org."""

    def __init__(self, data_key: str) -> None:
        kinds = [{"type": "string", "format": each} for each in ("date-time", "date")]
        super().__init__(data_key=data_key, metadata={"anyOf": kinds})

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> date:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            moment: datetime = Moment()._deserialize(value, attr, data, **more)
            return moment


class Asked(NamedTuple):
    """From ``since`` on and before ``until``, at ``org`` and below; None: no limit."""

    since: datetime | None
    until: datetime | None
    org: str | None
    zone: ZoneInfo


def asked_period(query: Mapping[str, Any], directory: Directory) -> Asked:
    """``since``, ``until`` and ``org`` of a query; a day ``until`` is included.

    Raises:
        Invalid: no such org or day, or an end before its beginning.
    """
    org = query.get("org")
    if org is not None and org not in directory.orgs:
        raise Invalid("org", "没有这个机构。", "There is no such org.")
    here = org or next(each.id for each in directory.orgs.values() if each.parent is None)
    zone = ZoneInfo(directory.orgs[here].timezone)
    since = _moment("from", query.get("since"), zone, timedelta(0))
    until = _moment("to", query.get("until"), zone, timedelta(days=1))
    if since is not None and until is not None and until <= since:
        raise Invalid("to", "结束要晚于开始。", "It must be after “from”.")
    return Asked(since, until, org, zone)


def _moment(field: str, day: date | None, zone: ZoneInfo, later: timedelta) -> datetime | None:
    if day is None or isinstance(day, datetime):
        return day
    try:
        start = datetime.combine(day, time(), zone) + later
        return start.astimezone(tz=ZoneInfo("UTC"))
    except OverflowError as error:
        raise Invalid(field, "没有这一天。", "There is no such day.") from error
