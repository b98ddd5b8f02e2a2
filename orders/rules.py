"""Customer files: what one lacks (CC-12), and when all are to be gone through again (CC-14)."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

#: What a file says of a private owner, of a company, and of the car, in the order of the form.
OF_PERSONS = ("name", "gender", "birthday", "occupation", "address", "phone")
OF_COMPANIES = ("name", "company", "address", "phone")
OF_CARS = ("vin", "plate", "engine_no", "insurer")


@dataclass(frozen=True)
class Paper:
    """A paper that belongs into a file."""

    code: str
    label: str
    is_mandatory: bool = True


def stocktake_due_on(last_finished_on: dt.date | None, first_file_on: dt.date | None, *, days: int) -> dt.date | None:
    """The day from which on a stock-take is overdue: ``days`` after the last one was finished, before the first one
    after the oldest file was begun; None without any file."""
    since = last_finished_on or first_file_on
    return since + dt.timedelta(days=days) if since else None


def counted_fields(*, is_company: bool) -> tuple[str, ...]:
    """The fields of a file, of the owner first."""
    return (*(OF_COMPANIES if is_company else OF_PERSONS), *OF_CARS)


def lacking_fields(values: Mapping[str, object], *, is_company: bool) -> tuple[str, ...]:
    """The fields that are empty, in their order."""
    return tuple(name for name in counted_fields(is_company=is_company) if not values.get(name))


def lacking_papers(papers: Iterable[Paper], there: Collection[str]) -> tuple[Paper, ...]:
    """The mandatory papers that are not in the file."""
    return tuple(paper for paper in papers if paper.is_mandatory and paper.code not in there)


def may_take_step(by: int, earlier: Collection[int | None], *, one_person_may: bool) -> bool:
    """Each of the three steps is another person's, unless the policy lets one person take several (CC-12)."""
    return one_person_may or by not in earlier
