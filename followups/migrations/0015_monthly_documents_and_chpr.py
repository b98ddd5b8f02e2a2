"""Monthly reports as documents with measures; the CHPR self-check."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0014_events_and_next_versions"),
        ("staffing", "0002_default_calendar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="month")),
                (
                    "source",
                    models.CharField(
                        choices=[("supervisor", "Supervisor's check"), ("own", "Self-check")],
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("is_latest", models.BooleanField(default=True, verbose_name="the version that counts")),
                ("remark", models.CharField(blank=True, max_length=500, verbose_name="remark")),
                ("signed_at", models.DateTimeField(verbose_name="signed at")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed by",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staffing.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "CHPR check",
                "verbose_name_plural": "CHPR checks",
            },
        ),
        migrations.CreateModel(
            name="CheckMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="No.")),
                ("stage_zh", models.CharField(max_length=64, verbose_name="stage, Chinese")),
                ("stage_en", models.CharField(max_length=64, verbose_name="stage, English")),
                ("text_zh", models.CharField(max_length=200, verbose_name="check point, Chinese")),
                ("text_en", models.CharField(max_length=200, verbose_name="check point, English")),
                ("manual_page", models.CharField(blank=True, max_length=16, verbose_name="page of the manual")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "result",
                    models.CharField(
                        choices=[("good", "Good"), ("medium", "Medium"), ("poor", "Poor")],
                        max_length=8,
                        verbose_name="result",
                    ),
                ),
                ("improvement", models.CharField(blank=True, max_length=300, verbose_name="improvement")),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marks",
                        to="followups.callcheck",
                        verbose_name="CHPR check",
                    ),
                ),
            ],
            options={
                "verbose_name": "judgement of a point",
                "verbose_name_plural": "judgements of points",
            },
        ),
        migrations.CreateModel(
            name="CheckPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("number", models.PositiveSmallIntegerField(verbose_name="No.")),
                ("stage_zh", models.CharField(max_length=64, verbose_name="stage, Chinese")),
                ("stage_en", models.CharField(max_length=64, verbose_name="stage, English")),
                ("text_zh", models.CharField(max_length=200, verbose_name="check point, Chinese")),
                ("text_en", models.CharField(max_length=200, verbose_name="check point, English")),
                ("manual_page", models.CharField(blank=True, max_length=16, verbose_name="page of the manual")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staffing.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "CHPR check point",
                "verbose_name_plural": "CHPR check points",
            },
        ),
        migrations.CreateModel(
            name="MonthlyDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="month")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("3dc", "3DC"),
                            ("7dc", "7DC"),
                            ("service_visits", "Calls after workshop visits"),
                            ("first_service", "First service"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("made", "Waits for the analysis"),
                            ("commented", "Measures are planned"),
                            ("submitted", "Waits for approval"),
                            ("returned", "Returned"),
                            ("approved", "Measures under way"),
                            ("closed", "Closed"),
                        ],
                        default="made",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "comment_role",
                    models.CharField(
                        choices=[
                            ("sales_consultant", "Sales consultant"),
                            ("telesales", "Telesales agent"),
                            ("call_centre_agent", "Call-centre agent"),
                            ("reception", "Receptionist"),
                            ("service_adviser", "Service adviser"),
                            ("sales_supervisor", "Sales supervisor"),
                            ("telesales_supervisor", "Telesales supervisor"),
                            ("call_centre_supervisor", "Call-centre supervisor"),
                            ("sales_manager", "Sales manager"),
                            ("service_manager", "Service manager"),
                            ("general_manager", "General manager"),
                            ("stock_keeper", "Stock keeper"),
                            ("admin", "Administrator"),
                            ("group_manager", "Group manager"),
                        ],
                        max_length=32,
                        verbose_name="answered by",
                    ),
                ),
                ("figures", models.JSONField(verbose_name="figures")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("comment", models.TextField(blank=True, verbose_name="analysis")),
                ("commented_at", models.DateTimeField(blank=True, null=True, verbose_name="commented at")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved at")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "commented_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="commented by",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staffing.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "monthly report",
                "verbose_name_plural": "monthly reports",
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("problem", models.CharField(max_length=300, verbose_name="problem")),
                ("action", models.CharField(max_length=500, verbose_name="measure")),
                (
                    "type",
                    models.CharField(
                        choices=[("corrective", "Corrective measure"), ("preventive", "Preventive measure")],
                        max_length=12,
                        verbose_name="type",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Planned"),
                            ("approved", "Under way"),
                            ("done", "Carried out"),
                            ("effective", "Effective"),
                            ("ineffective", "Without effect"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("written_at", models.DateTimeField(verbose_name="written at")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved at")),
                ("alert_due_at", models.DateTimeField(blank=True, null=True, verbose_name="late from")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="carried out at")),
                ("done_note", models.CharField(blank=True, max_length=500, verbose_name="what was done")),
                ("checked_on", models.DateField(blank=True, null=True, verbose_name="effect checked on")),
                ("effect_note", models.CharField(blank=True, max_length=500, verbose_name="effect")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="checked by",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="followups.measure",
                        verbose_name="in place of",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible person",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="followups.monthlydocument",
                        verbose_name="monthly report",
                    ),
                ),
            ],
            options={
                "verbose_name": "measure",
                "verbose_name_plural": "measures",
            },
        ),
        migrations.CreateModel(
            name="DocumentEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("made", "Report made"),
                            ("commented", "Analysis written"),
                            ("submitted", "Sent to the general manager"),
                            ("returned", "Returned by the general manager"),
                            ("approved", "Approved by the general manager"),
                            ("done", "Measure carried out"),
                            ("effective", "Measure found effective"),
                            ("ineffective", "Measure found without effect"),
                            ("closed", "Report closed"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=600, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="followups.monthlydocument",
                        verbose_name="monthly report",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a monthly report",
                "verbose_name_plural": "steps of monthly reports",
            },
        ),
        migrations.CreateModel(
            name="MonthlyReportPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("3dc", "3DC"),
                            ("7dc", "7DC"),
                            ("service_visits", "Calls after workshop visits"),
                            ("first_service", "First service"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("enabled", models.BooleanField(default=True, verbose_name="made by itself every month")),
                (
                    "comment_role",
                    models.CharField(
                        choices=[
                            ("sales_consultant", "Sales consultant"),
                            ("telesales", "Telesales agent"),
                            ("call_centre_agent", "Call-centre agent"),
                            ("reception", "Receptionist"),
                            ("service_adviser", "Service adviser"),
                            ("sales_supervisor", "Sales supervisor"),
                            ("telesales_supervisor", "Telesales supervisor"),
                            ("call_centre_supervisor", "Call-centre supervisor"),
                            ("sales_manager", "Sales manager"),
                            ("service_manager", "Service manager"),
                            ("general_manager", "General manager"),
                            ("stock_keeper", "Stock keeper"),
                            ("admin", "Administrator"),
                            ("group_manager", "Group manager"),
                        ],
                        max_length=32,
                        verbose_name="answered by",
                    ),
                ),
                ("copy_roles", models.CharField(blank=True, max_length=200, verbose_name="copy to")),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staffing.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "policy of a monthly report",
                "verbose_name_plural": "policies of monthly reports",
            },
        ),
        migrations.CreateModel(
            name="ProblemClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("label_zh", models.CharField(max_length=64, verbose_name="label, Chinese")),
                ("label_en", models.CharField(max_length=64, verbose_name="label, English")),
                ("complaint_kinds", models.CharField(blank=True, max_length=200, verbose_name="kinds of complaint")),
                ("topics", models.CharField(blank=True, max_length=200, verbose_name="topics of questions")),
                ("questions", models.CharField(blank=True, max_length=500, verbose_name="codes of questions")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staffing.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "class of problems",
                "verbose_name_plural": "classes of problems",
            },
        ),
        migrations.AddIndex(
            model_name="callcheck",
            index=models.Index(fields=["store", "month"], name="call_check_month"),
        ),
        migrations.AddConstraint(
            model_name="callcheck",
            constraint=models.UniqueConstraint(
                fields=("person", "month", "source", "version"), name="call_check_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="callcheck",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_latest", True)),
                fields=("person", "month", "source"),
                name="call_check_one_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkmark",
            constraint=models.UniqueConstraint(fields=("sheet", "number"), name="check_mark_once"),
        ),
        migrations.AddConstraint(
            model_name="checkmark",
            constraint=models.CheckConstraint(
                condition=models.Q(("improvement", ""), ("result", "poor"), _negated=True),
                name="check_mark_poor_has_improvement",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.UniqueConstraint(fields=("store", "number", "effective_from"), name="check_point_once"),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("store__isnull", True)),
                fields=("number", "effective_from"),
                name="check_point_once_for_all",
            ),
        ),
        migrations.AddIndex(
            model_name="monthlydocument",
            index=models.Index(fields=["store", "state"], name="monthly_document_state"),
        ),
        migrations.AddConstraint(
            model_name="monthlydocument",
            constraint=models.UniqueConstraint(fields=("store", "month", "kind"), name="monthly_document_once"),
        ),
        migrations.AddIndex(
            model_name="measure",
            index=models.Index(
                condition=models.Q(("alert_due_at__isnull", False), ("state", "approved")),
                fields=["alert_due_at"],
                name="measure_late",
            ),
        ),
        migrations.AddIndex(
            model_name="measure",
            index=models.Index(fields=["responsible", "state"], name="measure_responsible"),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("state", "draft")),
                    models.Q(
                        models.Q(("state", "draft"), _negated=True),
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="measure_approved_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checked_by__isnull", False),
                        ("checked_on__isnull", False),
                        ("state__in", ["effective", "ineffective"]),
                    ),
                    models.Q(
                        models.Q(("state__in", ["effective", "ineffective"]), _negated=True),
                        ("checked_by__isnull", True),
                        ("checked_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="measure_effect_has_its_day",
            ),
        ),
        migrations.AddIndex(
            model_name="documentevent",
            index=models.Index(fields=["document", "at"], name="document_event_line"),
        ),
        migrations.AddConstraint(
            model_name="monthlyreportpolicy",
            constraint=models.UniqueConstraint(fields=("store", "kind", "effective_from"), name="report_policy_once"),
        ),
        migrations.AddConstraint(
            model_name="monthlyreportpolicy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("store__isnull", True)),
                fields=("kind", "effective_from"),
                name="report_policy_once_for_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="problemclass",
            constraint=models.UniqueConstraint(fields=("store", "code", "effective_from"), name="problem_class_once"),
        ),
        migrations.AddConstraint(
            model_name="problemclass",
            constraint=models.UniqueConstraint(
                condition=models.Q(("store__isnull", True)),
                fields=("code", "effective_from"),
                name="problem_class_once_for_all",
            ),
        ),
    ]
