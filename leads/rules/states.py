"""The life of a lead: which state may follow which."""

from dealership.kernel.transitions import TransitionTable

#: Values of leads.enums.LeadState. A defeat is applied for from an open lead alone (DF-10); a rejected one goes back.
#: Lost and defeated leads can be taken up again (DF-09, DF-13). A cancelled order re-opens its lead. Merging can be
#: undone.
LEAD_TRANSITIONS: TransitionTable[str] = TransitionTable(
    {
        "open": {"defeat_applied", "ordered", "lost", "merged"},
        "defeat_applied": {"open", "defeated"},
        "ordered": {"open", "delivered"},
        "lost": {"open", "merged"},
        "defeated": {"open", "merged"},
        "merged": {"open", "lost", "defeated"},
        "delivered": set(),
    }
)
