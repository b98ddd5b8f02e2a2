"""Finding a store by what people call it."""

from dealership.kernel.errors import N_, Refusal
from staffing.models import Store


class UnknownStore(Refusal):
    """No store has the code."""

    message = N_("There is no store %(code)s. There are: %(known)s.")


def store_called(code: str) -> Store:
    """The store with a code, written in capitals or not. Raises UnknownStore, naming those that there are."""
    stores = list(Store.objects.order_by("code", "pk"))
    for store in stores:
        if store.code.casefold() == code.strip().casefold():
            return store
    raise UnknownStore(code=code, known=[store.code for store in stores] or "–")
