"""Where recommendations stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from dealership.web.navigation import Entry, register


def register_referrals() -> None:
    """Called once, when the app is ready."""
    register(
        Entry(_("Recommendations"), "referral_list", "heart-handshake", "work_queue", order=29, also=("referral_new",))
    )
