"""Reading the workbooks that a dealership really has."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from dealership.web import navigation


class WorkbooksConfig(AppConfig):
    name = "dealership.workbooks"
    label = "workbooks"

    def ready(self) -> None:
        # Every app declares its kinds of workbook in resources.py; this app may not import them by name.
        autodiscover_modules("resources")
        navigation.register(
            navigation.Entry(
                label=_("Imports"),
                url_name="import_list",
                icon="file-up",
                capability="import_workbooks",
                order=80,
                group="system",
                also=("import_upload", "import_detail"),
            )
        )
