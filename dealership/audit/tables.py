"""Small tables of the administration, out and in as workbooks."""

import tempfile
from pathlib import Path
from typing import Any

import tablib
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import XLSX

from dealership import clock
from dealership.audit.admin import AuditedAdmin
from dealership.audit.services import record_act
from dealership.kernel.errors import Refusal
from dealership.workbooks.package import inspect_workbook

MAX_BYTES = 1024 * 1024
MAX_ROWS = 5000


class SmallWorkbook(XLSX):  # type: ignore[misc]
    """A workbook that is looked at before it is opened: no archive bombs, no millions of rows."""

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            file.write(in_stream)
            file.flush()
            try:
                inspect_workbook(Path(file.name), max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
            except Refusal as refusal:
                raise ValueError(refusal.sentence(gettext)) from refusal
        return super().create_dataset(in_stream)


class TableAdmin(ImportExportMixin, AuditedAdmin):  # type: ignore[misc]
    """An editor whose rows also go out and in as a workbook. The library's page of choices for the export carries an
    inline script, which the Content-Security-Policy forbids: the file comes at once."""

    formats = (SmallWorkbook,)
    skip_export_form = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        """A file may name any store: for those who may change the rules of all of them."""
        user: Any = request.user
        return super().has_add_permission(request) and (user.sees_all_stores() or not self.other_stores(user))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(super().has_view_permission(request))

    def export_action(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = super().export_action(request)
        self._act(request, "exported", rows=self.get_export_queryset(request).count())
        return response

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        self._act(request, "imported", **{str(name): count for name, count in result.totals.items() if count})
        response: HttpResponse = super().process_result(result, request)
        return response

    def _act(self, request: HttpRequest, word: str, **data: Any) -> None:
        user: Any = request.user
        code = f"{self.model._meta.model_name}.{word}"
        record_act(code=code, store_ref=user.store_id, by=user, at=clock.now(), data={"in": "admin", **data})
