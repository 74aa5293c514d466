import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import crypto.fields
from audit.triggers import versioned


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0005_channels"),
        ("referral", "0017_arrival"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="historicaltask",
            name="kind",
            field=crypto.fields.CodeField(
                choices=[
                    ("take_in_report", "Take in a report"),
                    ("call_back", "Safety call-back"),
                    ("hand_over", "Hand-over"),
                    ("onward", "Further referral proposed"),
                    ("redirect", "Find another provider"),
                    ("countersign", "Countersign a legal ground"),
                    ("age_decision", "Decide the age"),
                    ("title_missing", "Obtain a custody title"),
                    ("confirm_title", "Confirm a custody title"),
                    ("objection", "Objection of a child or guardian"),
                    ("safe_once", "Say when the person is safe"),
                    ("outcome_call", "Ask for the outcome"),
                    ("call_desk", "Telephone the desk"),
                    ("next_candidate", "Ask the next organisation"),
                    ("duty_call", "Telephone: nobody has confirmed"),
                    ("title_ends", "The custody title ends"),
                    ("stay_ends", "The stay in the centre ends"),
                    ("reflection_ends", "The reflection period ends"),
                    ("reassess_risk", "Assess the risk again"),
                    ("review_ground", "Review a legal ground"),
                    ("renew_consent", "Renew a consent that ends"),
                    ("follow_up", "Ask how the person is"),
                    ("lawyer", "Find a lawyer"),
                    ("accompany", "Go with the person to the appointment"),
                    ("decision", "Decision of a case conference"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=crypto.fields.CodeField(
                choices=[
                    ("take_in_report", "Take in a report"),
                    ("call_back", "Safety call-back"),
                    ("hand_over", "Hand-over"),
                    ("onward", "Further referral proposed"),
                    ("redirect", "Find another provider"),
                    ("countersign", "Countersign a legal ground"),
                    ("age_decision", "Decide the age"),
                    ("title_missing", "Obtain a custody title"),
                    ("confirm_title", "Confirm a custody title"),
                    ("objection", "Objection of a child or guardian"),
                    ("safe_once", "Say when the person is safe"),
                    ("outcome_call", "Ask for the outcome"),
                    ("call_desk", "Telephone the desk"),
                    ("next_candidate", "Ask the next organisation"),
                    ("duty_call", "Telephone: nobody has confirmed"),
                    ("title_ends", "The custody title ends"),
                    ("stay_ends", "The stay in the centre ends"),
                    ("reflection_ends", "The reflection period ends"),
                    ("reassess_risk", "Assess the risk again"),
                    ("review_ground", "Review a legal ground"),
                    ("renew_consent", "Renew a consent that ends"),
                    ("follow_up", "Ask how the person is"),
                    ("lawyer", "Find a lawyer"),
                    ("accompany", "Go with the person to the appointment"),
                    ("decision", "Decision of a case conference"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="CaseConference",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("held_at", models.DateTimeField(verbose_name="held at")),
                (
                    "organisations",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None, verbose_name="organisations"
                    ),
                ),
                ("heard", crypto.fields.SealedJSONField(verbose_name="what each could hear")),
                (
                    "attendance",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="who was there"
                    ),
                ),
                (
                    "view",
                    crypto.fields.SealedTextField(
                        padding="long", secret=True, verbose_name="what the person wishes"
                    ),
                ),
                (
                    "record",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", secret=True, verbose_name="record"
                    ),
                ),
                ("written_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conferences",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "case conference",
                "ordering": ["-held_at"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalServiceQuestion",
            fields=[
                ("history_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(editable=False)),
                (
                    "history_type",
                    crypto.fields.CodeField(
                        choices=[("+", "created"), ("~", "changed"), ("-", "deleted")],
                        editable=False,
                        max_length=1,
                    ),
                ),
                ("history_by", models.UUIDField(editable=False, null=True)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("service", crypto.fields.CodeField(max_length=60, verbose_name="service")),
                ("number", models.PositiveSmallIntegerField(verbose_name="place in the list")),
                (
                    "kind",
                    crypto.fields.CodeField(
                        choices=[
                            ("text", "In words"),
                            ("yes_no", "Yes or no"),
                            ("date", "A date"),
                            ("choice", "One of several answers"),
                        ],
                        max_length=8,
                        verbose_name="how it is answered",
                    ),
                ),
                (
                    "group",
                    crypto.fields.CodeField(
                        choices=[
                            ("identity", "Identity"),
                            ("contact", "Safe contact"),
                            ("needs", "Needs"),
                            ("health", "Health"),
                            ("legal", "Legal situation"),
                            ("narrative", "What happened"),
                            ("children", "Children"),
                            ("documents", "Documents"),
                        ],
                        max_length=10,
                        verbose_name="shared with",
                    ),
                ),
                ("text_fr", crypto.fields.CodeField(max_length=200, verbose_name="question in French")),
                ("text_en", crypto.fields.CodeField(max_length=200, verbose_name="question in English")),
                ("choices", crypto.fields.CodeTextField(blank=True, verbose_name="answers")),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "historical question of the ministry",
                "verbose_name_plural": "historical question of the ministrys",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_servicequestion_one_history_row",
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="QuestionAnswers",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("answers", crypto.fields.SealedJSONField(verbose_name="answers")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="referral.case"
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="question_answers",
                        to="referral.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "answers to the ministry’s questions",
            },
        ),
        migrations.CreateModel(
            name="ServiceQuestion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("service", crypto.fields.CodeField(max_length=60, verbose_name="service")),
                ("number", models.PositiveSmallIntegerField(verbose_name="place in the list")),
                (
                    "kind",
                    crypto.fields.CodeField(
                        choices=[
                            ("text", "In words"),
                            ("yes_no", "Yes or no"),
                            ("date", "A date"),
                            ("choice", "One of several answers"),
                        ],
                        max_length=8,
                        verbose_name="how it is answered",
                    ),
                ),
                (
                    "group",
                    crypto.fields.CodeField(
                        choices=[
                            ("identity", "Identity"),
                            ("contact", "Safe contact"),
                            ("needs", "Needs"),
                            ("health", "Health"),
                            ("legal", "Legal situation"),
                            ("narrative", "What happened"),
                            ("children", "Children"),
                            ("documents", "Documents"),
                        ],
                        max_length=10,
                        verbose_name="shared with",
                    ),
                ),
                ("text_fr", crypto.fields.CodeField(max_length=200, verbose_name="question in French")),
                ("text_en", crypto.fields.CodeField(max_length=200, verbose_name="question in English")),
                ("choices", crypto.fields.CodeTextField(blank=True, verbose_name="answers")),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "question of the ministry",
                "ordering": ["service", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)),
                        fields=("service", "number"),
                        name="one_question_a_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (1, 10))), name="ten_questions_a_service"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "choice"), ("choices", ""), _connector="XOR"),
                        name="choice_iff_answers_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCaseConference",
            fields=[
                ("history_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(editable=False)),
                (
                    "history_type",
                    crypto.fields.CodeField(
                        choices=[("+", "created"), ("~", "changed"), ("-", "deleted")],
                        editable=False,
                        max_length=1,
                    ),
                ),
                ("history_by", models.UUIDField(editable=False, null=True)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("held_at", models.DateTimeField(verbose_name="held at")),
                (
                    "organisations",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None, verbose_name="organisations"
                    ),
                ),
                ("heard", crypto.fields.SealedJSONField(verbose_name="what each could hear")),
                (
                    "attendance",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="who was there"
                    ),
                ),
                (
                    "view",
                    crypto.fields.SealedTextField(
                        padding="long", secret=True, verbose_name="what the person wishes"
                    ),
                ),
                (
                    "record",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", secret=True, verbose_name="record"
                    ),
                ),
                ("written_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical case conference",
                "verbose_name_plural": "historical case conferences",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_caseconference_one_history_row",
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalJusticeStep",
            fields=[
                ("history_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(editable=False)),
                (
                    "history_type",
                    crypto.fields.CodeField(
                        choices=[("+", "created"), ("~", "changed"), ("-", "deleted")],
                        editable=False,
                        max_length=1,
                    ),
                ),
                ("history_by", models.UUIDField(editable=False, null=True)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "kind",
                    crypto.fields.CodeField(
                        choices=[
                            ("complaint", "Complaint filed"),
                            ("inquiry", "Police inquiry opened"),
                            ("statement", "Statement to the police planned"),
                            ("lawyer", "Lawyer named"),
                            ("prosecution", "Prosecution begun"),
                            ("instruction", "Judicial investigation opened"),
                            ("civil_party", "Joined as civil party"),
                            ("hearing", "Hearing"),
                            ("judgment", "Judgment"),
                            ("appeal", "Appeal"),
                            ("final", "Final decision"),
                            ("compensation", "Compensation claimed"),
                        ],
                        max_length=16,
                        verbose_name="step",
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                (
                    "number",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, verbose_name="case number of the court"
                    ),
                ),
                ("closed_hearing", models.BooleanField(default=False, verbose_name="closed hearing")),
                (
                    "asked_by_person",
                    models.BooleanField(default=False, verbose_name="the person asks for it"),
                ),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "court",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="court or service",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical justice step",
                "verbose_name_plural": "historical justice steps",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_justicestep_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalQuestionAnswers",
            fields=[
                ("history_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(editable=False)),
                (
                    "history_type",
                    crypto.fields.CodeField(
                        choices=[("+", "created"), ("~", "changed"), ("-", "deleted")],
                        editable=False,
                        max_length=1,
                    ),
                ),
                ("history_by", models.UUIDField(editable=False, null=True)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("answers", crypto.fields.SealedJSONField(verbose_name="answers")),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.case",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical answers to the ministry’s questions",
                "verbose_name_plural": "historical answers to the ministry’s questionss",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_questionanswers_one_history_row",
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="JusticeStep",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "kind",
                    crypto.fields.CodeField(
                        choices=[
                            ("complaint", "Complaint filed"),
                            ("inquiry", "Police inquiry opened"),
                            ("statement", "Statement to the police planned"),
                            ("lawyer", "Lawyer named"),
                            ("prosecution", "Prosecution begun"),
                            ("instruction", "Judicial investigation opened"),
                            ("civil_party", "Joined as civil party"),
                            ("hearing", "Hearing"),
                            ("judgment", "Judgment"),
                            ("appeal", "Appeal"),
                            ("final", "Final decision"),
                            ("compensation", "Compensation claimed"),
                        ],
                        max_length=16,
                        verbose_name="step",
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                (
                    "number",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, verbose_name="case number of the court"
                    ),
                ),
                ("closed_hearing", models.BooleanField(default=False, verbose_name="closed hearing")),
                (
                    "asked_by_person",
                    models.BooleanField(default=False, verbose_name="the person asks for it"),
                ),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="justice_steps",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "court",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="court or service",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "justice step",
                "ordering": ["on", "entered_at"],
                "indexes": [models.Index(fields=["court", "on"], name="justice_step_of_court")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", None)),
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="step_confirmed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="step_needs_second_person",
                    ),
                ],
            },
        ),
        *versioned("referral_justicestep", "referral_historicaljusticestep"),
        *versioned("referral_caseconference", "referral_historicalcaseconference"),
        *versioned("referral_servicequestion", "referral_historicalservicequestion"),
        *versioned("referral_questionanswers", "referral_historicalquestionanswers"),
    ]
