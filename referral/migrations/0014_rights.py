import uuid

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import crypto.fields
import referral.lifecycle
from audit.triggers import versioned

# A log says what it said: only the key under which a reason lies may change, to a later one of the same scope.
LOG_GUARD = """
CREATE OR REPLACE FUNCTION referral_transition_is_a_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - 'reason') = (to_jsonb(OLD) - 'reason') AND EXISTS (
            SELECT FROM crypto_datakey former JOIN crypto_datakey latter
                ON latter.scope_kind = former.scope_kind AND latter.scope_id = former.scope_id
                AND latter.version > former.version
            WHERE former.id = encode(substring(OLD.reason FROM 4 FOR 16), 'hex')::uuid
                AND latter.id = encode(substring(NEW.reason FROM 4 FOR 16), 'hex')::uuid
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a transition is never changed or removed: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
"""
LOG_GUARD_BEFORE = """
CREATE OR REPLACE FUNCTION referral_transition_is_a_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a transition is never changed or removed: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0005_channels"),
        ("referral", "0013_consent_talk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "reason",
                    crypto.fields.CodeField(
                        choices=[
                            ("retention", "The time for which it is kept is over"),
                            ("request", "The person asks for it"),
                            ("error", "The file was opened by mistake"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("first_at", models.DateTimeField(blank=True, null=True)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "erasure",
            },
        ),
        migrations.CreateModel(
            name="HistoricalErasure",
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
                    "reason",
                    crypto.fields.CodeField(
                        choices=[
                            ("retention", "The time for which it is kept is over"),
                            ("request", "The person asks for it"),
                            ("error", "The file was opened by mistake"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("first_at", models.DateTimeField(blank=True, null=True)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "historical erasure",
                "verbose_name_plural": "historical erasures",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalLegalHold",
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
                ("reason", crypto.fields.SealedTextField(padding="long", verbose_name="reason")),
                ("set_at", models.DateTimeField(verbose_name="since")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted at")),
            ],
            options={
                "verbose_name": "historical legal hold",
                "verbose_name_plural": "historical legal holds",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRetentionTerm",
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
                            ("child", "Closed file of a child, counted from majority"),
                            ("adult", "Closed file of an adult, counted from the closure"),
                            (
                                "not_a_victim",
                                "Closed because the person is not a victim, counted from the closure",
                            ),
                        ],
                        db_index=True,
                        max_length=16,
                        verbose_name="kind of file",
                    ),
                ),
                ("years", models.PositiveSmallIntegerField(verbose_name="years")),
            ],
            options={
                "verbose_name": "historical retention",
                "verbose_name_plural": "historical retentions",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRightsRequest",
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
                            ("access", "Access: what is held, who has seen it"),
                            ("correction", "Correction"),
                            ("objection", "Objection to a use"),
                            ("erasure", "Erasure"),
                        ],
                        max_length=12,
                        verbose_name="what is asked for",
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                (
                    "identified",
                    crypto.fields.CodeField(
                        choices=[
                            ("known", "Known to the worker, in person"),
                            ("document", "By an identity document"),
                            ("called_back", "Called back by the safe contact"),
                            ("guardian", "Through the legal guardian, whose title was seen"),
                            ("lawyer", "Through a lawyer, whose mandate was seen"),
                        ],
                        max_length=12,
                        verbose_name="how the person was identified",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="to be answered by")),
                (
                    "note",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="what was said"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                (
                    "result",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("granted", "Done as asked"),
                            ("partly", "Done in part"),
                            ("refused", "Refused, with the reason told"),
                            ("withdrawn", "Taken back by the person"),
                        ],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                (
                    "answer",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="what was answered"
                    ),
                ),
            ],
            options={
                "verbose_name": "historical request of the person",
                "verbose_name_plural": "historical request of the persons",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("reason", crypto.fields.SealedTextField(padding="long", verbose_name="reason")),
                ("set_at", models.DateTimeField(verbose_name="since")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted at")),
            ],
            options={
                "verbose_name": "legal hold",
            },
        ),
        migrations.CreateModel(
            name="RetentionTerm",
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
                            ("child", "Closed file of a child, counted from majority"),
                            ("adult", "Closed file of an adult, counted from the closure"),
                            (
                                "not_a_victim",
                                "Closed because the person is not a victim, counted from the closure",
                            ),
                        ],
                        max_length=16,
                        unique=True,
                        verbose_name="kind of file",
                    ),
                ),
                ("years", models.PositiveSmallIntegerField(verbose_name="years")),
            ],
            options={
                "verbose_name": "retention",
            },
        ),
        migrations.CreateModel(
            name="RightsRequest",
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
                            ("access", "Access: what is held, who has seen it"),
                            ("correction", "Correction"),
                            ("objection", "Objection to a use"),
                            ("erasure", "Erasure"),
                        ],
                        max_length=12,
                        verbose_name="what is asked for",
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                (
                    "identified",
                    crypto.fields.CodeField(
                        choices=[
                            ("known", "Known to the worker, in person"),
                            ("document", "By an identity document"),
                            ("called_back", "Called back by the safe contact"),
                            ("guardian", "Through the legal guardian, whose title was seen"),
                            ("lawyer", "Through a lawyer, whose mandate was seen"),
                        ],
                        max_length=12,
                        verbose_name="how the person was identified",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="to be answered by")),
                (
                    "note",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="what was said"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                (
                    "result",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("granted", "Done as asked"),
                            ("partly", "Done in part"),
                            ("refused", "Refused, with the reason told"),
                            ("withdrawn", "Taken back by the person"),
                        ],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                (
                    "answer",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="what was answered"
                    ),
                ),
            ],
            options={
                "verbose_name": "request of the person",
            },
        ),
        migrations.RemoveConstraint(
            model_name="case",
            name="case_closed_iff_stamped",
        ),
        migrations.AddField(
            model_name="case",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="erased at"),
        ),
        migrations.AddField(
            model_name="historicalcase",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="erased at"),
        ),
        migrations.AlterField(
            model_name="case",
            name="state",
            field=referral.lifecycle.StateField(
                choices=[
                    ("signaled", "Reported"),
                    ("screening", "Screening"),
                    ("protected", "Immediate protection"),
                    ("closed", "Closed"),
                    ("archived", "Archived, erased"),
                ],
                default="signaled",
                max_length=16,
                protected=True,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="historicalcase",
            name="state",
            field=referral.lifecycle.StateField(
                choices=[
                    ("signaled", "Reported"),
                    ("screening", "Screening"),
                    ("protected", "Immediate protection"),
                    ("closed", "Closed"),
                    ("archived", "Archived, erased"),
                ],
                default="signaled",
                max_length=16,
                protected=True,
                verbose_name="status",
            ),
        ),
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
                    ("answer_request", "Answer a request of the person"),
                    ("decide_erasure", "Decide on an erasure"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="historicalterm",
            name="clock",
            field=crypto.fields.CodeField(
                choices=[
                    ("acknowledge", "Acknowledge a referral"),
                    ("decide", "Decide on a referral"),
                    ("answer", "Answer the questions of a desk"),
                    ("draft", "Send a draft, or throw it away"),
                    ("arrival_grace", "Record an arrival after the expected time"),
                    ("call_back", "Call back after a non-arrival"),
                    ("review", "Review a service that goes on"),
                    ("telephone_hold", "Confirm a place promised by telephone"),
                    ("extract", "Hand the person over after an end"),
                    ("countersign", "Countersign a legal ground"),
                    ("age_decision", "Decide an unknown age"),
                    ("objection", "Decide on an objection"),
                    ("consent", "Ask again for consent"),
                    ("title_missing", "Obtain or confirm a custody title"),
                    ("requisition", "Requisition of a child"),
                    ("stay", "Stay in a first reception centre"),
                    ("reflection", "Reflection period"),
                    ("reassess_critical", "Assess a critical risk again"),
                    ("reassess_high", "Assess a high or unknown risk again"),
                    ("reassess_medium", "Assess a medium risk again"),
                    ("reassess_low", "Assess a low risk again"),
                    ("ground_review", "Review a legal ground"),
                    ("follow_up_1", "First follow-up"),
                    ("follow_up_2", "Second follow-up"),
                    ("follow_up_3", "Third follow-up"),
                    ("follow_up_4", "Last follow-up"),
                    ("rights", "Answer a request of the person about her or his data"),
                ],
                max_length=24,
                verbose_name="deadline",
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
                    ("answer_request", "Answer a request of the person"),
                    ("decide_erasure", "Decide on an erasure"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="term",
            name="clock",
            field=crypto.fields.CodeField(
                choices=[
                    ("acknowledge", "Acknowledge a referral"),
                    ("decide", "Decide on a referral"),
                    ("answer", "Answer the questions of a desk"),
                    ("draft", "Send a draft, or throw it away"),
                    ("arrival_grace", "Record an arrival after the expected time"),
                    ("call_back", "Call back after a non-arrival"),
                    ("review", "Review a service that goes on"),
                    ("telephone_hold", "Confirm a place promised by telephone"),
                    ("extract", "Hand the person over after an end"),
                    ("countersign", "Countersign a legal ground"),
                    ("age_decision", "Decide an unknown age"),
                    ("objection", "Decide on an objection"),
                    ("consent", "Ask again for consent"),
                    ("title_missing", "Obtain or confirm a custody title"),
                    ("requisition", "Requisition of a child"),
                    ("stay", "Stay in a first reception centre"),
                    ("reflection", "Reflection period"),
                    ("reassess_critical", "Assess a critical risk again"),
                    ("reassess_high", "Assess a high or unknown risk again"),
                    ("reassess_medium", "Assess a medium risk again"),
                    ("reassess_low", "Assess a low risk again"),
                    ("ground_review", "Review a legal ground"),
                    ("follow_up_1", "First follow-up"),
                    ("follow_up_2", "Second follow-up"),
                    ("follow_up_3", "Third follow-up"),
                    ("follow_up_4", "Last follow-up"),
                    ("rights", "Answer a request of the person about her or his data"),
                ],
                max_length=24,
                verbose_name="deadline",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("state__in", ["archived", "closed"])),
                    models.Q(
                        models.Q(("state__in", ["archived", "closed"]), _negated=True), ("closed_at", None)
                    ),
                    _connector="OR",
                ),
                name="case_closed_iff_stamped",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "archived"), ("erased_at", None), _connector="XOR"),
                name="case_archived_iff_erased",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="erasures",
                to="referral.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="first_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="refused_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="second_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalerasure",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalerasure",
            name="case",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="referral.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="historicalerasure",
            name="first_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalerasure",
            name="refused_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalerasure",
            name="second_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicallegalhold",
            name="case",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="referral.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="historicallegalhold",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicallegalhold",
            name="set_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="historicalretentionterm",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="referral_retentionterm_one_history_row"
            ),
        ),
        migrations.AddField(
            model_name="historicalrightsrequest",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalrightsrequest",
            name="case",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="referral.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="historicalrightsrequest",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="referral.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionterm",
            constraint=models.CheckConstraint(
                condition=models.Q(("years__range", (1, 30))), name="retention_is_in_years"
            ),
        ),
        migrations.AddField(
            model_name="rightsrequest",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="rightsrequest",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="requests",
                to="referral.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="rightsrequest",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalerasure",
            name="request",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="referral.rightsrequest",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="request",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="erasures",
                to="referral.rightsrequest",
            ),
        ),
        migrations.AddConstraint(
            model_name="historicallegalhold",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="referral_legalhold_one_history_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="historicalrightsrequest",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="referral_rightsrequest_one_history_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)), fields=("case",), name="one_hold_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at", None), ("lifted_by", None)),
                    models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                    _connector="OR",
                ),
                name="hold_lifted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)),
                fields=("case", "kind"),
                name="one_open_request_per_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("answered_by", None), ("result", "")),
                    models.Q(
                        models.Q(("result", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="request_answered_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="historicalerasure",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="referral_erasure_one_history_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None), ("refused_at", None)),
                fields=("case",),
                name="one_open_erasure",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("first_by", None),
                        models.Q(("first_by", models.F("asked_by")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("second_by", None),
                        models.Q(
                            models.Q(("second_by", models.F("asked_by")), _negated=True),
                            models.Q(("second_by", models.F("first_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                ),
                name="erasure_needs_three_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("second_by", None)),
                    models.Q(
                        ("done_at__isnull", False),
                        ("first_by__isnull", False),
                        ("refused_at", None),
                        ("second_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="erased_by_two",
            ),
        ),
        *(
            operation
            for name in ("rightsrequest", "legalhold", "erasure", "retentionterm")
            for operation in versioned(f"referral_{name}", f"referral_historical{name}")
        ),
        migrations.RunSQL(LOG_GUARD, LOG_GUARD_BEFORE),
    ]
