"""The reports there are: apps register theirs from ``AppConfig.ready``, the index shows them all."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class Report:
    """A report of the index. ``by_month``: its page takes ``month`` in the address."""

    label: "str | Promise"
    description: "str | Promise"
    url_name: str
    order: int = 100
    by_month: bool = True


@dataclass(frozen=True)
class ReportLink:
    """A report as the index draws it."""

    report: Report
    href: str


_reports: dict[str, Report] = {}


def register(report: Report) -> None:
    """Add a report; the same url name replaces the earlier one, so that registering twice is harmless."""
    _reports[report.url_name] = report


def registered() -> tuple[ReportLink, ...]:
    """The reports whose pages are installed, in their order."""
    found = []
    for report in sorted(_reports.values(), key=lambda report: (report.order, report.url_name)):
        try:
            found.append(ReportLink(report, reverse(report.url_name)))
        except NoReverseMatch:
            continue
    return tuple(found)
