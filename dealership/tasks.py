"""Background work that composes several apps."""

import logging

from celery import shared_task

from dealership import clock
from dealership.sweeps import sweep as sweep_once

logger = logging.getLogger(__name__)


@shared_task
def sweep() -> dict[str, int]:
    """Every minute: claims, expiries, overdue alerts, the outbox."""
    counts = sweep_once(at=clock.now())
    if any(counts.values()):
        logger.info("sweep %s", counts)
    return counts
