"""A ledger of 20,000 rows, dry run and commit, against reading the same file and COPYing its rows into one table.

Dry run and commit are those of the import page and its workers: the same two service calls.
"""

import datetime as dt
import io
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from bench.data import NOW, TODAY
from bench.measure import Ratio, seconds
from dealership.kernel.vins import check_digit
from dealership.workbooks.services import check_batch, commit_batch, receive_workbook, start_commit
from dealership.workbooks.undoing import undo_batch
from inventory.models import VehicleModel
from orders.models import Delivery
from staffing.enums import Role
from staffing.models import Staff, StaffRole, Store

ROWS = 20_000
HEADER = ["序号", "交车日期*", "客户姓名*", "性别", "联系电话*", "备用电话", "车型*", "颜色", "车架号*", "车牌号", "销售顾问*", "购买方式",
          "保险公司", "首选联系方式", "方便联系时间", "生日", "备注"]  # fmt: skip
ROUNDS = 3


def run() -> Iterator[str]:
    """Three lines: the ratio of the times, the same file once more and undoing, and the most memory that the command
    used."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        _write_ledger(path)
        ours, theirs, dry, again, undone = [], [], [], [], []
        for turn in range(ROUNDS):
            store = _store(f"IMP{turn}")
            batch = _receive(path, store)
            dry.append(seconds(lambda batch=batch: check_batch(batch_id=batch, at=NOW)))
            start_commit(batch_id=batch, by=None, at=NOW)
            ours.append(dry[-1] + seconds(lambda batch=batch: commit_batch(batch_id=batch, at=NOW)))
            count = Delivery.objects.filter(store=store).count()
            if count != ROWS:
                raise SystemExit(f"The import left {count} deliveries instead of {ROWS}.")
            theirs.append(seconds(lambda: _read_and_copy(path)))
            repeated = _receive(path, store)
            again.append(seconds(lambda batch=repeated: check_batch(batch_id=batch, at=NOW)))
            undone.append(seconds(lambda batch=batch: undo_batch(batch_id=batch, by=None, at=NOW)))
        yield Ratio(
            f"ledger of {ROWS:,} rows, dry run and commit",
            "<= 6x",
            statistics.median(ours),
            statistics.median(theirs),
            f"dry run alone {statistics.median(dry) * 1000:.0f} ms",
        ).line()
        yield (
            f"{'the same file once more; undoing the import':<44} "
            f"{statistics.median(again):6.2f} s   {statistics.median(undone):6.2f} s"
        )
        yield f"{'the same from the command: memory':<44} {_peak_megabytes(path):6.0f} MB  goal <= 300 MB"


def _store(code: str) -> Store:
    """A store with forty consultants and the model of the ledger."""
    VehicleModel.objects.get_or_create(brand="示例", name="星途")
    store = Store.objects.create(code=code, name=f"示例·{code}")
    staff = Staff.objects.bulk_create(
        Staff(username=f"{code}-{number}", employee_no=f"DF{number:03}", name=f"顾问{number}", store=store)
        for number in range(40)
    )
    StaffRole.objects.bulk_create(StaffRole(staff=row, role=Role.SALES_CONSULTANT) for row in staff)
    return store


def _receive(path: Path, store: Store) -> int:
    with path.open("rb") as content:
        batch = receive_workbook(content=content, file_name=path.name, store_id=store.pk, as_of=TODAY, by=None, at=NOW)
    return batch.pk


def _write_ledger(path: Path) -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("交车台账")
    sheet.append(["示例店交车台账"])
    sheet.append(HEADER)
    for number in range(ROWS):
        vin = f"LGB{number:05}X0T{number:06}"[:17].ljust(17, "0")
        vin = vin[:8] + check_digit(vin) + vin[9:]
        sheet.append(
            [
                number + 1,
                TODAY - dt.timedelta(days=30 + number % 700),
                f"客户{number}",
                "男" if number % 2 else "女",
                f"138{number:08}",
                "",
                "星途",
                "白",
                vin,
                f"粤B{number:05}",
                f"DF{number % 40:03}",
                "全款",
                "示例保险",
                "电话",
                "10:00-11:30" if number % 3 == 0 else "",
                dt.date(1980, 1, 1) + dt.timedelta(days=number % 9000),
                "",
            ]
        )
    workbook.save(path)


def _read_and_copy(path: Path) -> None:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[2:]
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join(str(cell) for cell in row) + "\n")
    buffer.seek(0)
    columns = ", ".join(f"c{position} text" for position in range(len(HEADER)))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE flat ({columns})")
        cursor.copy_expert("COPY flat FROM STDIN", buffer)  # type: ignore[attr-defined]
        cursor.execute("DROP TABLE flat")


def _peak_megabytes(path: Path) -> float:
    """The largest resident set of `manage.py import_workbook --commit`."""
    store = _store("IMPMEM")
    script = (
        "import resource, sys, django; django.setup();"
        "from django.core.management import call_command;"
        f"call_command('import_workbook', {str(path)!r}, store={store.code!r}, commit=True, json=True, as_of='{TODAY}');"
        "sys.stderr.write(f'peak={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}')"
    )
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, text=True, check=True)
    found = re.search(r"peak=(\d+)", done.stderr)
    assert found is not None
    return int(found.group(1)) / 1024
