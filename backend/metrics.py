"""Prometheus metrics, read from the running parts when asked."""

from collections.abc import Iterable

from flask import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from backend.services import Services


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
        yield GaugeMetricFamily(
            "counterbell_wall_clock_offset_seconds",
            "The machine's wall clock is ahead of the server's own by so much.",
            value=services.engine.clock_watch.offset,
        )


def metrics_page(services: Services) -> Response:
    """The present values in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Parts(services))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
