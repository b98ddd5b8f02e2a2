from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dealership.web import navigation


class WebConfig(AppConfig):
    name = "dealership.web"
    label = "web"

    def ready(self) -> None:
        navigation.register(
            navigation.Entry(
                label=_("Administration"),
                url_name="admin:index",
                icon="settings",
                capability="use_admin",
                order=900,
                group="system",
            )
        )
