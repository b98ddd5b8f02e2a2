"""manage.py import_workbook: read a workbook as a dealership has it; a dry run unless --commit."""

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dealership import clock
from dealership.kernel.dates import BadDate, parse_date
from dealership.kernel.errors import Refusal
from dealership.web.terminal import TerminalCommand
from dealership.web.wording import enumeration
from dealership.workbooks.checking import rejections, warnings
from dealership.workbooks.enums import IssueLevel
from dealership.workbooks.issues import Issue
from dealership.workbooks.kinds import Context, kinds
from dealership.workbooks.models import ImportBatch, ImportIssue
from dealership.workbooks.recognising import dealership_in_title, recognise
from dealership.workbooks.services import dry_run, import_now
from staffing.models import Store
from staffing.selectors.stores import UnknownStore, store_called
from staffing.services.stores import create_store

#: What the first store is called by when --store does not say.
FIRST_CODE = "MAIN"


class Command(TerminalCommand):
    help = "Import a workbook (.xlsx). Good rows go in, bad rows are reported. Without --commit nothing is written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the workbook, like 交车台账.xlsx")
        parser.add_argument("--kind", default="", help="found from the header row when not given")
        parser.add_argument(
            "--store",
            default="",
            help="code of the store; not needed when there is only one. Without any store yet the import makes it "
            f"({FIRST_CODE} unless given), with the name in the title of the workbook",
        )
        parser.add_argument("--as-of", help="the date by which dates in the future are judged (default: today)")
        parser.add_argument(
            "--commit", action="store_true", help="write the good rows, as one batch that can be undone"
        )
        parser.add_argument("--json", action="store_true", help="print JSON alone")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["file"]
        if path is None:
            raise _refused(_("Say which workbook, like import_workbook 交车台账.xlsx."))
        kind = options["kind"]
        if kind and kind not in {known.code for known in kinds()}:
            raise _refused(
                _("There is no kind of workbook called “%(kind)s”. There are: %(known)s.")
                % {"kind": kind, "known": enumeration(known.code for known in kinds())}
            )
        if not path.is_file():
            raise _refused(_("There is no file %(path)s.") % {"path": path})
        at = clock.now()
        first: Store | None = None
        try:
            if Store.objects.exists():
                answer = self._imported(_store(options["store"]), path, at, options)
            else:
                # One transaction around the store and the rows: a dry run and a refused file keep no store either.
                with transaction.atomic():
                    first = _first_store(options["store"], path, kind, at)
                    answer = self._imported(first, path, at, options)
                    transaction.set_rollback(not options["commit"])
        except IntegrityError as error:
            raise _refused(_("Somebody else made a store at this moment. Please try again.")) from error
        except Refusal as refusal:
            raise _refused(refusal.sentence(_)) from refusal
        except OSError as error:
            raise _refused(_("%(path)s cannot be read: %(why)s") % {"path": path, "why": error.strerror}) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._tell(answer, first)

    @staticmethod
    def _imported(store: Store, path: Path, at: dt.datetime, options: dict[str, Any]) -> dict[str, Any]:
        """The answer of the import, or of its dry run."""
        as_of = _as_of(options["as_of"], store)
        if options["commit"]:
            with path.open("rb") as content:
                return _answer_of_batch(
                    import_now(
                        content=content,
                        file_name=path.name,
                        store_id=store.pk,
                        as_of=as_of,
                        by=None,
                        at=at,
                        kind=options["kind"],
                    )
                )
        table, counts = dry_run(path, Context(store.pk, as_of, at), kind=options["kind"])
        return {
            "kind": table.kind.code,
            "rows": counts.rows,
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "batch": None,
            "rejected": _listed(rejections(table)),
            "warned": _listed(warnings(table)),
        }

    def _tell(self, answer: dict[str, Any], first: Store | None) -> None:
        if first is not None:
            sentence = (
                _("There is no store yet; a commit makes the first one: %(code)s (%(name)s).")
                if answer["batch"] is None
                else _("The first store was made: %(code)s (%(name)s).")
            )
            self.stdout.write(sentence % {"code": first.code, "name": first.name})
        self.stdout.write(
            _(
                "%(kind)s: %(rows)s rows; %(created)s new, %(updated)s changed, %(unchanged)s unchanged, "
                "%(rejected)s rejected"
            )
            % {**answer, "rejected": len(answer["rejected"])}
        )
        for issue in answer["rejected"]:
            self.stdout.write(_("row %(row)s, %(column)s: %(message)s") % issue)
        for issue in answer["warned"]:
            self.stdout.write(_("row %(row)s, %(column)s (warning): %(message)s") % issue)
        if answer["batch"] is None:
            self.stdout.write(_("Dry run: nothing was written. Add --commit to import the good rows."))


def _refused(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)


def _store(code: str) -> Store:
    if code:
        return store_called(code)
    stores = list(Store.objects.order_by("code", "pk"))
    if len(stores) > 1:
        raise _refused(
            _("There are several stores; say which with --store: %(known)s.")
            % {"known": enumeration(store.code for store in stores)}
        )
    return stores[0]


def _first_store(code: str, path: Path, kind: str, at: dt.datetime) -> Store:
    """The store of an installation that has none: by the code given, with the name that the workbook's title gives."""
    code = code.strip() or FIRST_CODE
    if len(code) > (Store._meta.get_field("code").max_length or 0):
        raise UnknownStore(code=code, known="–")
    found = recognise(path, kind=kind, max_bytes=settings.WORKBOOK_MAX_BYTES, max_rows=settings.WORKBOOK_MAX_ROWS)
    return create_store(code=code, name=dealership_in_title(found) or code, by=None, at=at)


def _as_of(text: str | None, store: Store) -> dt.date:
    if text is None:
        return clock.today(store.tz)
    try:
        return parse_date(text)
    except BadDate as refused:
        raise _refused(refused.sentence(_)) from refused


def _listed(issues: Iterable[Issue | ImportIssue]) -> list[dict[str, Any]]:
    return [
        {"row": issue.row, "column": issue.column, "reason": str(issue.reason), "message": issue.sentence}
        for issue in issues
    ]


def _answer_of_batch(batch: ImportBatch) -> dict[str, Any]:
    issues = list(batch.issues.order_by("row", "pk"))
    return {
        "kind": batch.kind,
        "rows": batch.rows,
        "created": batch.created,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "batch": str(batch.pk),
        "rejected": _listed(issue for issue in issues if issue.level == IssueLevel.REJECTED),
        "warned": _listed(issue for issue in issues if issue.level == IssueLevel.WARNED),
    }
