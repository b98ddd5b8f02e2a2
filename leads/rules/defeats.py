"""What an application for a defeat must say (DF-01..DF-04, DF-06, DF-07, DF-11)."""

from dataclasses import dataclass

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
    nothing more. A special case (DF-03): its reason, a loss reason, why ours was not chosen, and whom it went to.
    """
    wanted: list[tuple[str, object]] = []
    if claim.kind == "special":
        wanted.append(("special_reason", claim.special_reason.strip()))
    if claim.kind != "bad_number":
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
    in cash has no finance policy."""
    found = []
    if claim.kind == "bought_other" and claim.lost_to == "nobody":
        found.append("lost_to")
    if claim.paid_cash and claim.competitor_finance.strip():
        found.append("competitor_finance")
    return tuple(found)


def shown_grade(*, state: str, grade: str) -> str:
    """The grade as the card shows it: F0 while a defeat waits for the manager (DF-10)."""
    return APPLIED if state == "defeat_applied" else grade
