"""All tables at once; a new site starts from here."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import inventory_site.core.create_models


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_sign_in_policy_and_second_factor'), ('accounts', '0003_backfill_password_dates'), ('accounts', '0004_keys_lab_people_and_seals'), ('accounts', '0005_permissions_without_a_model'), ('accounts', '0006_usage_and_matrix'), ('accounts', '0007_security_keys'), ('accounts', '0008_name_things')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        inventory_site.core.create_models.CreateModels(
            models=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('username', models.CharField(max_length=100, unique=True)),
                        ('email', models.EmailField(blank=True, max_length=255, null=True, unique=True)),
                        ('first_name', models.CharField(blank=True, max_length=100)),
                        ('last_name', models.CharField(blank=True, max_length=100)),
                        ('display_name', models.CharField(blank=True, max_length=200)),
                        ('status', models.CharField(choices=[('active', 'Active'), ('inactive', 'Inactive'), ('locked', 'Locked'), ('pending', 'Pending')], default='active', max_length=16)),
                        ('timezone', models.CharField(default='UTC', max_length=64)),
                        ('preferences', models.JSONField(blank=True, default=dict)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('auth_method', models.CharField(choices=[('local', 'Local'), ('ldap', 'LDAP'), ('active_directory', 'Active Directory'), ('saml', 'SAML'), ('oauth', 'OAuth')], default='local', editable=False, max_length=16)),
                        ('avatar_url', models.URLField(blank=True, max_length=500)),
                        ('email_verified', models.BooleanField(default=False, editable=False)),
                        ('external_auth_id', models.CharField(blank=True, editable=False, max_length=255)),
                        ('external_auth_provider', models.CharField(blank=True, editable=False, max_length=64)),
                        ('failed_login_attempts', models.PositiveIntegerField(default=0, editable=False)),
                        ('last_failed_login_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('last_login_ip', models.GenericIPAddressField(blank=True, editable=False, null=True)),
                        ('locked_until', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('must_change_password', models.BooleanField(default=False)),
                        ('password_changed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('password_never_expires', models.BooleanField(default=False)),
                        ('totp_backup_codes_encrypted', models.TextField(blank=True, editable=False)),
                        ('totp_last_step', models.BigIntegerField(blank=True, editable=False, null=True)),
                        ('totp_secret_encrypted', models.TextField(blank=True, editable=False)),
                        ('two_factor_enabled', models.BooleanField(default=False, editable=False)),
                        ('two_factor_method', models.CharField(blank=True, choices=[('totp', 'Authenticator app'), ('email', 'Code by e-mail'), ('both', 'App or e-mail')], editable=False, max_length=8)),
                        ('module_visibility', models.JSONField(blank=True, default=dict, editable=False)),
                    ],
                    options={
                        'ordering': ['username'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='accounts_user_username_any_case')],
                    },
                ),
                migrations.CreateModel(
                    name='ApiKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('prefix', models.CharField(db_index=True, max_length=10)),
                        ('key_hash', models.CharField(max_length=64, unique=True)),
                        ('scopes', models.JSONField(blank=True, default=list)),
                        ('allowed_ips', models.JSONField(blank=True, default=list)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('last_used_ip', models.GenericIPAddressField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at', 'pk'],
                        'verbose_name': 'API key',
                    },
                ),
                migrations.CreateModel(
                    name='AuditEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                        ('actor_name', models.CharField(max_length=200)),
                        ('channel', models.CharField(max_length=16)),
                        ('verb', models.CharField(db_index=True, max_length=64)),
                        ('object_type', models.CharField(blank=True, max_length=100)),
                        ('object_id', models.CharField(blank=True, max_length=64)),
                        ('object_label', models.CharField(blank=True, max_length=255)),
                        ('before', models.JSONField(blank=True, null=True)),
                        ('after', models.JSONField(blank=True, null=True)),
                        ('request_id', models.CharField(blank=True, max_length=64)),
                        ('address', models.GenericIPAddressField(blank=True, null=True)),
                        ('outcome', models.CharField(choices=[('success', 'Success'), ('refused', 'Refused'), ('failure', 'Failure')], default='success', max_length=16)),
                        ('actor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'audit entries',
                        'ordering': ['-at', '-pk'],
                        'indexes': [models.Index(fields=['object_type', 'object_id', '-at'], name='accounts_auditentry_object'), models.Index(fields=['actor', '-at'], name='accounts_auditentry_actor')],
                    },
                ),
                migrations.CreateModel(
                    name='LogEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                        ('source', models.CharField(max_length=32)),
                        ('level', models.CharField(choices=[('DEBUG', 'Debug'), ('INFO', 'Info'), ('WARNING', 'Warning'), ('ERROR', 'Error'), ('CRITICAL', 'Critical')], default='INFO', max_length=10)),
                        ('category', models.CharField(blank=True, max_length=64)),
                        ('message', models.TextField()),
                        ('details', models.JSONField(blank=True, default=dict)),
                        ('request_id', models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        'verbose_name_plural': 'log entries',
                        'ordering': ['-at', '-pk'],
                        'indexes': [models.Index(fields=['source', '-at'], name='accounts_logentry_source')],
                    },
                ),
                migrations.CreateModel(
                    name='Role',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('display_name', models.CharField(max_length=100)),
                        ('description', models.TextField(blank=True)),
                        ('role_type', models.CharField(choices=[('system', 'System'), ('custom', 'Custom')], default='custom', max_length=16)),
                        ('priority', models.IntegerField(default=50)),
                        ('is_default', models.BooleanField(default=False)),
                        ('is_client_only', models.BooleanField(default=False, help_text='Holders use a front end only and may not open the admin.')),
                        ('seeded_names', models.JSONField(blank=True, default=list, editable=False)),
                        ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='role', to='auth.group')),
                    ],
                    options={
                        'ordering': ['-priority', 'pk'],
                        'permissions': [('manage_backup', 'Can manage backups'), ('jobs_view', 'Can view jobs'), ('jobs_create', 'Can create jobs'), ('jobs_edit', 'Can edit jobs'), ('jobs_delete', 'Can delete jobs'), ('jobs_run', 'Can run jobs'), ('jobs_cancel', 'Can cancel jobs'), ('jobs_manage_schedule', 'Can manage schedules of jobs'), ('jobs_manage_template', 'Can manage templates of jobs'), ('reports_view', 'Can view reports'), ('reports_create', 'Can create reports'), ('reports_export', 'Can export reports'), ('cnx_colocation_view', 'Can view colocations'), ('cnx_colocation_create', 'Can create colocations'), ('cnx_colocation_edit', 'Can edit colocations'), ('cnx_colocation_delete', 'Can delete colocations'), ('exchange_data_view', 'Can view exchange data'), ('exchange_data_create', 'Can create exchange data'), ('exchange_data_edit', 'Can edit exchange data'), ('exchange_data_delete', 'Can delete exchange data'), ('user_management_view', 'Can view network people'), ('user_management_create', 'Can create network people'), ('user_management_edit', 'Can edit network people'), ('user_management_delete', 'Can delete network people'), ('change_logs_view', 'Can view the change log')],
                    },
                ),
                migrations.CreateModel(
                    name='RoleAssignment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateTimeField(blank=True, null=True)),
                        ('valid_until', models.DateTimeField(blank=True, null=True)),
                        ('assigned_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('assigned_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='accounts.role')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_assignments', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['user', 'role'],
                        'constraints': [models.UniqueConstraint(fields=('user', 'role'), name='accounts_roleassignment_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Session',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token_hash', models.CharField(max_length=64, unique=True)),
                        ('refresh_hash', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                        ('refresh_expires_at', models.DateTimeField(blank=True, null=True)),
                        ('data', models.TextField(blank=True)),
                        ('ip_address', models.GenericIPAddressField(blank=True, null=True)),
                        ('user_agent', models.CharField(blank=True, max_length=400)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField(db_index=True)),
                        ('last_activity_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_reason', models.CharField(blank=True, max_length=32)),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
                        ('enterprise_username', models.CharField(blank=True, max_length=255)),
                        ('is_enterprise', models.BooleanField(default=False)),
                        ('is_limited', models.BooleanField(default=False, help_text='The password has expired: it may be changed, nothing else.')),
                        ('two_factor_verified', models.BooleanField(default=False)),
                        ('two_factor_verified_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-last_activity_at', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Setting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=100, unique=True)),
                        ('value', models.JSONField()),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('updated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['key'],
                    },
                ),
                migrations.CreateModel(
                    name='PasswordPolicy',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('min_length', models.PositiveIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(128)])),
                        ('max_length', models.PositiveIntegerField(default=128, validators=[django.core.validators.MinValueValidator(8), django.core.validators.MaxValueValidator(1024)])),
                        ('require_uppercase', models.BooleanField(default=True)),
                        ('require_lowercase', models.BooleanField(default=True)),
                        ('require_numbers', models.BooleanField(default=True)),
                        ('require_special_chars', models.BooleanField(default=True)),
                        ('min_uppercase', models.PositiveIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)])),
                        ('min_lowercase', models.PositiveIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)])),
                        ('min_numbers', models.PositiveIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)])),
                        ('min_special', models.PositiveIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)])),
                        ('special_chars_allowed', models.CharField(default='!@#$%^&*()_+-=[]{}|;:,.<>?', max_length=128)),
                        ('password_expires', models.BooleanField(default=True)),
                        ('expiration_days', models.PositiveIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)])),
                        ('expiration_warning_days', models.PositiveIntegerField(default=14, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(365)])),
                        ('password_history_count', models.PositiveIntegerField(default=12, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)])),
                        ('min_password_age_hours', models.PositiveIntegerField(default=24, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(8760)])),
                        ('max_failed_attempts', models.PositiveIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)])),
                        ('lockout_duration_minutes', models.PositiveIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(525600)])),
                        ('reset_failed_count_minutes', models.PositiveIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(525600)])),
                        ('prevent_username_in_password', models.BooleanField(default=True)),
                        ('prevent_email_in_password', models.BooleanField(default=True)),
                        ('prevent_common_passwords', models.BooleanField(default=True)),
                        ('require_password_change_on_first_login', models.BooleanField(default=False)),
                        ('allow_password_reset', models.BooleanField(default=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'verbose_name_plural': 'password policy',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('max_length__gte', models.F('min_length'))), name='accounts_passwordpolicy_max_not_below_min')],
                    },
                ),
                migrations.CreateModel(
                    name='SignInChallenge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token_hash', models.CharField(max_length=64, unique=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField(db_index=True)),
                        ('bad_codes', models.PositiveIntegerField(default=0)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('voided_at', models.DateTimeField(blank=True, null=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_challenges', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at', 'pk'],
                        'verbose_name': 'sign-in challenge',
                    },
                ),
                migrations.CreateModel(
                    name='EnterpriseUserRole',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('username', models.CharField(max_length=255)),
                        ('display_name', models.CharField(blank=True, max_length=200)),
                        ('email', models.EmailField(blank=True, max_length=255)),
                        ('config_id', models.BigIntegerField(blank=True, null=True)),
                        ('assigned_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('assigned_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enterprise_members', to='accounts.role')),
                    ],
                    options={
                        'ordering': ['username', 'role'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('username'), models.F('role'), name='accounts_enterpriseuserrole_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PasswordHistory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password_hash', models.CharField(max_length=128)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='password_history', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'password history',
                        'ordering': ['-created_at', '-pk'],
                        'constraints': [models.UniqueConstraint(fields=('user', 'password_hash'), name='accounts_passwordhistory_once')],
                    },
                ),
                migrations.CreateModel(
                    name='TwoFactorCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code_type', models.CharField(choices=[('login', 'Sign-in'), ('password_reset', 'Password reset'), ('email_verify', 'E-mail address')], default='login', max_length=16)),
                        ('code_hash', models.CharField(max_length=64)),
                        ('sent_to', models.EmailField(max_length=255)),
                        ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('attempts', models.PositiveIntegerField(default=0)),
                        ('max_attempts', models.PositiveIntegerField(default=3)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='two_factor_codes', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-sent_at', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('user', 'code_type'), name='accounts_twofactorcode_one_live')],
                        'verbose_name': 'two-factor code',
                    },
                ),
                migrations.CreateModel(
                    name='AuditSeal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveBigIntegerField(unique=True)),
                        ('ranges', models.JSONField(default=list)),
                        ('first_id', models.BigIntegerField()),
                        ('last_id', models.BigIntegerField(db_index=True)),
                        ('count', models.PositiveIntegerField()),
                        ('last_at', models.DateTimeField(help_text='Time of the youngest entry of the batch.')),
                        ('leaves', models.BinaryField()),
                        ('previous', models.CharField(blank=True, max_length=64)),
                        ('digest', models.CharField(max_length=64)),
                        ('sealed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('emptied_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-number'],
                    },
                ),
                migrations.CreateModel(
                    name='Attempt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('scope', models.CharField(max_length=32)),
                        ('key', models.CharField(max_length=128)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'ordering': ['-at', 'pk'],
                        'indexes': [models.Index(fields=['scope', 'key', '-at'], name='accounts_attempt_counted'), models.Index(fields=['at'], name='accounts_attempt_age')],
                    },
                ),
                migrations.CreateModel(
                    name='LabInvitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('email', models.EmailField(max_length=200)),
                        ('handle', models.CharField(blank=True, max_length=100)),
                        ('role', models.CharField(choices=[('Super Admin', 'Super Admin'), ('Admin', 'Admin'), ('Approver', 'Approver'), ('Viewer', 'Viewer')], max_length=16)),
                        ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('accepted_at', models.DateTimeField(blank=True, null=True)),
                        ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='LabProfile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('discord_id', models.CharField(blank=True, max_length=20, null=True, unique=True)),
                        ('status', models.CharField(choices=[('active', 'Active'), ('disabled', 'Disabled')], default='active', max_length=16)),
                        ('suspended_role', models.CharField(blank=True, choices=[('Super Admin', 'Super Admin'), ('Admin', 'Admin'), ('Approver', 'Approver'), ('Viewer', 'Viewer')], max_length=16)),
                        ('approval_limits', models.JSONField(blank=True, null=True)),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='lab_profile', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['user'],
                        'permissions': [('lab_read_bookings', 'Lab: see bookings'), ('lab_write_bookings', 'Lab: decide on bookings'), ('lab_export_bookings', 'Lab: export bookings'), ('lab_read_devices', 'Lab: see devices'), ('lab_write_devices', 'Lab: change devices'), ('lab_read_users', 'Lab: see people'), ('lab_write_users', 'Lab: invite people and give roles'), ('lab_read_logs', 'Lab: read the log'), ('lab_export_logs', 'Lab: export the log'), ('lab_write_topologies', 'Lab: decide on topologies'), ('lab_write_settings', 'Lab: change settings')],
                    },
                ),
                migrations.CreateModel(
                    name='UsageTally',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField()),
                        ('endpoint', models.CharField(max_length=200)),
                        ('status', models.PositiveSmallIntegerField()),
                        ('calls', models.PositiveBigIntegerField(default=0)),
                        ('took_ms', models.FloatField(default=0)),
                    ],
                    options={
                        'ordering': ['-day', 'endpoint', 'status'],
                        'constraints': [models.UniqueConstraint(fields=('day', 'endpoint', 'status'), name='accounts_usagetally_once')],
                        'verbose_name_plural': 'usage tallies',
                    },
                ),
                migrations.CreateModel(
                    name='SecurityKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('credential_hash', models.CharField(editable=False, max_length=64, unique=True)),
                        ('credential', models.BinaryField()),
                        ('uses', models.PositiveBigIntegerField(default=0, editable=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='security_keys', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['user', 'created_at', 'pk'],
                    },
                ),
            ],
        ),
    ]
