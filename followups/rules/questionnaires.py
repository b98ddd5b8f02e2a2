"""Writing questionnaires: what a question must have, its choices as people type them, the weak item of a quarter, and
words that beg for full marks. Rules D7-07, D7-12."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.text import folded, squeezed

#: Types whose answers are one of several.
OFFERED = ("satisfaction", "choice")
NUMBERED = ("scale", "number")
SATISFACTION = ("satisfied", "neutral", "dissatisfied")
YES_NO = ("yes", "no")
#: More scores than these find no place on one line of the call screen, nor under ten keys.
LONGEST_SCALE = 11
MOST_CHOICES = 20
_CODE = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_BEGGING = re.compile(
    r"打满分|满分好评|给(?:我们?|个|一个|予)?满分|满分(?:支持|评价|鼓励)|[打给](?:10|十)分"
    r"|full marks|top scores?|(?:10|ten) out of (?:10|ten)|give (?:us|me) (?:a |an )?(?:10|ten)\b",
    re.IGNORECASE,
)


class BadQuestion(BadValue):
    """A question that cannot be asked as it was typed. ``field`` names what is to be mended."""

    code = "bad_question"
    message = N_("This question cannot be asked like this.")

    def __init__(self, field: str, message: str, /, **params: object) -> None:
        super().__init__(message, **params)
        self.field = field


@dataclass(frozen=True)
class QuestionDraft:
    """A question as it is edited; ``options`` are [code|中文|English], as the rows keep them."""

    code: str
    type: str
    options: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    alert_values: tuple[str, ...] = ()
    alert_below: int | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The codes of the answers that the question offers; empty for typed ones."""
        if self.options:
            return tuple(option.split("|", 1)[0] for option in self.options)
        return {"satisfaction": SATISFACTION, "yes_no": YES_NO}.get(self.type, ())


def read_options(typed: str) -> tuple[str, ...]:
    """Choices as people type them, a line each: ``中文|English``, or ``code|中文|English`` to keep a code that answers
    have already. Returns [code|中文|English]. Raises BadQuestion."""
    lines = [line.strip().replace("｜", "|") for line in typed.splitlines() if line.strip()]
    parts = [[part.strip() for part in line.split("|")] for line in lines]
    for line, words in zip(lines, parts, strict=True):
        if len(words) not in (2, 3) or not all(words):
            raise BadQuestion(
                "options",
                N_("“%(line)s” is no choice. Write the Chinese and the English, parted by |."),
                line=line[:40],
            )
    taken = {words[0] for words in parts if len(words) == 3}
    found, number = [], 0
    for words in parts:
        if len(words) == 2:
            number += 1
            while f"choice_{number}" in taken:
                number += 1
            words = [f"choice_{number}", *words]
        elif not _CODE.fullmatch(words[0]):
            raise BadQuestion(
                "options", N_("“%(code)s” is no code: small letters, digits and _, a letter first."), code=words[0][:40]
            )
        found.append(words)
    codes = [words[0] for words in found]
    if len(set(codes)) != len(codes):
        raise BadQuestion("options", N_("Two choices have the same code."))
    return tuple("|".join(words) for words in found)


def checked(draft: QuestionDraft, *, others: Iterable[str]) -> QuestionDraft:
    """The question with nothing in it that its type does not know. ``others`` are the codes of the other questions.

    Raises BadQuestion with the field and a sentence.
    """
    if not _CODE.fullmatch(draft.code):
        raise BadQuestion("code", N_("A code has small letters, digits and _, a letter first."))
    if draft.code in set(others):
        raise BadQuestion("code", N_("Another question of this version has that code."))
    options = draft.options if draft.type in OFFERED else ()
    if draft.type == "choice" and not 2 <= len(options) <= MOST_CHOICES:
        raise BadQuestion("options", N_("A choice needs 2 to %(most)d answers to choose from."), most=MOST_CHOICES)
    if (
        draft.type == "satisfaction"
        and options
        and {option.split("|", 1)[0] for option in options} != set(SATISFACTION)
    ):
        raise BadQuestion("options", N_("Satisfaction has the three answers satisfied, neutral and dissatisfied."))
    numbered = draft.type in NUMBERED
    low, high = (draft.minimum, draft.maximum) if numbered else (None, None)
    if draft.type == "scale":
        low, high = 1 if low is None else low, 10 if high is None else high
    if low is not None and high is not None and low >= high:
        raise BadQuestion("maximum", N_("The highest must be more than the lowest."))
    if draft.type == "scale" and low is not None and high is not None and (low < 0 or high - low >= LONGEST_SCALE):
        raise BadQuestion(
            "maximum", N_("A scale begins at 0 or more and has %(most)d scores at most."), most=LONGEST_SCALE
        )
    below = draft.alert_below if numbered else None
    if below is not None and ((low is not None and below < low) or (high is not None and below > high)):
        raise BadQuestion("alert_below", N_("This score is not among the answers."))
    plain = QuestionDraft(draft.code, draft.type, options, low, high, (), below)
    if unknown := [value for value in draft.alert_values if value not in plain.answers]:
        raise BadQuestion(
            "alert_values",
            N_("“%(value)s” is no answer to this question. Its answers: %(answers)s."),
            value=unknown[0][:40],
            answers=plain.answers or ("–",),
        )
    return QuestionDraft(draft.code, draft.type, options, low, high, draft.alert_values, below)


def next_code(codes: Iterable[str]) -> str:
    """A code for a new question that none of ``codes`` is: q1, q2 …"""
    taken, number = set(codes), 1
    while f"q{number}" in taken:
        number += 1
    return f"q{number}"


def asks_for_full_marks(text: str) -> bool:
    """Whether a text asks the customer for the best score. It falsifies the survey (D7-12): a hint, never a block."""
    return any(_BEGGING.search(form(text)) for form in (folded, squeezed))


@dataclass(frozen=True)
class Item:
    """The answers to one question over a while. ``total`` is the sum of ``answered`` numbers from ``lowest`` to
    ``highest``; of a yes or no and of satisfaction it is the number of favourable answers, from 0 to 1."""

    code: str
    answered: int
    total: float
    lowest: float = 1
    highest: float = 10

    @property
    def level(self) -> float | None:
        """Where the mean lies between the lowest (0) and the highest (1); None without answers."""
        if not self.answered or self.highest <= self.lowest:
            return None
        return (self.total / self.answered - self.lowest) / (self.highest - self.lowest)


def weakest(items: Sequence[Item]) -> Item | None:
    """The item with the lowest level; of equals the one that is asked first. None without answers (D7-07)."""
    judged = [(item.level, place, item) for place, item in enumerate(items) if item.level is not None]
    return min(judged, key=lambda entry: entry[:2])[2] if judged else None


def quarter_start(on: dt.date) -> dt.date:
    """The first day of the quarter that the day lies in."""
    return dt.date(on.year, (on.month - 1) // 3 * 3 + 1, 1)


def next_quarter(on: dt.date) -> dt.date:
    """The first day of the quarter after the one that the day lies in."""
    first = quarter_start(on)
    return dt.date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)


def last_quarter(on: dt.date) -> tuple[dt.date, dt.date]:
    """The first day of the last whole quarter before the one of the day, and the first day after it."""
    until = quarter_start(on)
    return quarter_start(until - dt.timedelta(days=1)), until


def suggested_texts(text_zh: str, text_en: str) -> tuple[str, str]:
    """A further question about a weak item, in Chinese and in English: what is behind the score."""
    return (
        f"关于“{text_zh.rstrip('？?。')[:120]}”，哪一点最需要我们改进？",
        f"About “{text_en.rstrip('?.')[:140]}”: what should we do better first?",
    )
