"""Workbooks for tests, written as dealerships write them. All people, numbers and cars are invented."""

import datetime as dt
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

AS_OF = dt.date(2026, 11, 21)
VIN_A, VIN_B, VIN_C = "LGBH52E05AY000001", "LGBH52E07AY000002", "LGBH52E09AY000003"

MODELS_HEADER = ["品牌*", "车型*", "首保里程", "首保月数", "保修里程", "保修月数"]
ROSTER_HEADER = ["工号*", "姓名*", "性别", "部门*", "岗位*", "手机*", "邮箱", "入职日期", "直属上级工号", "状态"]
STOCK_HEADER = [
    "序号",
    "车架号*",
    "车型*",
    "配置",
    "颜色",
    "入库日期*",
    "状态*",
    "库位",
    "钥匙数",
    "合格证",
    "指导价",
    "PDI日期",
]
LEDGER_HEADER = [
    "序号", "交车日期*",
    "客户姓名*", "性别", "联系电话*", "备用电话", "车型*", "颜色", "车架号*", "车牌号", "销售顾问*",
    "购买方式", "保险公司", "首选联系方式", "方便联系时间", "生日", "备注",
]  # fmt: skip
VISITS_HEADER = [
    "工单号*",
    "进厂日期*",
    "车架号*",
    "车牌号",
    "客户姓名",
    "电话",
    "里程",
    "维修类型*",
    "同意回访",
    "服务顾问",
]


def table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "星河汽车", total: bool = True
) -> Path:
    """A form as on paper: title, date, header in row 3, rows from row 4, a total and a signature row below."""
    book = Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append(["填表日期:2026-11-21"])
    sheet.append(list(header))
    count = 0
    for row in rows:
        sheet.append(list(row))
        count += 1
    if total:
        sheet.append(["合计", None, f"{count} 条"])
        sheet.append([None, "制表人:", None, "审核人:"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(header))
    book.save(path)
    return path


def plain(path: Path, rows: Iterable[Sequence[Any]], *, title: str = "Sheet") -> Path:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def ledger_row(**changes: Any) -> list[Any]:
    """One line of the delivery ledger; name a header without its star to change a cell."""
    values = {
        "序号": 1, "交车日期": "2026.10.05", "客户姓名": "李示范", "性别": "女", "联系电话": "138 0000 0001",
        "备用电话": None,
        "车型": "示范一号 ", "颜色": "珠光白", "车架号": VIN_A, "车牌号": "浙B 12345", "销售顾问": "张顾问",
        "购买方式": "全款",
        "保险公司": None, "首选联系方式": "电话", "方便联系时间": "14:00-16:00", "生日": dt.datetime(1990, 1, 19),
        "备注": None,
    }  # fmt: skip
    values |= changes
    return [values[name.rstrip("*")] for name in LEDGER_HEADER]


CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROOT_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    '<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{_RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
WORKBOOK_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def raw(path: Path, sheet_data: Iterable[bytes], *, extra: dict[str, bytes] | None = None) -> Path:
    """A workbook whose sheet holds exactly this XML."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", ROOT_RELATIONS)
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(b'<?xml version="1.0" encoding="UTF-8"?>')
            part.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            for piece in sheet_data:
                part.write(piece)
            part.write(b"</sheetData></worksheet>")
    return path
