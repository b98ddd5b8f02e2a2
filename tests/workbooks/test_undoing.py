"""What undoing an import refuses, seen from rows that know no way back to what they point at."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dealership.workbooks.models import ImportBatch
from dealership.workbooks.undoing import HasDependants, undo_batch
from inventory.models import Vehicle, VehicleModel
from leads.models import ClassChange, CustomerClassification
from leads.services.classes import sweep_classes
from orders.models import Delivery
from staffing.models import Staff
from tests.workbooks.books import LEDGER_HEADER, MODELS_HEADER, ledger_row, table
from tests.workbooks.conftest import AT

Load = Callable[..., ImportBatch]


@pytest.mark.django_db(
    transaction=True, serialized_rollback=True
)  # SQLite looks at foreign keys only when the transaction ends
def test_undoing_a_catalogue_is_refused_while_a_car_is_of_one_of_its_models(
    load: Load, consultant: Staff, tmp_path: Path
) -> None:
    catalogue = load(table(tmp_path / "models.xlsx", MODELS_HEADER, [["示范汽车", "示范二号", 5000, 3, None, None]]))
    load(table(tmp_path / "ledger.xlsx", LEDGER_HEADER, [ledger_row(车型="示范二号")]))

    with pytest.raises(HasDependants) as refused:
        undo_batch(batch_id=catalogue.pk, by=consultant, at=AT)

    catalogue.refresh_from_db()
    assert refused.value.params["what"] == Vehicle._meta.verbose_name
    assert (catalogue.state, VehicleModel.objects.filter(name="示范二号").count()) == ("committed", 1)
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_nightly_classes_keep_no_ledger_from_being_undone(load: Load, consultant: Staff, tmp_path: Path) -> None:
    ledger = load(table(tmp_path / "ledger.xlsx", LEDGER_HEADER, [ledger_row()]))
    sweep_classes(at=AT)
    classed = list(CustomerClassification.objects.values_list("customer_class", flat=True))

    undo_batch(batch_id=ledger.pk, by=consultant, at=AT)

    assert classed == ["base"]
    assert (CustomerClassification.objects.count(), ClassChange.objects.count(), Delivery.objects.count()) == (0, 0, 0)
