"""Prometheus metrics, read from the running parts when asked."""

from collections.abc import Iterable

from flask import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from backend.outgoing.outbox import backlog
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
        yield from self._outbox()

    def _outbox(self) -> Iterable[Metric]:
        services, courier = self._services, self._services.engine.courier
        count, oldest = services.reader.run(backlog)
        late = (services.clock.now() - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily(
            "counterbell_outbox_waiting", "Notices for channels, still to be taken.", value=count
        )
        yield GaugeMetricFamily(
            "counterbell_outbox_due_lag_seconds",
            "Since when the oldest notice is due and nobody has claimed it.",
            value=max(late, 0.0),
        )
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


def metrics_page(services: Services) -> Response:
    """The present values in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Parts(services))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
