"""All tables at once; a new site starts from here."""

from decimal import Decimal

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import inventory_site.core.create_models
import inventory_site.core.search.operations
import inventory_site.core.sql


class Migration(migrations.Migration):

    replaces = [('networkroutes', '0001_initial'), ('networkroutes', '0002_design_log'), ('networkroutes', '0003_design_and_latency'), ('networkroutes', '0004_probe_claims'), ('networkroutes', '0005_search_text'), ('networkroutes', '0006_text_lengths'), ('networkroutes', '0007_snmp_probes'), ('networkroutes', '0008_repository_records'), ('networkroutes', '0009_bulk_jobs')]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        inventory_site.core.create_models.CreateModels(
            models=[
                migrations.CreateModel(
                    name='NetworkRoute',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('circuit_id', models.CharField(max_length=12, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Z]{6}[0-9]{6}\\Z', 'Six capital letters and six digits.')], verbose_name='UCN')),
                        ('outage_tickets_last_30d', models.PositiveIntegerField(blank=True, null=True, verbose_name='outage tickets, last 30 days')),
                        ('maintenance_tickets_last_30d', models.PositiveIntegerField(blank=True, null=True, verbose_name='maintenance tickets, last 30 days')),
                        ('kmz_file_path', models.CharField(blank=True, editable=False, max_length=255, null=True)),
                        ('live_latency_ms', models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='live latency, ms')),
                        ('expected_latency_ms', models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='expected latency, ms')),
                        ('test_results_link', models.TextField(blank=True, null=True)),
                        ('cable_system', models.TextField(blank=True, null=True)),
                        ('is_special', models.BooleanField(blank=True, null=True, verbose_name='special / ULL')),
                        ('underlying_carrier', models.TextField(blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(255)], verbose_name='carrier')),
                        ('cost', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='monthly cost')),
                        ('currency', models.CharField(blank=True, max_length=16, null=True)),
                        ('location_a', models.TextField(blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(255)], verbose_name='location A')),
                        ('location_b', models.TextField(blank=True, null=True, validators=[django.core.validators.MaxLengthValidator(255)], verbose_name='location B')),
                        ('bandwidth', models.CharField(blank=True, help_text='Dark Fiber, or a number of Mbps.', max_length=100, null=True)),
                        ('more_details', models.TextField(blank=True, null=True, verbose_name='notes')),
                        ('test_results_file', models.TextField(blank=True, editable=False, null=True)),
                        ('mtu', models.PositiveIntegerField(blank=True, null=True, verbose_name='MTU, bytes')),
                        ('sla_latency_ms', models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='SLA latency, ms')),
                        ('repository_type', models.ForeignKey(default=1, on_delete=django.db.models.deletion.PROTECT, related_name='routes', to='networkroutes.repositorytype')),
                        ('capacity_usage_percent', models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='capacity in use, %')),
                        ('created_by', models.CharField(blank=True, editable=False, max_length=150)),
                        ('equipment_type', models.CharField(blank=True, choices=[('Nokia', 'Nokia'), ('Cisco', 'Cisco'), ('Mixed', 'Mixed')], max_length=16, null=True)),
                        ('local_loop_carriers_a', models.TextField(blank=True, help_text='Names, by comma.', null=True, verbose_name='local-loop carriers at A')),
                        ('local_loop_carriers_b', models.TextField(blank=True, help_text='Names, by comma.', null=True, verbose_name='local-loop carriers at B')),
                        ('updated_by', models.CharField(blank=True, editable=False, max_length=150)),
                        ('search_text', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower(inventory_site.core.sql.Joined(django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('circuit_id'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('cable_system'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('underlying_carrier'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('location_a'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('location_b'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('bandwidth'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('more_details'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('kmz_file_path'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('test_results_link'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()))), output_field=models.TextField())),
                    ],
                    options={
                        'ordering': ['pk'],
                        'indexes': [models.Index(fields=['repository_type', 'id'], name='networkroutes_route_type'), models.Index(fields=['live_latency_ms'], name='networkroutes_route_live'), models.Index(fields=['underlying_carrier'], name='networkroutes_route_carrier'), models.Index(fields=['location_a'], name='networkroutes_route_a'), models.Index(fields=['location_b'], name='networkroutes_route_b'), models.Index(fields=['kmz_file_path'], name='networkroutes_route_kmz')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('live_latency_ms__isnull', True), ('live_latency_ms__gte', 0), _connector='OR'), name='networkroutes_networkroute_live_latency')],
                    },
                ),
                migrations.CreateModel(
                    name='RepositoryType',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=255, unique=True)),
                        ('description', models.TextField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='ExchangeRate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('currency_code', models.CharField(max_length=3, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Z]{3}\\Z', 'Three capital letters.')], verbose_name='currency')),
                        ('exchange_rate', models.DecimalField(decimal_places=8, max_digits=20, verbose_name='rate per USD')),
                        ('last_updated', models.DateTimeField(default=django.utils.timezone.now)),
                        ('next_update_due', models.DateTimeField(blank=True, db_index=True, null=True)),
                        ('status', models.CharField(default='Active', max_length=64)),
                        ('updated_by', models.CharField(blank=True, max_length=255, null=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ],
                    options={
                        'ordering': ['currency_code'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('exchange_rate__gt', 0)), name='networkroutes_exchangerate_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Location',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('location_code', models.CharField(max_length=100, unique=True, verbose_name='code')),
                        ('city', models.CharField(max_length=255)),
                        ('country', models.CharField(max_length=255)),
                        ('datacenter_name', models.CharField(blank=True, max_length=255, null=True, verbose_name='data centre')),
                        ('datacenter_address', models.TextField(blank=True, null=True, verbose_name='address')),
                        ('latitude', models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)], verbose_name='latitude, degrees')),
                        ('longitude', models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)], verbose_name='longitude, degrees')),
                        ('time_zone', models.CharField(blank=True, max_length=64, null=True)),
                        ('pop_type', models.CharField(blank=True, max_length=64, null=True, verbose_name='POP type')),
                        ('status', models.CharField(blank=True, default='Active', max_length=64, null=True)),
                        ('access_info', models.TextField(blank=True, null=True)),
                        ('design_file', models.CharField(blank=True, editable=False, max_length=255, null=True)),
                        ('min_price_1000_to_2999mb', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='minimum price 1,000 to 2,999 Mbps, USD')),
                        ('min_price_100_to_999mb', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='minimum price 100 to 999 Mbps, USD')),
                        ('min_price_3000mb_plus', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='minimum price from 3,000 Mbps, USD')),
                        ('min_price_under_100mb', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='minimum price below 100 Mbps, USD')),
                        ('more_info', models.TextField(blank=True, null=True)),
                        ('provider', models.CharField(blank=True, max_length=255, null=True)),
                        ('region', models.CharField(blank=True, choices=[('AMERs', 'AMERs'), ('EMEA', 'EMEA'), ('APAC', 'APAC')], max_length=16, null=True)),
                        ('search_text', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower(inventory_site.core.sql.Joined(django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('location_code'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('city'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('country'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('datacenter_name'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(models.F('datacenter_address'), models.TextField()), models.Value('', output_field=models.TextField())), models.Value('\n', output_field=models.TextField()))), output_field=models.TextField())),
                    ],
                    options={
                        'ordering': ['location_code'],
                        'indexes': [models.Index(fields=['status'], name='networkroutes_location_status')],
                    },
                ),
                migrations.CreateModel(
                    name='KmzFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('filename', models.CharField(max_length=255, unique=True)),
                        ('original_name', models.CharField(max_length=255)),
                        ('file_size', models.PositiveBigIntegerField(default=0, verbose_name='size, bytes')),
                        ('sha256', models.CharField(blank=True, max_length=64)),
                        ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('is_generated', models.BooleanField(default=False)),
                        ('route', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='kmz_files', to='networkroutes.networkroute')),
                        ('is_measured', models.BooleanField(default=False, editable=False)),
                        ('line_km', models.FloatField(blank=True, help_text='Along the longest line.', null=True, verbose_name='length of the line, km')),
                    ],
                    options={
                        'verbose_name': 'KMZ file',
                        'ordering': ['-uploaded_at', '-pk'],
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='DarkFibreChannel',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('dwdm_wavelength', models.CharField(blank=True, max_length=50, null=True, verbose_name='wavelength')),
                        ('dwdm_ucn', models.CharField(blank=True, max_length=50, null=True, verbose_name='channel UCN')),
                        ('equipment', models.CharField(blank=True, max_length=255, null=True)),
                        ('in_use', models.BooleanField(default=False, verbose_name='lit')),
                        ('capex_cost_to_light', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='capex to light')),
                        ('route', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='networkroutes.networkroute')),
                        ('bandwidth', models.CharField(blank=True, choices=[('1Gb', '1 Gb'), ('10Gb', '10 Gb'), ('100Gb', '100 Gb'), ('200Gb', '200 Gb'), ('400Gb', '400 Gb'), ('800Gb', '800 Gb')], max_length=8, null=True)),
                    ],
                    options={
                        'verbose_name': 'dark-fibre channel',
                        'ordering': ['pk'],
                        'indexes': [models.Index(fields=['dwdm_ucn'], name='networkroutes_channel_ucn')],
                    },
                ),
                migrations.CreateModel(
                    name='Reservation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reserved_by', models.CharField(max_length=255)),
                        ('reserved_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('open', 'Reserved'), ('released', 'Released'), ('expired', 'Expired')], default='open', max_length=16)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('reminded_at', models.DateTimeField(blank=True, null=True)),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reservations', to='networkroutes.darkfibrechannel')),
                        ('holder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reservations', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-reserved_at', '-pk'],
                        'indexes': [models.Index(fields=['status', 'expires_at'], name='networkroutes_reservation_due')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('channel',), name='networkroutes_reservation_one_open'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('reserved_at'))), name='networkroutes_reservation_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='ReservationLog',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('circuit_id', models.CharField(db_index=True, max_length=12)),
                        ('dwdm_ucn', models.CharField(blank=True, max_length=50, null=True)),
                        ('action', models.CharField(choices=[('RESERVED', 'Reserved'), ('RELEASED', 'Released'), ('EXPIRED', 'Expired'), ('RENEWED', 'Renewed')], max_length=16)),
                        ('reserved_by', models.CharField(blank=True, max_length=255, null=True)),
                        ('logged_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expiry_date', models.DateTimeField(blank=True, null=True)),
                        ('notes', models.TextField(blank=True, null=True)),
                        ('channel', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='log', to='networkroutes.darkfibrechannel')),
                    ],
                    options={
                        'verbose_name': 'reservation log row',
                        'ordering': ['-logged_at', '-pk'],
                        'indexes': [models.Index(fields=['action', '-logged_at'], name='networkroutes_reservlog_action')],
                    },
                ),
                migrations.CreateModel(
                    name='TestResultsFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('filename', models.CharField(max_length=255, unique=True)),
                        ('original_name', models.CharField(max_length=255)),
                        ('file_size', models.PositiveBigIntegerField(default=0, verbose_name='size, bytes')),
                        ('sha256', models.CharField(blank=True, max_length=64)),
                        ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('route', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='test_results', to='networkroutes.networkroute')),
                    ],
                    options={
                        'verbose_name': 'test-results file',
                        'ordering': ['-uploaded_at', '-pk'],
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='DesignLog',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('logged_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('action_type', models.CharField(db_index=True, max_length=64)),
                        ('parameters', models.JSONField(blank=True, null=True)),
                        ('results', models.JSONField(blank=True, null=True)),
                        ('execution_time_ms', models.PositiveIntegerField(blank=True, null=True)),
                        ('ip_address', models.CharField(blank=True, max_length=64, null=True)),
                        ('session_id', models.CharField(blank=True, max_length=255, null=True)),
                        ('user_name', models.CharField(blank=True, max_length=200, null=True)),
                        ('kmz_files', models.TextField(blank=True, null=True)),
                        ('pricing_data', models.JSONField(blank=True, null=True)),
                        ('archived_at', models.DateTimeField(blank=True, db_index=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'design log row',
                        'ordering': ['-logged_at', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='SavedSearch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('search_name', models.TextField(blank=True, null=True)),
                        ('source_location', models.TextField(blank=True, null=True)),
                        ('destination_location', models.TextField(blank=True, null=True)),
                        ('bandwidth_required', models.FloatField(blank=True, null=True)),
                        ('bandwidth_unit', models.CharField(blank=True, max_length=64, null=True)),
                        ('include_ull', models.BooleanField(blank=True, null=True)),
                        ('protection_required', models.BooleanField(blank=True, null=True)),
                        ('max_latency_ms', models.FloatField(blank=True, null=True)),
                        ('carrier_avoidance', models.JSONField(blank=True, null=True)),
                        ('output_currency', models.CharField(blank=True, max_length=16, null=True)),
                        ('contract_term_months', models.PositiveIntegerField(blank=True, null=True)),
                        ('search_results', models.JSONField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'saved searches',
                        'ordering': ['-created_at', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='LegacyRecord',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('table', models.CharField(max_length=64)),
                        ('legacy_id', models.CharField(max_length=64)),
                        ('object_id', models.BigIntegerField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('table', 'legacy_id'), name='networkroutes_legacyrecord_once')],
                    },
                ),
                migrations.CreateModel(
                    name='BulkUpload',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('module', models.CharField(max_length=64)),
                        ('filename', models.CharField(max_length=255)),
                        ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('user_name', models.CharField(blank=True, max_length=150)),
                        ('outcome', models.CharField(choices=[('queued', 'Waiting'), ('checking', 'Checking lines'), ('writing', 'Writing'), ('dry_run', 'Dry run'), ('done', 'Imported'), ('refused', 'Refused'), ('failed', 'Failed')], max_length=16)),
                        ('total_rows', models.PositiveIntegerField(default=0)),
                        ('rows_imported', models.PositiveIntegerField(default=0)),
                        ('rows_updated', models.PositiveIntegerField(default=0)),
                        ('invalid_rows', models.PositiveIntegerField(default=0)),
                        ('errors', models.JSONField(blank=True, default=list)),
                        ('checked_rows', models.PositiveIntegerField(default=0)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('file_key', models.CharField(blank=True, max_length=255)),
                        ('is_dry_run', models.BooleanField(default=False)),
                        ('is_upsert', models.BooleanField(default=False)),
                        ('preview', models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-uploaded_at', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='LatencyState',
                    fields=[
                        ('route', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='latency', serialize=False, to='networkroutes.networkroute')),
                        ('latency_ms', models.FloatField(blank=True, null=True)),
                        ('sampled_at', models.DateTimeField(blank=True, null=True)),
                        ('source', models.CharField(blank=True, max_length=100)),
                        ('losses', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'latency state',
                    },
                ),
                migrations.CreateModel(
                    name='PromoRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('rule_name', models.CharField(max_length=255, verbose_name='name')),
                        ('source_locations', models.JSONField(default=list)),
                        ('destination_locations', models.JSONField(default=list)),
                        ('price_under_100mb', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price below 100 Mbps')),
                        ('price_100_to_999mb', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price 100 to 999 Mbps')),
                        ('price_1000_to_2999mb', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price 1,000 to 2,999 Mbps')),
                        ('price_3000mb_plus', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price from 3,000 Mbps')),
                        ('is_active', models.BooleanField(db_index=True, default=True, verbose_name='active')),
                    ],
                    options={
                        'ordering': ['-is_active', 'rule_name', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Carrier',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('carrier_name', models.CharField(max_length=255, verbose_name='name')),
                        ('previously_known_as', models.CharField(blank=True, max_length=255)),
                        ('status', models.CharField(choices=[('active', 'Active'), ('inactive', 'Inactive')], db_index=True, default='active', max_length=16)),
                        ('region', models.CharField(choices=[('AMERs', 'AMERs'), ('EMEA', 'EMEA'), ('APAC', 'APAC')], max_length=16)),
                    ],
                    options={
                        'ordering': ['carrier_name', 'region'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('carrier_name'), models.F('region'), name='networkroutes_carrier_once_per_region')],
                    },
                ),
                migrations.CreateModel(
                    name='CarrierContact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('contact_type', models.CharField(blank=True, max_length=100)),
                        ('contact_level', models.CharField(blank=True, max_length=100)),
                        ('contact_name', models.CharField(max_length=255)),
                        ('contact_function', models.CharField(blank=True, max_length=255)),
                        ('contact_email', models.EmailField(blank=True, max_length=255)),
                        ('contact_phone', models.CharField(blank=True, max_length=64)),
                        ('notes', models.TextField(blank=True)),
                        ('last_updated', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                        ('approved_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='approved_carrier_contacts', to=settings.AUTH_USER_MODEL)),
                        ('carrier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='networkroutes.carrier')),
                    ],
                    options={
                        'ordering': ['carrier', 'contact_level', 'contact_name'],
                    },
                ),
                migrations.CreateModel(
                    name='LatencyProbe',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('ping', 'Ping'), ('tcp', 'TCP connection'), ('snmp', 'SNMP answer'), ('http', 'HTTP poll')], default='ping', max_length=8)),
                        ('target', models.CharField(max_length=500)),
                        ('json_path', models.CharField(blank=True, max_length=200)),
                        ('tcp_port', models.PositiveIntegerField(default=443, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='TCP port')),
                        ('timeout_ms', models.PositiveIntegerField(default=2000, validators=[django.core.validators.MinValueValidator(50), django.core.validators.MaxValueValidator(30000)], verbose_name='time-out, ms')),
                        ('losses_to_outage', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)])),
                        ('is_enabled', models.BooleanField(db_index=True, default=True, verbose_name='enabled')),
                        ('route', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='probe', to='networkroutes.networkroute')),
                        ('claimed_until', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('probed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('snmp_port', models.PositiveIntegerField(default=161, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='SNMP port')),
                    ],
                    options={
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='LocationCapabilities',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('cnx_extranet_wan', models.BooleanField(default=False)),
                        ('cnx_ethernet', models.BooleanField(default=False)),
                        ('cnx_voice', models.BooleanField(default=False)),
                        ('tdm_gateway', models.BooleanField(default=False, verbose_name='TDM gateway')),
                        ('cnx_unigy', models.BooleanField(default=False)),
                        ('cnx_alpha', models.BooleanField(default=False)),
                        ('cnx_chrono', models.BooleanField(default=False)),
                        ('cnx_sdwan', models.BooleanField(default=False, verbose_name='CNX SD-WAN')),
                        ('csp_on_ramp', models.BooleanField(default=False, verbose_name='CSP on-ramp')),
                        ('exchange_on_ramp', models.BooleanField(default=False, verbose_name='exchange on-ramp')),
                        ('internet_on_ramp', models.BooleanField(default=False, verbose_name='internet on-ramp')),
                        ('transport_only_pop', models.BooleanField(default=False, verbose_name='transport-only POP')),
                        ('cnx_colocation', models.BooleanField(default=False)),
                        ('location', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='capabilities', to='networkroutes.location')),
                    ],
                    options={
                        'verbose_name_plural': 'location capabilities',
                    },
                ),
                migrations.CreateModel(
                    name='PricingConfig',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('values', models.JSONField()),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('note', models.CharField(blank=True, max_length=255)),
                        ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'pricing rules version',
                        'ordering': ['-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='LatencySample',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('sampled_at', models.DateTimeField()),
                        ('latency_ms', models.FloatField(blank=True, null=True)),
                        ('source', models.CharField(max_length=100)),
                        ('route', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='samples', to='networkroutes.networkroute')),
                    ],
                    options={
                        'ordering': ['-sampled_at', '-pk'],
                        'indexes': [models.Index(fields=['route', '-sampled_at'], name='networkroutes_sample_route'), models.Index(fields=['sampled_at'], name='networkroutes_sample_time')],
                    },
                ),
                migrations.CreateModel(
                    name='Outage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('source', models.CharField(blank=True, max_length=100)),
                        ('route', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outages', to='networkroutes.networkroute')),
                    ],
                    options={
                        'ordering': ['-started_at', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('route',), name='networkroutes_outage_one_open')],
                    },
                ),
                migrations.CreateModel(
                    name='InventoryRecord',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('name', models.CharField(max_length=200)),
                        ('values', models.JSONField(blank=True, default=dict)),
                        ('repository_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='networkroutes.repositorytype')),
                    ],
                    options={
                        'ordering': ['repository_type', 'name'],
                        'constraints': [models.UniqueConstraint(fields=('repository_type', 'name'), name='networkroutes_inventoryrecord_once')],
                    },
                ),
                migrations.CreateModel(
                    name='RepositoryField',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('slug', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('\\A[a-z][a-z0-9_]{0,39}\\Z', 'Small letters, digits and underscores.')], verbose_name='name in exports')),
                        ('label', models.CharField(max_length=100)),
                        ('kind', models.CharField(choices=[('text', 'Text'), ('number', 'Number'), ('whole', 'Whole number'), ('yes_no', 'Yes or no'), ('date', 'Date'), ('choice', 'One of a list')], default='text', max_length=8)),
                        ('unit', models.CharField(blank=True, max_length=20)),
                        ('choices', models.JSONField(blank=True, default=list)),
                        ('is_required', models.BooleanField(default=False, verbose_name='required')),
                        ('position', models.PositiveSmallIntegerField(default=0)),
                        ('help_text', models.CharField(blank=True, max_length=255)),
                        ('repository_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='typed_fields', to='networkroutes.repositorytype')),
                    ],
                    options={
                        'ordering': ['repository_type', 'position', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('repository_type', 'slug'), name='networkroutes_repositoryfield_once')],
                    },
                ),
            ],
        ),
        inventory_site.core.search.operations.TrigramIndex(
            model_name='networkroute',
            column='search_text',
        ),
        inventory_site.core.search.operations.TrigramIndex(
            model_name='location',
            column='search_text',
        ),
    ]
