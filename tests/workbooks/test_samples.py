"""The sample workbooks that stand beside the contracts: every row as expected.json says.

They are no part of the repository. SAMPLES_DIR names their folder; without it, ../shared/samples is tried.
"""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from staffing.models import Store

FOLDER = Path(os.environ.get("SAMPLES_DIR") or settings.BASE_DIR.parent / "shared" / "samples")
EXPECTED = FOLDER / "expected.json"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not EXPECTED.is_file(), reason="no sample workbooks: set SAMPLES_DIR to their folder"),
]
ORDER = [
    "vehicle_models",
    "staff_roster",
    "stock_list",
    "delivery_ledger",
    "visit_register",
    "lms_leads",
    "service_visits",
    "duty_roster",
]


def run(name: str, *options: str) -> dict[str, Any]:
    out = StringIO()
    as_of = json.loads(EXPECTED.read_text(encoding="utf-8"))["as_of"]
    call_command("import_workbook", str(FOLDER / name), "--as-of", as_of, "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def told(issues: list[dict[str, Any]]) -> set[tuple[int, str, str]]:
    return {(issue["row"], issue["column"], issue["reason"]) for issue in issues}


def test_the_samples_are_met_to_the_row(store: Store) -> None:
    files = json.loads(EXPECTED.read_text(encoding="utf-8"))["files"]
    by_kind = {facts["kind"]: (name, facts) for name, facts in files.items()}

    for kind in ORDER:
        name, facts = by_kind[kind]
        dry, first, again = run(name), run(name, "--commit"), run(name, "--commit")

        accepted = facts["accepted"] if "accepted" in facts else facts["accepted_cells"]
        assert (dry["kind"], dry["batch"], first["created"]) == (kind, None, accepted), name
        assert told(first["rejected"]) == told(facts["rejected"]), name
        assert told(first["warned"]) == told(facts["warned"]), name
        assert {**dry, "batch": first["batch"]} == first, name
        assert first["rows"] == accepted + len(facts["rejected"]), name
        assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, accepted), name


def test_the_bad_samples_are_refused(store: Store) -> None:
    files = json.loads(EXPECTED.read_text(encoding="utf-8"))["files"]
    refused = [name for name, facts in files.items() if facts["kind"] in ("not_a_workbook", "no_known_header")]

    for name in refused:
        with pytest.raises(CommandError) as refusal:
            run(name, "--commit")
        assert refusal.value.returncode == 2, name

    assert len(refused) == 3
