"""The form of an upload."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from dealership.workbooks.kinds import kinds


class UploadForm(forms.Form):
    """A workbook, and if the user insists, its kind and the date by which dates in the future are judged."""

    file = forms.FileField(
        label=_("Workbook (.xlsx)"),
        allow_empty_file=True,  # an empty file is refused by the reader, in the reader's words
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm"}),
        error_messages={"required": _("Choose a workbook.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        help_text=_("Found from the header by itself; choose only when it is taken for something else."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Found from the header")),
            *((kind.code, str(kind.title)) for kind in kinds()),
        ]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.WORKBOOK_MAX_BYTES:
            raise forms.ValidationError(
                _(
                    "This workbook has %(megabytes)s MB; at most %(limit)s MB are read. "
                    "Split it into several workbooks."
                ),
                params={
                    "megabytes": f"{file.size / 1048576:.1f}",
                    "limit": f"{settings.WORKBOOK_MAX_BYTES / 1048576:.0f}",
                },
                code="too_large",
            )
        return file
