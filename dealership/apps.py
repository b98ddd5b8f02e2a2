from django.apps import AppConfig


class DealershipConfig(AppConfig):
    """The wiring: management commands that compose several apps."""

    name = "dealership"
    label = "dealership"

    def ready(self) -> None:
        """Make this project's Celery application the current one, so that ``delay()`` finds its broker."""
        import dealership.celery  # noqa: F401
