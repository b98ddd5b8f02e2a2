"""What an import leaves in the log: never a customer's number."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customers.models import CustomerPhone
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.services import DatabaseChanged
from orders.signals import deliveries_imported
from staffing.models import Staff
from tests.workbooks.books import LEDGER_HEADER, ledger_row, table

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_a_rival_s_row_is_not_told_with_its_number(
    consultant: Staff, load: Callable[..., ImportBatch], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    number = "+8613800000777"

    def rival(**_news: Any) -> None:
        """The same number a second time, as somebody else's entry at the same moment would be."""
        phone = CustomerPhone.objects.get(number=number)
        CustomerPhone.objects.create(store=phone.store, customer=phone.customer, number=number, reversed="777")

    deliveries_imported.connect(rival)
    try:
        with caplog.at_level(logging.INFO), pytest.raises(DatabaseChanged):
            load(table(tmp_path / "ledger.xlsx", LEDGER_HEADER, [ledger_row(联系电话=number)]))
    finally:
        deliveries_imported.disconnect(rival)

    assert "met a change by somebody else" in caplog.text
    assert "customer_phone_once" in caplog.text
    assert number not in caplog.text
