"""The papers of the file of a car (S3): those of the sale are mandatory, those of the workshop come later (CC-12)."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

PAPERS = [
    ("intention", "客户购车意向表", "Purchase intention form", True),
    ("contract", "新车销售合同", "Sales contract", True),
    ("preparation", "新车准备任务书", "Preparation order of the new car", True),
    ("delivery_check", "交车检查表", "Delivery checklist", True),
    ("invoice", "购车发票复印件", "Copy of the invoice", True),
    ("certificate", "合格证复印件", "Copy of the certificate of conformity", True),
    ("licence", "行驶证复印件", "Copy of the vehicle licence", True),
    ("insurance", "保险单", "Insurance policy", True),
    ("work_order", "维修委托书", "Work order", False),
    ("parts_slip", "备件出库单", "Parts issue slip", False),
    ("settlement", "结算单", "Settlement", False),
    ("test_results", "检测结果", "Test results", False),
]


def fill(apps, schema_editor):
    rows = apps.get_model("orders", "FileDocument").objects
    for position, (code, label_zh, label_en, is_mandatory) in enumerate(PAPERS, start=1):
        rows.create(
            effective_from=FROM,
            code=code,
            label_zh=label_zh,
            label_en=label_en,
            is_mandatory=is_mandatory,
            position=position,
        )


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_customer_files")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
