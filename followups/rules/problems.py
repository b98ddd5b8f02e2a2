"""Which class a problem belongs to (质量, 服务, 价格, 配件 …)."""

from collections.abc import Iterable
from dataclasses import dataclass

#: Where nothing fits.
OTHER = "other"


@dataclass(frozen=True)
class ProblemClassRule:
    """A class of problems: the kinds of complaint, topics of questions and single questions that belong to it.

    A question that is named belongs to the class that names it, whatever its topic.
    """

    code: str
    label: str
    complaint_kinds: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()


def class_of_answer(question: str, topic: str, classes: Iterable[ProblemClassRule]) -> str:
    """The class of an answer that raises an alert: by its question, else by the topic of that, else "other"."""
    listed = list(classes)
    by_question = (rule.code for rule in listed if question in rule.questions)
    by_topic = (rule.code for rule in listed if topic in rule.topics)
    return next(by_question, None) or next(by_topic, None) or OTHER


def class_of_complaint(kind: str, classes: Iterable[ProblemClassRule]) -> str:
    """The class of a complaint, by its kind; "other" where no class names it."""
    return next((rule.code for rule in classes if kind in rule.complaint_kinds), OTHER)
