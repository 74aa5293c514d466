import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django_fsm
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import crypto.fields
import referral.lifecycle


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0005_channels"),
        ("referral", "0009_wrong_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="assent",
            field=models.BooleanField(default=False, verbose_name="the child’s own word alone"),
        ),
        migrations.AddField(
            model_name="historicalconsent",
            name="assent",
            field=models.BooleanField(default=False, verbose_name="the child’s own word alone"),
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("reference", crypto.fields.CodeField(max_length=9, unique=True, verbose_name="reference")),
                (
                    "kind",
                    crypto.fields.CodeField(
                        choices=[
                            ("interception", "Interception"),
                            ("rescue", "Rescue"),
                            ("other", "Other arrival"),
                        ],
                        max_length=16,
                        verbose_name="what happened",
                    ),
                ),
                ("occurred_at", models.DateTimeField(verbose_name="when it happened")),
                ("counted", models.PositiveSmallIntegerField(verbose_name="persons counted")),
                (
                    "note",
                    crypto.fields.SealedTextField(blank=True, null=True, padding="long", verbose_name="note"),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "arrival",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("counted__range", (1, 400))), name="arrival_of_somebody"
                    )
                ],
                "indexes": [
                    models.Index(fields=["organisation", "-opened_at"], name="arrival_of_organisation")
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
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
                            ("identity", "Identity paper"),
                            ("custody", "Custody title"),
                            ("medical", "Medical certificate"),
                            ("complaint", "Complaint"),
                            ("consent", "Consent sheet"),
                            ("letter", "Letter"),
                            ("other", "Other paper"),
                        ],
                        max_length=10,
                        verbose_name="what it is",
                    ),
                ),
                (
                    "media_type",
                    crypto.fields.CodeField(
                        choices=[("pdf", "PDF"), ("jpg", "JPEG"), ("png", "PNG")], max_length=4
                    ),
                ),
                ("size", models.PositiveIntegerField()),
                ("digest", crypto.fields.CodeField(max_length=64)),
                (
                    "title",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, secret=True, verbose_name="description"
                    ),
                ),
                (
                    "original_name",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, secret=True, verbose_name="name of the file"
                    ),
                ),
                (
                    "original_place",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, secret=True, verbose_name="where the original lies"
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "removal_reason",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("mistake", "It was put here by mistake"),
                            ("replaced", "Another one takes its place"),
                            ("not_needed", "It is no longer needed"),
                            ("asked", "The person asks for it"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removal_reason", ""), ("removed_at", None), ("removed_by", None)),
                            models.Q(
                                ("removed_at__isnull", False),
                                ("removed_by__isnull", False),
                                models.Q(("removal_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="attachment_removed_by_somebody",
                    )
                ],
                "indexes": [models.Index(fields=["case", "-added_at"], name="attachment_of_case")],
            },
        ),
        migrations.CreateModel(
            name="AttachmentKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("key", crypto.fields.SealedBytesField(secret=True)),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="key",
                        to="referral.attachment",
                    ),
                ),
            ],
            options={
                "verbose_name": "key of an attachment",
            },
        ),
        migrations.CreateModel(
            name="AttachmentSegment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("content", models.BinaryField()),
                (
                    "attachment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="segments",
                        to="referral.attachment",
                    ),
                ),
            ],
            options={
                "verbose_name": "segment of an attachment",
                "constraints": [
                    models.UniqueConstraint(fields=("attachment", "number"), name="one_segment_per_number")
                ],
            },
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
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "language",
                    crypto.fields.CodeField(
                        choices=[("fr", "French"), ("en", "English"), ("wo", "Wolof"), ("ff", "Pulaar")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "listener",
                    crypto.fields.CodeField(
                        choices=[("adult", "An adult"), ("child", "A child")],
                        max_length=5,
                        verbose_name="read to",
                    ),
                ),
                ("introduction", crypto.fields.CodeTextField(blank=True, verbose_name="Introduction")),
                ("agrees", crypto.fields.CodeTextField(blank=True, verbose_name="May we talk")),
                (
                    "purpose",
                    crypto.fields.CodeTextField(blank=True, verbose_name="Why things are written down"),
                ),
                ("uses", crypto.fields.CodeTextField(blank=True, verbose_name="Who may use them, and how")),
                ("research", crypto.fields.CodeTextField(blank=True, verbose_name="Numbers without names")),
                (
                    "access",
                    crypto.fields.CodeTextField(blank=True, verbose_name="Asking for what is written"),
                ),
                ("retention", crypto.fields.CodeTextField(blank=True, verbose_name="How long it is kept")),
                ("withdrawal", crypto.fields.CodeTextField(blank=True, verbose_name="Changing one’s mind")),
                ("identity", crypto.fields.CodeTextField(blank=True, verbose_name="Identity")),
                ("contact", crypto.fields.CodeTextField(blank=True, verbose_name="Safe contact")),
                ("needs", crypto.fields.CodeTextField(blank=True, verbose_name="Needs")),
                ("health", crypto.fields.CodeTextField(blank=True, verbose_name="Health")),
                ("legal", crypto.fields.CodeTextField(blank=True, verbose_name="Legal situation")),
                ("narrative", crypto.fields.CodeTextField(blank=True, verbose_name="What happened")),
                ("children", crypto.fields.CodeTextField(blank=True, verbose_name="Children")),
                ("documents", crypto.fields.CodeTextField(blank=True, verbose_name="Documents")),
                ("validated_at", models.DateTimeField(blank=True, null=True, verbose_name="validated at")),
                (
                    "validated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="validated by",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent text",
                "constraints": [
                    models.UniqueConstraint(fields=("language", "listener"), name="one_consent_text_each"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("validated_at", None), ("validated_by", None)),
                            models.Q(("validated_at__isnull", False), ("validated_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="consent_text_validated_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactCard",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "outcome",
                    crypto.fields.CodeField(
                        choices=[
                            ("offered", "Offered; the person thinks about it"),
                            ("accepted", "Offered, and taken"),
                            ("refused", "Offered, and refused"),
                        ],
                        max_length=8,
                        verbose_name="neutral card",
                    ),
                ),
                (
                    "code",
                    crypto.fields.CodeField(
                        max_length=6, null=True, unique=True, verbose_name="code of the card"
                    ),
                ),
                (
                    "answer",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, secret=True, verbose_name="spoken answer"
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cards", to="referral.case"
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "neutral card",
                "ordering": ["-offered_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code__isnull", False), ("outcome", "accepted")),
                            models.Q(models.Q(("outcome", "accepted"), _negated=True), ("code", None)),
                            _connector="OR",
                        ),
                        name="card_taken_iff_coded",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "accepted"), ("withdrawn_at", None)),
                        fields=("case",),
                        name="one_live_card_per_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "profile",
                    crypto.fields.CodeField(
                        choices=[
                            ("template", "With identities, as the Excel template of the standard (.xlsx)"),
                            ("core", "With identities, the core fields as text (.csv)"),
                            ("deidentified", "Without identities: codes, age bands and years (.csv)"),
                        ],
                        max_length=14,
                        verbose_name="what it holds",
                    ),
                ),
                ("purpose", crypto.fields.SealedTextField(padding="long", verbose_name="purpose")),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("refused", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
                ("rows", models.PositiveIntegerField(blank=True, null=True)),
                ("shortened", models.PositiveIntegerField(blank=True, null=True)),
                ("mark", crypto.fields.CodeField(max_length=12, unique=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "ordering": ["-requested_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="export_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("made_at", None),
                            ("profile", "deidentified"),
                            models.Q(("decided_at__isnull", False), ("refused", False)),
                            _connector="OR",
                        ),
                        name="export_with_identities_was_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at", None), ("until", None)),
                            ("until__gt", models.F("made_at")),
                            _connector="OR",
                        ),
                        name="export_file_expires",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportPart",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("content", crypto.fields.SealedTextField(padding="long")),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="referral.exportrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of an export",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("export", "number"), name="part_once_per_export")
                ],
            },
        ),
        migrations.CreateModel(
            name="FamilyLink",
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
                            ("family", "Of one family"),
                            ("with_adult", "Child and adult of one family"),
                            ("siblings", "Children of one family"),
                        ],
                        max_length=12,
                        verbose_name="family link",
                    ),
                ),
                (
                    "arrival",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="family_links",
                        to="referral.arrival",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="referral.case"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="referral.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "family link",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "other"), name="family_link_once"),
                    models.CheckConstraint(
                        condition=models.Q(("case", models.F("other")), _negated=True),
                        name="family_link_of_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "answer",
                    crypto.fields.CodeField(
                        choices=[
                            ("well", "Reached, and well"),
                            ("needs_help", "Reached, and needs help"),
                            ("in_danger", "In danger, or exploited again"),
                            ("not_reachable", "Not reachable"),
                            ("missing", "Missing: nobody knows where the person is"),
                        ],
                        max_length=16,
                        verbose_name="how the person is",
                    ),
                ),
                ("heard_at", models.DateTimeField(verbose_name="heard at")),
                (
                    "note",
                    crypto.fields.SealedTextField(blank=True, null=True, padding="long", verbose_name="note"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_up",
                        to="referral.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "follow-up",
                "ordering": ["-heard_at", "-recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="GroupReferral",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("reference", crypto.fields.CodeField(max_length=9, unique=True, verbose_name="reference")),
                ("service", crypto.fields.CodeField(max_length=60, verbose_name="service")),
                (
                    "purpose",
                    crypto.fields.CodeField(
                        choices=[
                            ("services", "Receive help"),
                            ("justice", "Police and justice"),
                            ("return", "Return and family"),
                            ("research", "Research without identity"),
                        ],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "urgency",
                    crypto.fields.CodeField(
                        choices=[
                            ("emergency", "Vital emergency"),
                            ("urgent", "Urgent"),
                            ("standard", "Standard"),
                        ],
                        max_length=10,
                        verbose_name="urgency",
                    ),
                ),
                ("size", models.PositiveSmallIntegerField(verbose_name="persons")),
                ("sent_at", models.DateTimeField()),
                (
                    "split_reason",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, verbose_name="why a family is split"
                    ),
                ),
                (
                    "arrival",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="group_referrals",
                        to="referral.arrival",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="referral.groupreferral",
                    ),
                ),
                (
                    "receiving_organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "referring_organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "group referral",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gte", 1)), name="group_of_somebody")
                ],
            },
        ),
        migrations.CreateModel(
            name="Guardian",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "relation",
                    crypto.fields.CodeField(
                        choices=[
                            ("mother", "Mother"),
                            ("father", "Father"),
                            ("relative", "Another member of the family"),
                            ("de_facto", "De facto guardian"),
                            ("master", "Koranic master (marabout)"),
                            ("employer", "Employer, or host family"),
                            ("ad_hoc", "Guardian appointed by a court"),
                            ("other", "Somebody else"),
                        ],
                        max_length=10,
                        verbose_name="relation to the child",
                    ),
                ),
                ("name", crypto.fields.SealedTextField(blank=True, null=True, verbose_name="name")),
                ("phone", crypto.fields.SealedTextField(blank=True, null=True, verbose_name="telephone")),
                ("appointed_on", models.DateField(blank=True, null=True, verbose_name="appointed on")),
                (
                    "standing",
                    crypto.fields.CodeField(
                        choices=[
                            ("not_assessed", "Not assessed yet"),
                            ("assessed_safe", "Assessed: safe for the child"),
                            ("suspected", "Suspected"),
                        ],
                        default="not_assessed",
                        max_length=14,
                        verbose_name="standing",
                    ),
                ),
                (
                    "proposed",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("not_assessed", "Not assessed yet"),
                            ("assessed_safe", "Assessed: safe for the child"),
                            ("suspected", "Suspected"),
                        ],
                        max_length=14,
                        verbose_name="proposed standing",
                    ),
                ),
                (
                    "reason",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="reason"
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                ("added_at", models.DateTimeField(verbose_name="added at")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guardians",
                        to="referral.case",
                        verbose_name="case",
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
                        verbose_name="court",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "guardian",
                "ordering": ["added_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("standing", "assessed_safe"), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="guardian_is_found_safe_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            ("said_by", None),
                            models.Q(("decided_by", models.F("said_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="guardian_needs_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("appointed_on", None), ("court", None)),
                            models.Q(("appointed_on__isnull", False), ("court__isnull", False)),
                            _connector="OR",
                        ),
                        name="guardian_appointed_by_a_court",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("relation", "ad_hoc"), _negated=True),
                            ("appointed_on__isnull", False),
                            _connector="OR",
                        ),
                        name="ad_hoc_guardian_is_appointed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentTalk",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("conversation", models.UUIDField(unique=True, verbose_name="conversation")),
                ("answers", crypto.fields.SealedJSONField(verbose_name="answers")),
                (
                    "assent",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="in the child’s own words"
                    ),
                ),
                ("method", crypto.fields.CodeField(max_length=24, verbose_name="how consent was given")),
                ("language", crypto.fields.CodeField(max_length=8, verbose_name="language")),
                (
                    "witness",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, verbose_name="witness or interpreter"
                    ),
                ),
                (
                    "original",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, verbose_name="where the original lies"
                    ),
                ),
                (
                    "text_version",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="version of the text"),
                ),
                ("held_at", models.DateTimeField(verbose_name="held at")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="talks",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "explained_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="explained by",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referral.consenttext",
                    ),
                ),
                (
                    "guardian",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="talks",
                        to="referral.guardian",
                        verbose_name="guardian who agreed",
                    ),
                ),
            ],
            options={
                "verbose_name": "conversation about consent",
                "ordering": ["-held_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", None), ("text_version", None)),
                            models.Q(("text__isnull", False), ("text_version__isnull", False)),
                            _connector="OR",
                        ),
                        name="talk_names_the_version_read",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalArrival",
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
                ("reference", crypto.fields.CodeField(db_index=True, max_length=9, verbose_name="reference")),
                (
                    "kind",
                    crypto.fields.CodeField(
                        choices=[
                            ("interception", "Interception"),
                            ("rescue", "Rescue"),
                            ("other", "Other arrival"),
                        ],
                        max_length=16,
                        verbose_name="what happened",
                    ),
                ),
                ("occurred_at", models.DateTimeField(verbose_name="when it happened")),
                ("counted", models.PositiveSmallIntegerField(verbose_name="persons counted")),
                (
                    "note",
                    crypto.fields.SealedTextField(blank=True, null=True, padding="long", verbose_name="note"),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical arrival",
                "verbose_name_plural": "historical arrivals",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_arrival_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAttachment",
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
                            ("identity", "Identity paper"),
                            ("custody", "Custody title"),
                            ("medical", "Medical certificate"),
                            ("complaint", "Complaint"),
                            ("consent", "Consent sheet"),
                            ("letter", "Letter"),
                            ("other", "Other paper"),
                        ],
                        max_length=10,
                        verbose_name="what it is",
                    ),
                ),
                (
                    "media_type",
                    crypto.fields.CodeField(
                        choices=[("pdf", "PDF"), ("jpg", "JPEG"), ("png", "PNG")], max_length=4
                    ),
                ),
                ("size", models.PositiveIntegerField()),
                ("digest", crypto.fields.CodeField(max_length=64)),
                (
                    "title",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, secret=True, verbose_name="description"
                    ),
                ),
                (
                    "original_name",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, secret=True, verbose_name="name of the file"
                    ),
                ),
                (
                    "original_place",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, secret=True, verbose_name="where the original lies"
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "removal_reason",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("mistake", "It was put here by mistake"),
                            ("replaced", "Another one takes its place"),
                            ("not_needed", "It is no longer needed"),
                            ("asked", "The person asks for it"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "added_by",
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
                    "removed_by",
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
                "verbose_name": "historical attachment",
                "verbose_name_plural": "historical attachments",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_attachment_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
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
            name="HistoricalConsentTalk",
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
                ("conversation", models.UUIDField(db_index=True, verbose_name="conversation")),
                ("answers", crypto.fields.SealedJSONField(verbose_name="answers")),
                (
                    "assent",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="in the child’s own words"
                    ),
                ),
                ("method", crypto.fields.CodeField(max_length=24, verbose_name="how consent was given")),
                ("language", crypto.fields.CodeField(max_length=8, verbose_name="language")),
                (
                    "witness",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, verbose_name="witness or interpreter"
                    ),
                ),
                (
                    "original",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, verbose_name="where the original lies"
                    ),
                ),
                (
                    "text_version",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="version of the text"),
                ),
                ("held_at", models.DateTimeField(verbose_name="held at")),
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
                    "explained_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="explained by",
                    ),
                ),
                (
                    "guardian",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.guardian",
                        verbose_name="guardian who agreed",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.consenttext",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical conversation about consent",
                "verbose_name_plural": "historical conversation about consents",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_consenttalk_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalConsentText",
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
                    "language",
                    crypto.fields.CodeField(
                        choices=[("fr", "French"), ("en", "English"), ("wo", "Wolof"), ("ff", "Pulaar")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "listener",
                    crypto.fields.CodeField(
                        choices=[("adult", "An adult"), ("child", "A child")],
                        max_length=5,
                        verbose_name="read to",
                    ),
                ),
                ("introduction", crypto.fields.CodeTextField(blank=True, verbose_name="Introduction")),
                ("agrees", crypto.fields.CodeTextField(blank=True, verbose_name="May we talk")),
                (
                    "purpose",
                    crypto.fields.CodeTextField(blank=True, verbose_name="Why things are written down"),
                ),
                ("uses", crypto.fields.CodeTextField(blank=True, verbose_name="Who may use them, and how")),
                ("research", crypto.fields.CodeTextField(blank=True, verbose_name="Numbers without names")),
                (
                    "access",
                    crypto.fields.CodeTextField(blank=True, verbose_name="Asking for what is written"),
                ),
                ("retention", crypto.fields.CodeTextField(blank=True, verbose_name="How long it is kept")),
                ("withdrawal", crypto.fields.CodeTextField(blank=True, verbose_name="Changing one’s mind")),
                ("identity", crypto.fields.CodeTextField(blank=True, verbose_name="Identity")),
                ("contact", crypto.fields.CodeTextField(blank=True, verbose_name="Safe contact")),
                ("needs", crypto.fields.CodeTextField(blank=True, verbose_name="Needs")),
                ("health", crypto.fields.CodeTextField(blank=True, verbose_name="Health")),
                ("legal", crypto.fields.CodeTextField(blank=True, verbose_name="Legal situation")),
                ("narrative", crypto.fields.CodeTextField(blank=True, verbose_name="What happened")),
                ("children", crypto.fields.CodeTextField(blank=True, verbose_name="Children")),
                ("documents", crypto.fields.CodeTextField(blank=True, verbose_name="Documents")),
                ("validated_at", models.DateTimeField(blank=True, null=True, verbose_name="validated at")),
                (
                    "validated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="validated by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical consent text",
                "verbose_name_plural": "historical consent texts",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_consenttext_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalContactCard",
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
                    "outcome",
                    crypto.fields.CodeField(
                        choices=[
                            ("offered", "Offered; the person thinks about it"),
                            ("accepted", "Offered, and taken"),
                            ("refused", "Offered, and refused"),
                        ],
                        max_length=8,
                        verbose_name="neutral card",
                    ),
                ),
                (
                    "code",
                    crypto.fields.CodeField(
                        db_index=True, max_length=6, null=True, verbose_name="code of the card"
                    ),
                ),
                (
                    "answer",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, secret=True, verbose_name="spoken answer"
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
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
                    "offered_by",
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
                "verbose_name": "historical neutral card",
                "verbose_name_plural": "historical neutral cards",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_contactcard_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalExportRequest",
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
                    "profile",
                    crypto.fields.CodeField(
                        choices=[
                            ("template", "With identities, as the Excel template of the standard (.xlsx)"),
                            ("core", "With identities, the core fields as text (.csv)"),
                            ("deidentified", "Without identities: codes, age bands and years (.csv)"),
                        ],
                        max_length=14,
                        verbose_name="what it holds",
                    ),
                ),
                ("purpose", crypto.fields.SealedTextField(padding="long", verbose_name="purpose")),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("refused", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
                ("rows", models.PositiveIntegerField(blank=True, null=True)),
                ("shortened", models.PositiveIntegerField(blank=True, null=True)),
                ("mark", crypto.fields.CodeField(db_index=True, max_length=12)),
                (
                    "decided_by",
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
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "requested_by",
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
                "verbose_name": "historical export",
                "verbose_name_plural": "historical exports",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_exportrequest_one_history_row",
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFamilyLink",
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
                            ("family", "Of one family"),
                            ("with_adult", "Child and adult of one family"),
                            ("siblings", "Children of one family"),
                        ],
                        max_length=12,
                        verbose_name="family link",
                    ),
                ),
                (
                    "arrival",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.arrival",
                    ),
                ),
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
                    "other",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical family link",
                "verbose_name_plural": "historical family links",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_familylink_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFollowUp",
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
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "answer",
                    crypto.fields.CodeField(
                        choices=[
                            ("well", "Reached, and well"),
                            ("needs_help", "Reached, and needs help"),
                            ("in_danger", "In danger, or exploited again"),
                            ("not_reachable", "Not reachable"),
                            ("missing", "Missing: nobody knows where the person is"),
                        ],
                        max_length=16,
                        verbose_name="how the person is",
                    ),
                ),
                ("heard_at", models.DateTimeField(verbose_name="heard at")),
                (
                    "note",
                    crypto.fields.SealedTextField(blank=True, null=True, padding="long", verbose_name="note"),
                ),
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
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical follow-up",
                "verbose_name_plural": "historical follow-ups",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_followup_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalGroupReferral",
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
                ("reference", crypto.fields.CodeField(db_index=True, max_length=9, verbose_name="reference")),
                ("service", crypto.fields.CodeField(max_length=60, verbose_name="service")),
                (
                    "purpose",
                    crypto.fields.CodeField(
                        choices=[
                            ("services", "Receive help"),
                            ("justice", "Police and justice"),
                            ("return", "Return and family"),
                            ("research", "Research without identity"),
                        ],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "urgency",
                    crypto.fields.CodeField(
                        choices=[
                            ("emergency", "Vital emergency"),
                            ("urgent", "Urgent"),
                            ("standard", "Standard"),
                        ],
                        max_length=10,
                        verbose_name="urgency",
                    ),
                ),
                ("size", models.PositiveSmallIntegerField(verbose_name="persons")),
                ("sent_at", models.DateTimeField()),
                (
                    "split_reason",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, verbose_name="why a family is split"
                    ),
                ),
                (
                    "arrival",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.arrival",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.groupreferral",
                    ),
                ),
                (
                    "receiving_organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "referring_organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "sent_by",
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
                "verbose_name": "historical group referral",
                "verbose_name_plural": "historical group referrals",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_groupreferral_one_history_row",
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalGuardian",
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
                    "relation",
                    crypto.fields.CodeField(
                        choices=[
                            ("mother", "Mother"),
                            ("father", "Father"),
                            ("relative", "Another member of the family"),
                            ("de_facto", "De facto guardian"),
                            ("master", "Koranic master (marabout)"),
                            ("employer", "Employer, or host family"),
                            ("ad_hoc", "Guardian appointed by a court"),
                            ("other", "Somebody else"),
                        ],
                        max_length=10,
                        verbose_name="relation to the child",
                    ),
                ),
                ("name", crypto.fields.SealedTextField(blank=True, null=True, verbose_name="name")),
                ("phone", crypto.fields.SealedTextField(blank=True, null=True, verbose_name="telephone")),
                ("appointed_on", models.DateField(blank=True, null=True, verbose_name="appointed on")),
                (
                    "standing",
                    crypto.fields.CodeField(
                        choices=[
                            ("not_assessed", "Not assessed yet"),
                            ("assessed_safe", "Assessed: safe for the child"),
                            ("suspected", "Suspected"),
                        ],
                        default="not_assessed",
                        max_length=14,
                        verbose_name="standing",
                    ),
                ),
                (
                    "proposed",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("not_assessed", "Not assessed yet"),
                            ("assessed_safe", "Assessed: safe for the child"),
                            ("suspected", "Suspected"),
                        ],
                        max_length=14,
                        verbose_name="proposed standing",
                    ),
                ),
                (
                    "reason",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="reason"
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                ("added_at", models.DateTimeField(verbose_name="added at")),
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
                    "court",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="court",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical guardian",
                "verbose_name_plural": "historical guardians",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_guardian_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalImportBatch",
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
                ("count", models.PositiveIntegerField(verbose_name="rows")),
                ("closed", models.PositiveIntegerField(default=0)),
                ("ageless", models.PositiveIntegerField(default=0)),
                ("read_at", models.DateTimeField()),
                ("ordered_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("cleared_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
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
                    "ordered_by",
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
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="case owner",
                    ),
                ),
                (
                    "read_by",
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
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical import",
                "verbose_name_plural": "historical imports",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_importbatch_one_history_row"
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
                    "lifted_by",
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
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "set_by",
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
                "verbose_name": "historical legal hold",
                "verbose_name_plural": "historical legal holds",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_legalhold_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMatchReview",
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
                ("found_at", models.DateTimeField(verbose_name="found")),
                (
                    "likenesses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(max_length=40), size=None
                    ),
                ),
                (
                    "decision",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("same", "The same person"),
                            ("different", "Two different persons"),
                            ("not_sure", "Not sure yet"),
                            ("gone", "One of the files is gone"),
                        ],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
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
                    "first",
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
                    "second",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical possible duplicate",
                "verbose_name_plural": "historical possible duplicates",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_matchreview_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPersonLink",
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
                ("made_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "undo_reason",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("mistake", "It was decided by mistake"),
                            ("new_facts", "Something new was learnt"),
                            ("person", "The person says so"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "first",
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
                    "made_by",
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
                    "second",
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
                    "undone_by",
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
                "verbose_name": "historical link between two files",
                "verbose_name_plural": "historical link between two filess",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_personlink_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPlanGoal",
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
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "goal",
                    crypto.fields.SealedTextField(blank=True, null=True, padding="long", verbose_name="goal"),
                ),
                ("service", crypto.fields.CodeField(max_length=60, verbose_name="service")),
                ("target_on", models.DateField(verbose_name="target day")),
                (
                    "own_words",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="in the person’s own words"
                    ),
                ),
                (
                    "result",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[("reached", "Reached"), ("given_up", "Given up")],
                        max_length=10,
                        verbose_name="result",
                    ),
                ),
                (
                    "reason",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="reason"
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
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
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who sees to it",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical goal of the plan",
                "verbose_name_plural": "historical goal of the plans",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_plangoal_one_history_row"
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_retentionterm_one_history_row",
                    )
                ],
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
                (
                    "answered_by",
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
                    "recorded_by",
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
                "verbose_name": "historical request of the person",
                "verbose_name_plural": "historical request of the persons",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_rightsrequest_one_history_row",
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRiskAssessment",
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
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "about",
                    crypto.fields.CodeField(
                        choices=[
                            ("person", "The person, today"),
                            ("family", "A return to the family"),
                            ("country", "A return to the country"),
                        ],
                        default="person",
                        max_length=10,
                        verbose_name="what was assessed",
                    ),
                ),
                (
                    "level",
                    crypto.fields.CodeField(
                        choices=[
                            ("critical", "Critical"),
                            ("high", "High"),
                            ("medium", "Medium"),
                            ("low", "Low"),
                            ("unknown", "Not yet assessed"),
                        ],
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                ("dimensions", crypto.fields.SealedJSONField(verbose_name="where the danger comes from")),
                (
                    "reasons",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="what it rests on"
                    ),
                ),
                ("assessed_at", models.DateTimeField(verbose_name="assessed at")),
                (
                    "next_review",
                    models.DateTimeField(blank=True, null=True, verbose_name="assessed again by"),
                ),
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
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical risk assessment",
                "verbose_name_plural": "historical risk assessments",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_riskassessment_one_history_row",
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalScreening",
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
                    "answers",
                    crypto.fields.SealedJSONField(secret=True, verbose_name="elements of trafficking"),
                ),
                (
                    "non_punishment",
                    crypto.fields.SealedBooleanField(
                        blank=True, null=True, secret=True, verbose_name="not to be punished"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
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
                    "recorded_by",
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
                "verbose_name": "historical screening",
                "verbose_name_plural": "historical screenings",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_screening_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
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
            name="HistoricalSlip",
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
                ("number", models.PositiveSmallIntegerField(verbose_name="slip")),
                (
                    "arrival",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.arrival",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "historical slip",
                "verbose_name_plural": "historical slips",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_slip_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalStatusDecision",
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
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("status", crypto.fields.CodeField(max_length=40, verbose_name="status")),
                ("decider", crypto.fields.CodeField(max_length=40, verbose_name="who decided")),
                ("decided_on", models.DateField(verbose_name="decided on")),
                ("basis", crypto.fields.SealedTextField(padding="long", verbose_name="what it rests on")),
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
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical decision on the status",
                "verbose_name_plural": "historical decision on the statuss",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"),
                        name="referral_statusdecision_one_history_row",
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTransfer",
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
                    "state",
                    referral.lifecycle.StateField(
                        choices=[
                            ("asked", "Waits for a second person"),
                            ("proposed", "Proposed"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=16,
                        protected=True,
                        verbose_name="status",
                    ),
                ),
                ("state_since", models.DateTimeField(verbose_name="since")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "purpose",
                    crypto.fields.CodeField(
                        choices=[
                            ("services", "Receive help"),
                            ("justice", "Police and justice"),
                            ("return", "Return and family"),
                            ("research", "Research without identity"),
                        ],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "released_groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(
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
                        ),
                        size=None,
                        verbose_name="handed over",
                    ),
                ),
                (
                    "basis",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[("consent", "Consent"), ("ground", "Legal ground")],
                        max_length=8,
                        verbose_name="basis",
                    ),
                ),
                ("reason_code", crypto.fields.CodeField(max_length=60, verbose_name="reason")),
                (
                    "reason",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="reason in words"
                    ),
                ),
                (
                    "message",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="message"
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decline_reason",
                    crypto.fields.CodeField(blank=True, max_length=30, verbose_name="reason for declining"),
                ),
                (
                    "approved_by",
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
                    "decided_by",
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
                    "new_case",
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
                    "receiving_organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="receiving organisation",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical transfer of a case",
                "verbose_name_plural": "historical transfer of a cases",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_transfer_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("count", models.PositiveIntegerField(verbose_name="rows")),
                ("closed", models.PositiveIntegerField(default=0)),
                ("ageless", models.PositiveIntegerField(default=0)),
                ("read_at", models.DateTimeField()),
                ("ordered_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("cleared_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="case owner",
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "ordering": ["-read_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None),
                            models.Q(("ordered_at__isnull", False), ("ordered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="import_written_was_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cleared_at", None), ("ended_at__isnull", False), _connector="OR"
                        ),
                        name="import_cleared_was_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("values", crypto.fields.SealedJSONField(secret=True)),
                ("events", models.PositiveIntegerField(default=0)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="referral.importbatch",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imported",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "imported row",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "number"), name="row_once_per_import"),
                    models.CheckConstraint(
                        condition=models.Q(("undone_at", None), ("case__isnull", False), _connector="OR"),
                        name="row_undone_was_written",
                    ),
                ],
            },
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
                "indexes": [models.Index(fields=["court", "on"], name="justice_step_of_court")],
            },
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
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "legal hold",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("case", "organisation"),
                        name="one_hold_per_organisation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None)),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="hold_lifted_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchReview",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("found_at", models.DateTimeField(verbose_name="found")),
                (
                    "likenesses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(max_length=40), size=None
                    ),
                ),
                (
                    "decision",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("same", "The same person"),
                            ("different", "Two different persons"),
                            ("not_sure", "Not sure yet"),
                            ("gone", "One of the files is gone"),
                        ],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="referral.case"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="referral.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "possible duplicate",
                "ordering": ["found_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="one_review_per_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="review_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decision", "")),
                            models.Q(
                                models.Q(("decision", ""), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="review_decided_iff_stamped",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("decision", "")), fields=["found_at"], name="review_waiting"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonLink",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("made_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "undo_reason",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("mistake", "It was decided by mistake"),
                            ("new_facts", "Something new was learnt"),
                            ("person", "The person says so"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="referral.case"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="referral.case"
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "link between two files",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("first", "second"),
                        name="one_link_per_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="link_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undo_reason", ""), ("undone_at", None), ("undone_by", None)),
                            models.Q(
                                ("undone_at__isnull", False),
                                ("undone_by__isnull", False),
                                models.Q(("undo_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="link_undone_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanGoal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "goal",
                    crypto.fields.SealedTextField(blank=True, null=True, padding="long", verbose_name="goal"),
                ),
                ("service", crypto.fields.CodeField(max_length=60, verbose_name="service")),
                ("target_on", models.DateField(verbose_name="target day")),
                (
                    "own_words",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="in the person’s own words"
                    ),
                ),
                (
                    "result",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[("reached", "Reached"), ("given_up", "Given up")],
                        max_length=10,
                        verbose_name="result",
                    ),
                ),
                (
                    "reason",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="reason"
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who sees to it",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "goal of the plan",
                "ordering": ["target_on", "recorded_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result", ""), ("ended_at__isnull", False), _connector="XOR"),
                        name="goal_ends_with_result",
                    )
                ],
            },
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("years__range", (1, 30))), name="retention_is_in_years"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reveals",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("hour", models.DateTimeField()),
                ("counted", models.PositiveIntegerField(default=0)),
                ("beyond", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "reveals of an hour",
                "constraints": [models.UniqueConstraint(fields=("user", "hour"), name="one_count_per_hour")],
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
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request of the person",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("case", "kind"),
                        name="one_open_request_per_kind",
                    ),
                    models.CheckConstraint(
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
                ],
            },
        ),
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
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "first_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "refused_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="referral.rightsrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None), ("refused_at", None)),
                        fields=("case",),
                        name="one_open_erasure",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
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
                ],
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
                (
                    "asked_by",
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
                    "first_by",
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
                    "refused_by",
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
                    "second_by",
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
                    "request",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="referral.rightsrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical erasure",
                "verbose_name_plural": "historical erasures",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="referral_erasure_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RiskAssessment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "about",
                    crypto.fields.CodeField(
                        choices=[
                            ("person", "The person, today"),
                            ("family", "A return to the family"),
                            ("country", "A return to the country"),
                        ],
                        default="person",
                        max_length=10,
                        verbose_name="what was assessed",
                    ),
                ),
                (
                    "level",
                    crypto.fields.CodeField(
                        choices=[
                            ("critical", "Critical"),
                            ("high", "High"),
                            ("medium", "Medium"),
                            ("low", "Low"),
                            ("unknown", "Not yet assessed"),
                        ],
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                ("dimensions", crypto.fields.SealedJSONField(verbose_name="where the danger comes from")),
                (
                    "reasons",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="what it rests on"
                    ),
                ),
                ("assessed_at", models.DateTimeField(verbose_name="assessed at")),
                (
                    "next_review",
                    models.DateTimeField(blank=True, null=True, verbose_name="assessed again by"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "risk assessment",
                "ordering": ["-assessed_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level", "unknown"), _negated=True), name="assessment_has_a_level"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Screening",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "answers",
                    crypto.fields.SealedJSONField(secret=True, verbose_name="elements of trafficking"),
                ),
                (
                    "non_punishment",
                    crypto.fields.SealedBooleanField(
                        blank=True, null=True, secret=True, verbose_name="not to be punished"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screening",
                        to="referral.case",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "screening",
            },
        ),
        migrations.CreateModel(
            name="SearchCount",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("day", models.DateField()),
                ("counted", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "searches of a day",
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
            name="Slip",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="slip")),
                (
                    "arrival",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="referral.arrival",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slip", to="referral.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "slip",
                "constraints": [
                    models.UniqueConstraint(fields=("arrival", "number"), name="slip_once_per_arrival"),
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (1, 400))), name="slip_is_a_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("status", crypto.fields.CodeField(max_length=40, verbose_name="status")),
                ("decider", crypto.fields.CodeField(max_length=40, verbose_name="who decided")),
                ("decided_on", models.DateField(verbose_name="decided on")),
                ("basis", crypto.fields.SealedTextField(padding="long", verbose_name="what it rests on")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision on the status",
                "ordering": ["-decided_on", "-recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "state",
                    referral.lifecycle.StateField(
                        choices=[
                            ("asked", "Waits for a second person"),
                            ("proposed", "Proposed"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=16,
                        protected=True,
                        verbose_name="status",
                    ),
                ),
                ("state_since", models.DateTimeField(verbose_name="since")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "purpose",
                    crypto.fields.CodeField(
                        choices=[
                            ("services", "Receive help"),
                            ("justice", "Police and justice"),
                            ("return", "Return and family"),
                            ("research", "Research without identity"),
                        ],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "released_groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(
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
                        ),
                        size=None,
                        verbose_name="handed over",
                    ),
                ),
                (
                    "basis",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[("consent", "Consent"), ("ground", "Legal ground")],
                        max_length=8,
                        verbose_name="basis",
                    ),
                ),
                ("reason_code", crypto.fields.CodeField(max_length=60, verbose_name="reason")),
                (
                    "reason",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="reason in words"
                    ),
                ),
                (
                    "message",
                    crypto.fields.SealedTextField(
                        blank=True, null=True, padding="long", verbose_name="message"
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decline_reason",
                    crypto.fields.CodeField(blank=True, max_length=30, verbose_name="reason for declining"),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="referral.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "new_case",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_over",
                        to="referral.case",
                    ),
                ),
                (
                    "receiving_organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="receiving organisation",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "transfer of a case",
                "ordering": ["-recorded_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "proposed"])),
                        fields=("case",),
                        name="one_open_transfer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "accepted"), ("new_case", None), _connector="XOR"),
                        name="accepted_iff_taken_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_at__isnull", False),
                                ("ended_at", None),
                                ("state__in", ["asked", "proposed"]),
                            ),
                            models.Q(
                                models.Q(("state__in", ["asked", "proposed"]), _negated=True),
                                ("due_at", None),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="transfer_open_iff_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "declined"), ("decline_reason", ""), _connector="XOR"),
                        name="transfer_declined_iff_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", None),
                            models.Q(("approved_by", models.F("recorded_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="transfer_needs_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "withdrawn"]),
                            ("approved_by__isnull", False),
                            _connector="OR",
                        ),
                        name="transfer_proposed_is_approved",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
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
            model_name="case",
            name="plan_agreed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="plan agreed to"),
        ),
        migrations.AddField(
            model_name="historicalcase",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="erased at"),
        ),
        migrations.AddField(
            model_name="historicalcase",
            name="plan_agreed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="plan agreed to"),
        ),
        migrations.AddField(
            model_name="historicalperson",
            name="declined",
            field=crypto.fields.SealedJSONField(
                blank=True, null=True, verbose_name="does not wish to speak about"
            ),
        ),
        migrations.AddField(
            model_name="historicalperson",
            name="document_number",
            field=crypto.fields.SealedTextField(
                blank=True, null=True, secret=True, verbose_name="number of a document"
            ),
        ),
        migrations.AddField(
            model_name="historicalperson",
            name="first_needs",
            field=crypto.fields.SealedJSONField(blank=True, null=True, verbose_name="needed first"),
        ),
        migrations.AddField(
            model_name="person",
            name="declined",
            field=crypto.fields.SealedJSONField(
                blank=True, null=True, verbose_name="does not wish to speak about"
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="document_number",
            field=crypto.fields.SealedTextField(
                blank=True, null=True, secret=True, verbose_name="number of a document"
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="first_needs",
            field=crypto.fields.SealedJSONField(blank=True, null=True, verbose_name="needed first"),
        ),
        migrations.AlterField(
            model_name="case",
            name="state",
            field=referral.lifecycle.StateField(
                choices=[
                    ("signaled", "Reported"),
                    ("screening", "Screening"),
                    ("protected", "Immediate protection"),
                    ("planning", "Plan in preparation"),
                    ("assisted", "In assistance"),
                    ("solution", "Durable solution"),
                    ("followup", "Follow-up"),
                    ("closed", "Closed"),
                    ("closed_transferred", "Closed, transferred"),
                    ("archived", "Archived, erased"),
                ],
                default="signaled",
                max_length=20,
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
                    ("planning", "Plan in preparation"),
                    ("assisted", "In assistance"),
                    ("solution", "Durable solution"),
                    ("followup", "Follow-up"),
                    ("closed", "Closed"),
                    ("closed_transferred", "Closed, transferred"),
                    ("archived", "Archived, erased"),
                ],
                default="signaled",
                max_length=20,
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
                    ("lawyer", "Find a lawyer"),
                    ("accompany", "Go with the person to the appointment"),
                    ("decision", "Decision of a case conference"),
                    ("first_step", "Refer or protect the person"),
                    ("call_person", "Call the person who showed a card"),
                    ("assess_guardian", "Decide on a guardian"),
                    ("approve_plan", "Decide on a support plan"),
                    ("approve_close", "Decide on closing a case"),
                    ("approve_transfer", "Decide on a transfer"),
                    ("answer_transfer", "Answer a transfer"),
                    ("transfer_again", "A transfer was declined"),
                    ("compare_call", "Telephone an organisation, at the request of coordination"),
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
                    ("plan", "Decide on a support plan, or on an end"),
                    ("transfer", "Answer a transfer"),
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
            model_name="notice",
            name="object_type",
            field=crypto.fields.CodeField(
                choices=[
                    ("case", "case"),
                    ("referral", "referral"),
                    ("task", "task"),
                    ("arrival", "arrival"),
                    ("groupreferral", "groupreferral"),
                ],
                max_length=16,
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
                    ("first_step", "Refer or protect the person"),
                    ("call_person", "Call the person who showed a card"),
                    ("assess_guardian", "Decide on a guardian"),
                    ("approve_plan", "Decide on a support plan"),
                    ("approve_close", "Decide on closing a case"),
                    ("approve_transfer", "Decide on a transfer"),
                    ("answer_transfer", "Answer a transfer"),
                    ("transfer_again", "A transfer was declined"),
                    ("compare_call", "Telephone an organisation, at the request of coordination"),
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
                    ("plan", "Decide on a support plan, or on an end"),
                    ("transfer", "Answer a transfer"),
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
            model_name="transition",
            name="machine",
            field=crypto.fields.CodeField(
                choices=[
                    ("referral", "Referral"),
                    ("case", "Case"),
                    ("title", "Custody title"),
                    ("transfer", "Transfer of a case"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="transition",
            name="source",
            field=crypto.fields.CodeField(max_length=20),
        ),
        migrations.AlterField(
            model_name="transition",
            name="target",
            field=crypto.fields.CodeField(max_length=20),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("state__in", ["archived", "closed", "closed_transferred"]),
                    ),
                    models.Q(
                        models.Q(("state__in", ["archived", "closed", "closed_transferred"]), _negated=True),
                        ("closed_at", None),
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
            model_name="historicalreferral",
            name="group_referral",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="referral.groupreferral",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="group_referral",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="referral.groupreferral",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("group_referral__isnull", False)),
                fields=["receiving_organisation", "state"],
                name="referral_of_group",
            ),
        ),
    ]
