"""Where cards stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from dealership.web.navigation import Entry, register


def register_greetings() -> None:
    """Called once, when the app is ready."""
    register(Entry(_("Cards"), "greetings", "gift", "see_customers", order=30, also=("greeting_labels",)))
