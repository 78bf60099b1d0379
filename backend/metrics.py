"""Prometheus metrics, read from the running parts when asked."""

from collections.abc import Iterable
from datetime import datetime

from flask import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from backend.services import Services
from backend.watching.watch import Watch


class _Parts:
    """Collects from a server's parts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        services = self._services
        yield GaugeMetricFamily(
            "counterbell_sockets", "Open sockets.", value=services.gateway.connected
        )
        yield GaugeMetricFamily(
            "counterbell_writer_waiting", "Jobs before the writer.", value=services.writer.waiting
        )
        yield GaugeMetricFamily(
            "counterbell_deadline_lateness_seconds",
            "How late the last deadline fired.",
            value=services.engine.lateness,
        )
        yield CounterMetricFamily(
            "counterbell_deadlines_fired", "Deadlines fired.", value=services.engine.deadlines_fired
        )
        yield CounterMetricFamily(
            "counterbell_deadlines_parked",
            "Deadlines that failed and were set aside: look at the log.",
            value=services.engine.deadlines_parked,
        )
        yield from self._outbox()
        yield from _watched(services.watch)

    def _outbox(self) -> Iterable[Metric]:
        courier = self._services.engine.courier
        for name, text, counts in (
            ("counterbell_outbox_sent", "Notices that a channel has taken.", courier.sent),
            ("counterbell_outbox_failed", "Tries that a channel did not take.", courier.failed),
        ):
            family = CounterMetricFamily(name, text, labels=["kind"])
            for kind, value in sorted(counts.items()):
                family.add_metric([kind], value)
            yield family
        yield CounterMetricFamily(
            "counterbell_outbox_parked",
            "Notices that failed unexpectedly and were set aside: look at the log.",
            value=courier.parked,
        )


def _watched(watch: Watch) -> Iterable[Metric]:
    """What the server finds out about itself."""
    canary, ping = watch.canary, watch.ping
    for name, says, value in (
        ("wall_clock_offset", "The machine's wall clock is ahead of ours.", watch.clock.offset),
        ("deadlines_lag", "The oldest due deadline has been waiting.", watch.lags.deadlines),
        ("outbox_due_lag", "The oldest due notice has been waiting.", watch.lags.outbox),
        ("seals_lag", "The oldest event without a position.", watch.lags.seals),
        ("canary_round_trip", "The last canary's whole way.", canary.round_trip),
        ("canary_last_success_timestamp", "When one came back.", _since_1970(canary.last_success)),
        ("ping_last_success_timestamp", "When the monitor heard.", _since_1970(ping.last_success)),
    ):
        yield GaugeMetricFamily(f"counterbell_{name}_seconds", says, value=value)
    yield CounterMetricFamily(
        "counterbell_canary_failures", "Canaries that did not come back.", value=canary.failures
    )
    yield CounterMetricFamily(
        "counterbell_incidents_without_deadline",
        "Open incidents that had to be armed anew: look at the log.",
        value=watch.deadlines.breaches,
    )
    yield GaugeMetricFamily(
        "counterbell_outbox_waiting",
        "Notices for channels, still to be taken.",
        value=watch.lags.outbox_waiting,
    )
    yield GaugeMetricFamily(
        "counterbell_deadlines_set_aside",
        "Deadlines that failed and wait for their next try.",
        value=watch.deadlines.parked,
    )


def _since_1970(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()


def metrics_page(services: Services) -> Response:
    """The present values in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Parts(services))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
