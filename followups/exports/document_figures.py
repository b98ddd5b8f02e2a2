"""The figures of a monthly report as its pages and forms show them: frozen, beside those of now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dealership.web.wording import labelled, shown
from followups.enums_documents import DocumentKind
from followups.selectors.monthly import FIGURES, RATES
from followups.selectors.monthly.first_service import DEFINITIONS


@dataclass(frozen=True)
class FormLine:
    """One line of 《用户电话回访月报表》: a count and, where there is one, its rate, by their places in the JSON."""

    code: str
    label: str | Promise
    definition: str | Promise
    count: tuple[str, ...] = ()
    rate: tuple[str, ...] = ()


def _counted(code: str, rate: str = "") -> FormLine:
    figure = FIGURES[code]
    if not rate:
        return FormLine(code, figure.label, figure.definition, (code,))
    return FormLine(code, figure.label, RATES[rate].definition, (code,), (rate,))


def _served(code: str, rate: str = "") -> FormLine:
    """A line of the first services, by the names and definitions of their report."""
    label, definition = DEFINITIONS[code]
    if not rate:
        return FormLine(code, label, definition, (code,))
    return FormLine(code, label, DEFINITIONS[rate][1], (code,), (rate,))


def _opinion(topic: str) -> FormLine:
    rate = RATES[f"{topic}_satisfied_rate"]
    return FormLine(f"{topic}_satisfied", rate.label, rate.definition, (topic, "satisfied"), (topic, "satisfied_rate"))


_CALLS = (
    _counted("due"),
    _counted("attempted", "attempt_rate"),
    _counted("successful", "success_rate"),
    _counted("on_time", "on_time_rate"),
    _counted("missed"),
    _counted("waiting"),
)
_PROBLEMS = (
    FormLine(
        "named",
        _("Problems named"),
        _("Answers in due calls that raise an alert, each once."),
        ("problems", "named"),
    ),
    FormLine(
        "raised",
        _("Complaints raised"),
        _("Complaints taken down in the due calls; one call can raise two, about the car and about the service."),
        ("problems", "raised"),
    ),
    FormLine(
        "in_time",
        _("Handled in time"),
        _("Complaints closed by the end of their clock ÷ complaints raised."),
        ("problems", "in_time"),
        ("problems", "in_time_rate"),
    ),
)
_LEFT_OUT = (_counted("skipped"), _counted("cancelled"))
LINES: dict[str, tuple[FormLine, ...]] = {
    DocumentKind.THREE_DAY: (
        *_CALLS,
        _opinion("car"),
        _opinion("dealership"),
        _opinion("both"),
        *_PROBLEMS,
        *_LEFT_OUT,
    ),
    DocumentKind.SEVEN_DAY: (*_CALLS, *_PROBLEMS, *_LEFT_OUT),
    DocumentKind.SERVICE_VISITS: (
        *_CALLS,
        FormLine(
            "last_repair",
            _("Satisfied with the last repair"),
            _("Satisfied ÷ answers to the question about the visit as a whole, not ÷ due."),
            ("last_repair", "satisfied"),
            ("last_repair", "satisfied_rate"),
        ),
        *_PROBLEMS,
        *_LEFT_OUT,
    ),
    DocumentKind.FIRST_SERVICE: (
        _served("expected"),
        _served("came", "visit_rate"),
        _served("on_time", "on_time_rate"),
        _served("late"),
        _served("never"),
        _served("too_far"),
        *_PROBLEMS,
    ),
}


@dataclass(frozen=True)
class Shown:
    """A line as it is shown: texts of the frozen figures, and of now where those differ ("" where they do not)."""

    code: str
    label: str
    definition: str
    count: str
    rate: str
    now: str


def figure_lines(kind: str, then: dict[str, Any], now: dict[str, Any] | None = None) -> list[Shown]:
    """The lines of a kind of report. With ``now`` each says what it would say today where that is something else."""
    return [_shown(line, then, now) for line in LINES[kind]]


def raw_lines(kind: str, then: dict[str, Any]) -> list[tuple[FormLine, int | None, float | None]]:
    """(line, count, rate) for a workbook."""
    return [(line, _read(then, line.count), _rate(then, line)) for line in LINES[kind]]


def _shown(line: FormLine, then: dict[str, Any], now: dict[str, Any] | None) -> Shown:
    count, rate = _texts(line, then)
    today = ""
    if now is not None and (texts := _texts(line, now)) != (count, rate):
        today = " · ".join(text for text in texts if text)
    return Shown(line.code, str(line.label), str(line.definition), count, rate, today)


def _texts(line: FormLine, data: dict[str, Any]) -> tuple[str, str]:
    return shown(_read(data, line.count)), shown(_rate(data, line)) if line.rate else ""


def _rate(data: dict[str, Any], line: FormLine) -> float | None:
    found = _read(data, line.rate) if line.rate else None
    return None if found is None else float(found)


def _read(data: dict[str, Any], path: Iterable[str]) -> Any:
    """The value at a path; None where an older snapshot has nothing there."""
    found: Any = data
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


@dataclass(frozen=True)
class QuestionLine:
    """One question: its share of favourable answers (or its mean), over the answers to it alone."""

    text: str
    version: int
    answered: int
    favourable: int | None
    favourable_rate: float | None
    mean: float | None
    alerts: int
    now: str


def question_lines(then: dict[str, Any], now: dict[str, Any] | None = None) -> list[QuestionLine]:
    """The questions of a snapshot; in the reader's language where they are still asked."""
    today = {(entry["code"], entry["version"]): entry for entry in (now or {}).get("questions", ())}
    lines = []
    for entry in then.get("questions", ()):
        present = today.get((entry["code"], entry["version"]))
        changed = present is not None and any(
            present[name] != entry[name] for name in ("answered", "favourable", "mean", "alerts")
        )
        lines.append(
            QuestionLine(
                text=present["text"] if present else entry["text"],
                version=entry["version"],
                answered=entry["answered"],
                favourable=entry["favourable"],
                favourable_rate=entry["favourable_rate"],
                mean=entry["mean"],
                alerts=entry["alerts"],
                now=_question_now(present) if changed and present else "",
            )
        )
    return lines


def _question_now(entry: dict[str, Any]) -> str:
    value = entry["favourable_rate"] if entry["favourable"] is not None else None
    text = shown(value) if entry["favourable"] is not None else f"{entry['mean'] or 0:.2f}"
    return f"{entry['answered']} · {text}"


@dataclass(frozen=True)
class ProblemLine:
    """A class of problems, or a ranked problem."""

    rank: int | None
    text: str
    group: str
    named: int
    complaints: int | None
    answered: int | None
    share: float | None


def class_lines(then: dict[str, Any], now: dict[str, Any] | None = None) -> list[ProblemLine]:
    """Problems by class (各类问题情况)."""
    labels = _labels(then, now)
    return [
        ProblemLine(None, labels[entry["code"]], "", entry["named"], entry["complaints"], None, None)
        for entry in then.get("problems", {}).get("classes", ())
    ]


def ranking_lines(then: dict[str, Any], now: dict[str, Any] | None = None) -> list[ProblemLine]:
    """The problems named most (反映较多的问题)."""
    labels = _labels(then, now)
    texts = {
        (entry["code"], entry["version"]): entry["text"]
        for entry in (*(now or {}).get("questions", ()), *(now or {}).get("problems", {}).get("ranking", ()))
    }
    return [
        ProblemLine(
            rank=entry["rank"],
            text=texts.get((entry["code"], entry["version"]), entry["text"]),
            group=labels.get(entry["class"], entry["class"]),
            named=entry["named"],
            complaints=None,
            answered=entry["answered"],
            share=entry["share"],
        )
        for entry in then.get("problems", {}).get("ranking", ())
    ]


def _labels(then: dict[str, Any], now: dict[str, Any] | None) -> dict[str, str]:
    """The names of the classes: of today in the reader's language, else as they were frozen."""
    both = (then.get("problems", {}).get("classes", ()), (now or {}).get("problems", {}).get("classes", ()))
    return {entry["code"]: entry["label"] for entries in both for entry in entries}


#: What the text of a report does not say already.
_IN_TEXT = ("last_repair", "named", "in_time")


def problem_lines(kind: str, data: dict[str, Any]) -> list[str]:
    """The rest of the form for a terminal: satisfaction with the last repair, problems, the problems named most."""
    lines = [
        labelled(line.label, " · ".join(text for text in _texts(line, data) if text))
        for line in LINES[kind]
        if line.code in _IN_TEXT
    ]
    return lines + [f"{line.rank}. {labelled(line.text, line.named)}" for line in ranking_lines(data)]
