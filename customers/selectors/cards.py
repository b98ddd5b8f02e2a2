"""What a customer's card still lacks."""

from customers.enums import CustomerKind
from customers.models import Customer

#: What a caller may add to the card where it is empty (D3-17). Filled fields are changed only after review (CC-13).
CARD_FIELDS = ("gender", "birthday", "occupation", "company", "address", "email", "wechat")


def missing_card_fields(customer: Customer) -> tuple[str, ...]:
    """The names of the fields that are still empty, in the order of the card; ``company`` only of a company."""
    return tuple(
        name
        for name in CARD_FIELDS
        if getattr(customer, name) in (None, "") and (name != "company" or customer.kind == CustomerKind.COMPANY)
    )
