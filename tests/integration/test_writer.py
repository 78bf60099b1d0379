"""The writer goes on, whatever becomes of one job or one commit."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from sqlalchemy import text

from backend.batch import Batch
from backend.db import make_engine
from backend.problems import Problem
from backend.tables import EventRow
from backend.writer import Writer

PATIENCE = 10


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """One of a database with a table of its own, whose commits can be made to fail."""
    engine = make_engine(f"sqlite:///{tmp_path}/db", writer=True)
    with engine.begin() as conn:
        EventRow.metadata.create_all(conn)
        conn.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        conn.execute(
            text(
                "CREATE TABLE child (id INTEGER PRIMARY KEY,"
                " parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
            )
        )
    made = Writer(engine, lambda *_: None, lambda _: None)
    yield made
    with gevent.Timeout(PATIENCE):
        made.stop()


def _insert(id_: int, parent: int | None = None) -> Callable[[Batch], Any]:
    row = {"id": id_, "parent": parent}
    return lambda batch: batch.conn.execute(text("INSERT INTO child VALUES (:id, :parent)"), row)


def _ids(writer: Writer) -> list[int]:
    return writer.run(
        lambda batch: list(batch.conn.execute(text("SELECT id FROM child")).scalars())
    )


def _raises(error: BaseException) -> Callable[[Batch], Any]:
    def work(_: Batch) -> None:
        raise error

    return work


@pytest.mark.parametrize("hand_over", ["submit", "run"])
def test_a_commit_that_fails_is_undone_and_the_next_one_holds(
    writer: Writer, hand_over: str
) -> None:
    with gevent.Timeout(PATIENCE):
        with pytest.raises(Exception, match="FOREIGN KEY"):
            getattr(writer, hand_over)(_insert(1, parent=99))
        getattr(writer, hand_over)(_insert(2))
        assert _ids(writer) == [2]


@pytest.mark.parametrize("hand_over", ["submit", "run"])
@pytest.mark.parametrize("error", [gevent.Timeout(), SystemExit(), MemoryError(), KeyError("a")])
def test_no_error_of_a_job_ends_the_writer(
    writer: Writer, hand_over: str, error: BaseException
) -> None:
    with gevent.Timeout(PATIENCE):
        with pytest.raises(type(error)):
            getattr(writer, hand_over)(_raises(error))
        assert writer.alive
        getattr(writer, hand_over)(_insert(1))
        assert _ids(writer) == [1]


def test_a_bad_job_among_others_fails_alone(writer: Writer) -> None:
    jobs = [
        gevent.spawn(writer.submit, _insert(each, 99 if each == 2 else None)) for each in (1, 2, 3)
    ]
    gevent.joinall(jobs, timeout=PATIENCE)
    assert [each.successful() for each in jobs] == [True, False, True]
    assert _ids(writer) == [1, 3]


def test_what_waits_when_it_stops_is_written(writer: Writer, tmp_path: Path) -> None:
    jobs = [gevent.spawn(writer.submit, _insert(each)) for each in range(40)]
    gevent.sleep(0)
    with gevent.Timeout(PATIENCE):
        writer.stop()
        gevent.joinall(jobs)
    engine = make_engine(f"sqlite:///{tmp_path}/db")
    with engine.connect() as conn:
        assert list(conn.execute(text("SELECT id FROM child")).scalars()) == list(range(40))
    engine.dispose()


def test_what_comes_after_it_has_stopped_is_refused_at_once(writer: Writer) -> None:
    with gevent.Timeout(PATIENCE):
        writer.stop()
        for hand_over in (writer.submit, writer.run):
            with pytest.raises(Problem, match="stopping"):
                hand_over(_insert(1))
