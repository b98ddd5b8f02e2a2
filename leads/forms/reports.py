"""What the daily report is asked with."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from dealership.web.fields import DayField
from dealership.web.request import AuthenticatedRequest
from staffing.reports import ReportForm


class DayForm(ReportForm):
    """Which day of which store; without one ``today``. The month is that of the day."""

    on = DayField(label=_("Day"), required=False)
    field_order = ("on", "store", "month")

    @classmethod
    def of(cls, request: AuthenticatedRequest, *, today: dt.date) -> "DayForm":
        """The form of the address."""
        data = {"on": request.GET.get("on") or today.isoformat(), "store": request.GET.get("store", "")}
        return cls(data, user=request.user, today=today)

    def clean_month(self) -> dt.date:
        return (self.cleaned_data.get("on") or self.today).replace(day=1)

    @property
    def day(self) -> dt.date:
        """The day of a valid form."""
        found: dt.date = self.cleaned_data["on"] or self.today
        return found
