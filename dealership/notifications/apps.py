from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "dealership.notifications"
    label = "notifications"
    verbose_name = _("Alerts")

    def ready(self) -> None:
        from dealership.notifications.selectors import unread_count
        from dealership.web import navigation
        from dealership.web.context import set_alert_count

        set_alert_count(unread_count)
        navigation.register(navigation.Entry(_("Alerts"), "alert_list", "bell", order=60))
