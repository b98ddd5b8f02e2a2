"""What an application for a defeat must say (DF-01..DF-07, DF-11), and whose purchase is too far away (DF-05)."""

import datetime as dt
from dataclasses import dataclass

from leads.rules.policies import LeadRule

#: What the card shows while the manager decides (LG-09, DF-10). No grade of its own: the one before waits below it.
APPLIED = "F0"


@dataclass(frozen=True)
class DefeatClaim:
    """The defeat card (战败卡, F15) as it was filled. Codes are those of leads.enums.

    ``kind`` what it is applied for; ``reasons`` codes of the loss reasons; ``main_reason`` why our car was not chosen;
    the competitor's price in fen; ``proof`` how the applicant knows; ``special_reason`` why a special case is one.
    """

    kind: str
    lost_to: str = ""
    reasons: tuple[str, ...] = ()
    main_reason: str = ""
    competitor_model: str = ""
    competitor_price_fen: int | None = None
    competitor_finance: str = ""
    paid_cash: bool = False
    proof: str = ""
    special_reason: str = ""
    note: str = ""


def missing_on(claim: DefeatClaim) -> tuple[str, ...]:
    """The names of the fields that are still to be filled, in the order of the card.

    Always: the proof. Bought another model (DF-01): the model, its price, its finance policy unless it was paid in
    cash, whom the deal went to, a loss reason, and why ours was not chosen (DF-04). Wrong or empty number (DF-02):
    nothing more. Buys only after more than a year (DF-05): why, in the words of the customer. A special case (DF-03):
    its reason, a loss reason, why ours was not chosen, and whom it went to.
    """
    wanted: list[tuple[str, object]] = []
    if claim.kind == "special":
        wanted.append(("special_reason", claim.special_reason.strip()))
    if claim.kind == "buys_late":
        wanted.append(("main_reason", claim.main_reason.strip()))
    elif claim.kind != "bad_number":
        wanted += [("lost_to", claim.lost_to), ("reasons", claim.reasons), ("main_reason", claim.main_reason.strip())]
    if claim.kind == "bought_other":
        wanted += [
            ("competitor_model", claim.competitor_model.strip()),
            ("competitor_price", claim.competitor_price_fen),
            ("competitor_finance", claim.paid_cash or claim.competitor_finance.strip()),
        ]
    wanted.append(("proof", claim.proof.strip()))
    return tuple(name for name, value in wanted if not value)


def contradictions_on(claim: DefeatClaim) -> tuple[str, ...]:
    """The names of fields that cannot be true together: a car that was bought was bought from somebody; what was paid
    in cash has no finance policy; who buys only in a year has bought nowhere (DF-05)."""
    found = []
    if claim.kind == "buys_late":
        bought = {
            "lost_to": claim.lost_to not in ("", "nobody"),
            "competitor_model": bool(claim.competitor_model.strip()),
            "competitor_price": claim.competitor_price_fen is not None,
        }
        found += [name for name, says_so in bought.items() if says_so]
    if claim.kind == "bought_other" and claim.lost_to == "nobody":
        found.append("lost_to")
    if claim.paid_cash and claim.competitor_finance.strip():
        found.append("competitor_finance")
    return tuple(found)


def is_too_late(buys_on: dt.date | None, *, registered_on: dt.date, rule: LeadRule) -> bool:
    """Whether a purchase is planned so late that the customer is no valid one (无效客户): beyond the policy's days
    after the registration, a year by default (DF-05, RC-06). The wide definition of a defeat: it proposes one, and
    decides nothing."""
    return buys_on is not None and (buys_on - registered_on).days > rule.invalid_after_days


def shown_grade(*, state: str, grade: str) -> str:
    """The grade as the card shows it: F0 while a defeat waits for the manager (DF-10)."""
    return APPLIED if state == "defeat_applied" else grade
