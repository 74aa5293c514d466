import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import crypto.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", crypto.fields.CodeEmailField(max_length=254, unique=True, verbose_name="e-mail")),
                ("name", crypto.fields.CodeField(max_length=120, verbose_name="name")),
                (
                    "language",
                    crypto.fields.CodeField(
                        choices=[("fr", "Français"), ("en", "English")],
                        default="fr",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("undertaking_accepted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Code",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "list",
                    crypto.fields.CodeField(
                        choices=[
                            ("service", "Services"),
                            ("decline_reason", "Reasons for declining"),
                            ("withdraw_reason", "Reasons for withdrawing"),
                            ("outcome", "Outcomes"),
                            ("non_arrival", "Reasons for non-arrival"),
                            ("question", "Coded questions"),
                            ("answer", "Coded answers"),
                            ("consent_method", "How consent was given"),
                            ("language", "Languages"),
                            ("exploitation", "Forms of exploitation"),
                            ("recruitment", "Methods of recruitment"),
                            ("control", "Means of control"),
                            ("status", "Trafficking status"),
                            ("decider", "Who decided the status"),
                            ("closure_reason", "Reasons for closure"),
                            ("country", "Countries"),
                            ("sex_exploitation", "Forms of sexual exploitation"),
                            ("industry", "Industries (ISIC)"),
                            ("gender", "Gender (HTCDS)"),
                            ("referral_reason", "Reasons for a referral (HTCDS)"),
                            ("trafficker_link", "Link with the alleged offender"),
                        ],
                        max_length=24,
                        verbose_name="list",
                    ),
                ),
                ("code", crypto.fields.CodeField(max_length=60, verbose_name="code")),
                ("fr", crypto.fields.CodeField(max_length=120, verbose_name="French")),
                ("en", crypto.fields.CodeField(max_length=120, verbose_name="English")),
                ("htcds", crypto.fields.CodeField(blank=True, max_length=60, verbose_name="HTCDS name")),
                ("ictip", crypto.fields.CodeField(blank=True, max_length=40, verbose_name="IC-TIP code")),
                ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "code",
                "ordering": ["list", "rank", "fr"],
                "constraints": [
                    models.UniqueConstraint(fields=("list", "code"), name="code_once_per_list"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fr", ""), _negated=True), models.Q(("en", ""), _negated=True)
                        ),
                        name="code_has_both_languages",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCode",
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
                    "list",
                    crypto.fields.CodeField(
                        choices=[
                            ("service", "Services"),
                            ("decline_reason", "Reasons for declining"),
                            ("withdraw_reason", "Reasons for withdrawing"),
                            ("outcome", "Outcomes"),
                            ("non_arrival", "Reasons for non-arrival"),
                            ("question", "Coded questions"),
                            ("answer", "Coded answers"),
                            ("consent_method", "How consent was given"),
                            ("language", "Languages"),
                            ("exploitation", "Forms of exploitation"),
                            ("recruitment", "Methods of recruitment"),
                            ("control", "Means of control"),
                            ("status", "Trafficking status"),
                            ("decider", "Who decided the status"),
                            ("closure_reason", "Reasons for closure"),
                            ("country", "Countries"),
                            ("sex_exploitation", "Forms of sexual exploitation"),
                            ("industry", "Industries (ISIC)"),
                            ("gender", "Gender (HTCDS)"),
                            ("referral_reason", "Reasons for a referral (HTCDS)"),
                            ("trafficker_link", "Link with the alleged offender"),
                        ],
                        max_length=24,
                        verbose_name="list",
                    ),
                ),
                ("code", crypto.fields.CodeField(max_length=60, verbose_name="code")),
                ("fr", crypto.fields.CodeField(max_length=120, verbose_name="French")),
                ("en", crypto.fields.CodeField(max_length=120, verbose_name="English")),
                ("htcds", crypto.fields.CodeField(blank=True, max_length=60, verbose_name="HTCDS name")),
                ("ictip", crypto.fields.CodeField(blank=True, max_length=40, verbose_name="IC-TIP code")),
                ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "historical code",
                "verbose_name_plural": "historical codes",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="partners_code_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("name", crypto.fields.CodeField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    crypto.fields.CodeField(
                        choices=[
                            ("national_unit", "National unit"),
                            ("police", "Police"),
                            ("gendarmerie", "Gendarmerie"),
                            ("border", "Border post"),
                            ("prosecution", "Prosecution office"),
                            ("court", "Court"),
                            ("aemo", "Assisted education service (AEMO)"),
                            ("child_protection", "Child-protection service"),
                            ("reception_centre", "Reception centre"),
                            ("ngo", "Non-governmental organisation"),
                            ("hotline", "Hotline"),
                            ("health", "Health facility"),
                            ("international", "International organisation"),
                            ("embassy", "Embassy or foreign body"),
                            ("human_rights", "Human-rights supervision"),
                            ("statistics", "Judicial statistics"),
                            ("operator", "Technical operator"),
                        ],
                        max_length=24,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    crypto.fields.CodeField(
                        choices=[("active", "Active"), ("suspended", "Suspended")],
                        default="active",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("is_national_unit", models.BooleanField(default=False, verbose_name="national unit")),
                (
                    "telephone",
                    crypto.fields.CodeField(blank=True, max_length=20, verbose_name="desk telephone"),
                ),
                (
                    "group",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisation",
                        to="auth.group",
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("email", crypto.fields.CodeEmailField(max_length=254, verbose_name="e-mail")),
                ("name", crypto.fields.CodeField(max_length=120, verbose_name="name")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(
                            choices=[
                                ("reporter", "Reporter"),
                                ("caseworker", "Caseworker"),
                                ("focal_point", "Focal point"),
                                ("supervisor", "Supervisor"),
                                ("justice", "Court registry or AEMO"),
                                ("coordinator", "National coordination"),
                                ("auditor", "Audit"),
                                ("statistician", "Statistics"),
                                ("administrator", "Technical administration"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                        verbose_name="roles",
                    ),
                ),
                ("token_digest", crypto.fields.CodeField(editable=False, max_length=64, unique=True)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
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
                        related_name="invitations",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "ordering": ["-invited_at"],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="partners.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("code", crypto.fields.CodeField(max_length=8, unique=True, verbose_name="code")),
                ("name", crypto.fields.CodeField(max_length=60, verbose_name="name")),
                (
                    "reports_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="reports go to",
                    ),
                ),
            ],
            options={
                "verbose_name": "region",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="organisation",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="organisations",
                to="partners.region",
                verbose_name="region",
            ),
        ),
        migrations.CreateModel(
            name="HistoricalSite",
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
                ("name", crypto.fields.CodeField(max_length=80, verbose_name="name")),
                ("confidential", models.BooleanField(default=True, verbose_name="confidential address")),
                (
                    "address",
                    crypto.fields.SealedTextField(blank=True, null=True, secret=True, verbose_name="address"),
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
                "verbose_name": "historical site",
                "verbose_name_plural": "historical sites",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalOrganisation",
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
                ("name", crypto.fields.CodeField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    crypto.fields.CodeField(
                        choices=[
                            ("national_unit", "National unit"),
                            ("police", "Police"),
                            ("gendarmerie", "Gendarmerie"),
                            ("border", "Border post"),
                            ("prosecution", "Prosecution office"),
                            ("court", "Court"),
                            ("aemo", "Assisted education service (AEMO)"),
                            ("child_protection", "Child-protection service"),
                            ("reception_centre", "Reception centre"),
                            ("ngo", "Non-governmental organisation"),
                            ("hotline", "Hotline"),
                            ("health", "Health facility"),
                            ("international", "International organisation"),
                            ("embassy", "Embassy or foreign body"),
                            ("human_rights", "Human-rights supervision"),
                            ("statistics", "Judicial statistics"),
                            ("operator", "Technical operator"),
                        ],
                        max_length=24,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    crypto.fields.CodeField(
                        choices=[("active", "Active"), ("suspended", "Suspended")],
                        default="active",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("is_national_unit", models.BooleanField(default=False, verbose_name="national unit")),
                (
                    "telephone",
                    crypto.fields.CodeField(blank=True, max_length=20, verbose_name="desk telephone"),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="auth.group",
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
                "verbose_name": "historical organisation",
                "verbose_name_plural": "historical organisations",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDepartment",
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
                ("code", crypto.fields.CodeField(blank=True, max_length=8, verbose_name="code")),
                ("name", crypto.fields.CodeField(max_length=60, verbose_name="name")),
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
                "verbose_name": "historical department",
                "verbose_name_plural": "historical departments",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("code", crypto.fields.CodeField(blank=True, max_length=8, verbose_name="code")),
                ("name", crypto.fields.CodeField(max_length=60, verbose_name="name")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="departments",
                        to="partners.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "department",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("name", crypto.fields.CodeField(max_length=80, verbose_name="name")),
                ("confidential", models.BooleanField(default=True, verbose_name="confidential address")),
                (
                    "address",
                    crypto.fields.SealedTextField(blank=True, null=True, secret=True, verbose_name="address"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sites",
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
                "verbose_name": "site",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("code", crypto.fields.CodeField(max_length=60, verbose_name="service")),
                (
                    "sexes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(
                            choices=[
                                ("female", "Female"),
                                ("male", "Male"),
                                ("other", "Other"),
                                ("unknown", "Not known"),
                            ],
                            max_length=8,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="received",
                    ),
                ),
                ("takes_children", models.BooleanField(default=True, verbose_name="children (under 18)")),
                ("takes_adults", models.BooleanField(default=True, verbose_name="adults")),
                (
                    "takes_children_with_parent",
                    models.BooleanField(default=True, verbose_name="children with the person"),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(max_length=8),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="offered")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="partners.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "service",
            },
        ),
        migrations.CreateModel(
            name="Places",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "group",
                    crypto.fields.CodeField(
                        choices=[
                            ("women", "Women"),
                            ("mothers", "Mothers with children"),
                            ("girls", "Girls"),
                            ("boys", "Boys"),
                            ("men", "Men"),
                        ],
                        max_length=12,
                        verbose_name="group",
                    ),
                ),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="capacity")),
                ("held", models.PositiveSmallIntegerField(default=0, verbose_name="held")),
                ("occupied", models.PositiveSmallIntegerField(default=0, verbose_name="occupied")),
                ("over", models.PositiveSmallIntegerField(default=0, verbose_name="overflow")),
                ("confirmed_at", models.DateTimeField(verbose_name="last confirmed")),
                ("full_until", models.DateTimeField(blank=True, null=True, verbose_name="full until")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="partners.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "places",
                "ordering": ["site", "group"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalService",
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
                ("code", crypto.fields.CodeField(max_length=60, verbose_name="service")),
                (
                    "sexes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(
                            choices=[
                                ("female", "Female"),
                                ("male", "Male"),
                                ("other", "Other"),
                                ("unknown", "Not known"),
                            ],
                            max_length=8,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="received",
                    ),
                ),
                ("takes_children", models.BooleanField(default=True, verbose_name="children (under 18)")),
                ("takes_adults", models.BooleanField(default=True, verbose_name="adults")),
                (
                    "takes_children_with_parent",
                    models.BooleanField(default=True, verbose_name="children with the person"),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(max_length=8),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="offered")),
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
                    "site",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical service",
                "verbose_name_plural": "historical services",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPlaces",
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
                    "group",
                    crypto.fields.CodeField(
                        choices=[
                            ("women", "Women"),
                            ("mothers", "Mothers with children"),
                            ("girls", "Girls"),
                            ("boys", "Boys"),
                            ("men", "Men"),
                        ],
                        max_length=12,
                        verbose_name="group",
                    ),
                ),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="capacity")),
                ("held", models.PositiveSmallIntegerField(default=0, verbose_name="held")),
                ("occupied", models.PositiveSmallIntegerField(default=0, verbose_name="occupied")),
                ("over", models.PositiveSmallIntegerField(default=0, verbose_name="overflow")),
                ("confirmed_at", models.DateTimeField(verbose_name="last confirmed")),
                ("full_until", models.DateTimeField(blank=True, null=True, verbose_name="full until")),
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
                    "site",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical places",
                "verbose_name_plural": "historical placess",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMembership",
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
                    "role",
                    crypto.fields.CodeField(
                        choices=[
                            ("reporter", "Reporter"),
                            ("caseworker", "Caseworker"),
                            ("focal_point", "Focal point"),
                            ("supervisor", "Supervisor"),
                            ("justice", "Court registry or AEMO"),
                            ("coordinator", "National coordination"),
                            ("auditor", "Audit"),
                            ("statistician", "Statistics"),
                            ("administrator", "Technical administration"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "deputy_for",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="deputy for",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical membership",
                "verbose_name_plural": "historical memberships",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="partners_membership_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "role",
                    crypto.fields.CodeField(
                        choices=[
                            ("reporter", "Reporter"),
                            ("caseworker", "Caseworker"),
                            ("focal_point", "Focal point"),
                            ("supervisor", "Supervisor"),
                            ("justice", "Court registry or AEMO"),
                            ("coordinator", "National coordination"),
                            ("auditor", "Audit"),
                            ("statistician", "Statistics"),
                            ("administrator", "Technical administration"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "deputy_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deputies",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="deputy for",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("user", "role"), name="role_held_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="membership_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalUser",
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
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", crypto.fields.CodeEmailField(db_index=True, max_length=254, verbose_name="e-mail")),
                ("name", crypto.fields.CodeField(max_length=120, verbose_name="name")),
                (
                    "language",
                    crypto.fields.CodeField(
                        choices=[("fr", "Français"), ("en", "English")],
                        default="fr",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("undertaking_accepted_at", models.DateTimeField(blank=True, editable=False, null=True)),
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
            ],
            options={
                "verbose_name": "historical user",
                "verbose_name_plural": "historical users",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="partners_user_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRegion",
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
                ("code", crypto.fields.CodeField(db_index=True, max_length=8, verbose_name="code")),
                ("name", crypto.fields.CodeField(max_length=60, verbose_name="name")),
                (
                    "reports_to",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="reports go to",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical region",
                "verbose_name_plural": "historical regions",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="partners_region_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalInvitation",
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
                ("email", crypto.fields.CodeEmailField(max_length=254, verbose_name="e-mail")),
                ("name", crypto.fields.CodeField(max_length=120, verbose_name="name")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeField(
                            choices=[
                                ("reporter", "Reporter"),
                                ("caseworker", "Caseworker"),
                                ("focal_point", "Focal point"),
                                ("supervisor", "Supervisor"),
                                ("justice", "Court registry or AEMO"),
                                ("coordinator", "National coordination"),
                                ("auditor", "Audit"),
                                ("statistician", "Statistics"),
                                ("administrator", "Technical administration"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                        verbose_name="roles",
                    ),
                ),
                ("token_digest", crypto.fields.CodeField(db_index=True, editable=False, max_length=64)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
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
            ],
            options={
                "verbose_name": "historical invitation",
                "verbose_name_plural": "historical invitations",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="partners_invitation_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="address_in_small_letters",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"), name="organisation_named_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_national_unit", True)),
                fields=("is_national_unit",),
                name="one_national_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="historicalsite",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="partners_site_one_history_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="historicalorganisation",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="partners_organisation_one_history_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="historicaldepartment",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="partners_department_one_history_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.UniqueConstraint(fields=("region", "name"), name="department_once_per_region"),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.UniqueConstraint(fields=("organisation", "name"), name="site_named_once"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.UniqueConstraint(
                fields=("organisation", "code"), name="service_once_per_organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="places",
            constraint=models.UniqueConstraint(fields=("site", "group"), name="places_once_per_group"),
        ),
        migrations.AddConstraint(
            model_name="places",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held__gte", 0),
                    ("occupied__gte", 0),
                    (
                        "capacity__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("held"), "+", models.F("occupied")
                            ),
                            "-",
                            models.F("over"),
                        ),
                    ),
                ),
                name="no_place_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="historicalservice",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="partners_service_one_history_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="historicalplaces",
            constraint=models.UniqueConstraint(
                fields=("id", "version", "history_type"), name="partners_places_one_history_row"
            ),
        ),
    ]
