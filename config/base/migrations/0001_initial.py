import config.base.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Capability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'capability',
                'verbose_name_plural': 'capabilities',
                'permissions': [('item_view', 'View items'), ('item_edit', 'Create and change items'), ('stock_view', 'View stock, entries and availability'), ('location_view', 'View locations'), ('document_view', 'View documents and partners'), ('document_edit', 'Create and change purchase and sales documents'), ('purchase_receive', 'Post purchase receipts'), ('purchase_invoice', 'Post purchase invoices and item charges'), ('sale_ship', 'Post sales shipments'), ('sale_invoice', 'Post sales invoices'), ('transfer_edit', 'Create and change transfer orders'), ('transfer_post', 'Ship and receive transfers'), ('count_record', 'Record counts'), ('count_post', 'Post counts'), ('adjust_post', 'Post the adjustment journal'), ('reclass_post', 'Post the reclassification journal'), ('reserve_edit', 'Reserve stock'), ('assembly_post', 'Post assembly orders'), ('production_post', 'Post production orders'), ('scan_use', 'Use the scan station'), ('cost_view', 'See cost and value'), ('cost_adjust', 'Adjust cost'), ('cost_revalue', 'Revalue stock'), ('std_implement', 'Implement standard costs'), ('gl_view', 'View the general ledger'), ('gl_post_inventory', 'Post inventory cost to the general ledger'), ('gl_journal', 'Post the general journal'), ('period_close', 'Close inventory periods'), ('period_reopen', 'Reopen inventory periods'), ('close_run', 'Recalculate and close inventory'), ('close_reverse', 'Reverse an inventory close'), ('recon_view', 'View the reconciliation'), ('recon_sign', 'Sign the reconciliation'), ('report_view', 'View reports'), ('audit_view', 'View the audit trail and health'), ('export', 'Export lists'), ('setup_edit', 'Change the setup'), ('users_manage', 'Manage users and groups'), ('job_manage', 'Manage all background jobs')],
                'managed': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Dimension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='name')),
                ('blocked', models.BooleanField(default=False, verbose_name='blocked')),
            ],
            options={
                'verbose_name': 'dimension',
                'verbose_name_plural': 'dimensions',
            },
        ),
        migrations.CreateModel(
            name='DimensionSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(editable=False, max_length=64, unique=True, verbose_name='hash')),
                ('values', models.JSONField(default=dict, verbose_name='values')),
            ],
            options={
                'verbose_name': 'dimension set',
                'verbose_name_plural': 'dimension sets',
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('description', models.CharField(blank=True, max_length=100, verbose_name='description')),
                ('default_allowed', models.BooleanField(default=True, help_text='Gives numbers by itself.', verbose_name='default numbers')),
                ('manual_allowed', models.BooleanField(default=False, help_text='Numbers may be entered by hand.', verbose_name='manual numbers')),
                ('date_order', models.BooleanField(default=False, help_text='Refuses a date before the last date used.', verbose_name='date order')),
            ],
            options={
                'verbose_name': 'number series',
                'verbose_name_plural': 'number series',
            },
        ),
        migrations.CreateModel(
            name='ReasonCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('description', models.CharField(blank=True, max_length=100, verbose_name='description')),
                ('blocked', models.BooleanField(default=False, verbose_name='blocked')),
            ],
            options={
                'verbose_name': 'reason code',
                'verbose_name_plural': 'reason codes',
            },
        ),
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(default='Lagerbok', max_length=100, verbose_name='name')),
                ('currency_code', models.CharField(default='EUR', max_length=3, verbose_name='currency code')),
                ('amount_rounding_precision', config.base.fields.AmountField(default=Decimal('0.01'), verbose_name='amount rounding precision')),
                ('unit_amount_rounding_precision', config.base.fields.UnitCostField(default=Decimal('0.00001'), verbose_name='unit amount rounding precision')),
                ('time_zone', models.CharField(default='Europe/Oslo', max_length=64, verbose_name='time zone')),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'company',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='base_company_single_row'), models.CheckConstraint(condition=models.Q(('amount_rounding_precision__gt', 0), ('unit_amount_rounding_precision__gt', 0)), name='base_company_precision_positive')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=50, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('key', models.CharField(blank=True, default='', help_text='Active once at a time', max_length=200, verbose_name='key')),
                ('parameters', models.JSONField(default=dict, verbose_name='parameters')),
                ('result', models.JSONField(default=dict, verbose_name='result')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10, verbose_name='state')),
                ('attempt', models.PositiveIntegerField(default=0, verbose_name='attempt')),
                ('done', models.PositiveBigIntegerField(default=0, verbose_name='done')),
                ('total', models.PositiveBigIntegerField(default=0, verbose_name='total')),
                ('message', models.TextField(blank=True, default='', verbose_name='message')),
                ('error_code', models.CharField(blank=True, default='', max_length=40, verbose_name='error code')),
                ('warnings', models.PositiveIntegerField(default=0, verbose_name='warnings')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started at')),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True, verbose_name='heartbeat at')),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True, verbose_name='cancel requested at')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
                ('worker', models.CharField(blank=True, default='', max_length=200, verbose_name='worker')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'indexes': [models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['state'], name='base_job_active'), models.Index(fields=['kind', '-id'], name='base_job_kind')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running']), models.Q(('key', ''), _negated=True)), fields=('key',), name='base_job_key_active_once'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state__in', ['queued', 'running'])), models.Q(('finished_at__isnull', False), ('state__in', ['done', 'failed', 'cancelled'])), _connector='OR'), name='base_job_finished_at_end')],
            },
        ),
        migrations.CreateModel(
            name='JobLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='time')),
                ('attempt', models.PositiveIntegerField(default=0, verbose_name='attempt')),
                ('level', models.CharField(choices=[('info', 'Information'), ('warning', 'Warning'), ('error', 'Error')], default='info', max_length=10, verbose_name='level')),
                ('message', models.TextField(verbose_name='message')),
                ('url', models.CharField(blank=True, default='', max_length=500, verbose_name='link')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='log', to='base.job', verbose_name='job')),
            ],
            options={
                'verbose_name': 'job log line',
                'verbose_name_plural': 'job log',
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_label', models.CharField(max_length=100, verbose_name='record type')),
                ('record_no', models.CharField(max_length=100, verbose_name='record no.')),
                ('figure', models.CharField(blank=True, default='', max_length=200, verbose_name='figure')),
                ('text', models.TextField(verbose_name='text')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
                'indexes': [models.Index(fields=['model_label', 'record_no'], name='base_note_record')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(default='info', max_length=10, verbose_name='level')),
                ('text', models.CharField(max_length=500, verbose_name='text')),
                ('url', models.CharField(blank=True, default='', max_length=500, verbose_name='link')),
                ('model_label', models.CharField(blank=True, default='', max_length=100, verbose_name='record type')),
                ('record_no', models.CharField(blank=True, default='', max_length=100, verbose_name='record no.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'indexes': [models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='base_notification_unread')],
            },
        ),
        migrations.CreateModel(
            name='NumberSeriesLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starting_date', models.DateField(blank=True, null=True, verbose_name='starting date')),
                ('starting_no', models.CharField(max_length=20, verbose_name='starting no.')),
                ('ending_no', models.CharField(blank=True, default='', max_length=20, verbose_name='ending no.')),
                ('warning_no', models.CharField(blank=True, default='', max_length=20, verbose_name='warning no.')),
                ('increment', models.PositiveIntegerField(default=1, verbose_name='increment')),
                ('last_no_used', models.CharField(blank=True, default='', max_length=20, verbose_name='last no. used')),
                ('last_date_used', models.DateField(blank=True, null=True, verbose_name='last date used')),
                ('open', models.BooleanField(default=True, verbose_name='open')),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='base.numberseries', verbose_name='number series')),
            ],
            options={
                'verbose_name': 'number series line',
                'verbose_name_plural': 'number series lines',
                'constraints': [models.CheckConstraint(condition=models.Q(('starting_no', ''), _negated=True), name='base_numberseriesline_starting_no_given'), models.CheckConstraint(condition=models.Q(('ending_no', ''), ('last_no_used__lte', models.F('ending_no')), _connector='OR'), name='base_numberseriesline_within_end')],
            },
        ),
        migrations.CreateModel(
            name='RequestKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True, verbose_name='key')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
                ('result', models.JSONField(blank=True, default=dict, verbose_name='result')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'request key',
                'verbose_name_plural': 'request keys',
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list_name', models.CharField(help_text='URL name of the list', max_length=100, verbose_name='list')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('query', models.TextField(blank=True, default='', verbose_name='query string')),
                ('columns', models.JSONField(blank=True, default=list, verbose_name='columns')),
                ('audience', models.CharField(choices=[('private', 'Private'), ('group', 'Group'), ('all', 'Everybody')], default='private', max_length=10, verbose_name='for whom')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('pinned', models.BooleanField(default=False, verbose_name='pinned')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='auth.group', verbose_name='group')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'constraints': [models.UniqueConstraint(fields=('owner', 'list_name', 'name'), name='base_savedview_name_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('owner', 'list_name'), name='base_savedview_one_default'), models.CheckConstraint(condition=models.Q(models.Q(('audience', 'group'), ('group__isnull', False)), models.Q(models.Q(('audience', 'group'), _negated=True), ('group__isnull', True)), _connector='OR'), name='base_savedview_group_given')],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=50, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('parameters', models.JSONField(blank=True, default=dict, verbose_name='parameters')),
                ('every', models.CharField(choices=[('hour', 'Hour'), ('day', 'Day'), ('week', 'Week'), ('month', 'Month')], default='day', max_length=10, verbose_name='every')),
                ('next_run_at', models.DateTimeField(verbose_name='next run')),
                ('month_day', models.PositiveSmallIntegerField(blank=True, help_text='31 is the last day of every month.', null=True, verbose_name='day of the month')),
                ('last_run_at', models.DateTimeField(blank=True, null=True, verbose_name='last run')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('last_job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='base.job', verbose_name='last job')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
            ],
            options={
                'verbose_name': 'schedule',
                'verbose_name_plural': 'schedules',
            },
        ),
        migrations.CreateModel(
            name='SeededGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group_name', models.CharField(max_length=150, verbose_name='group')),
                ('permission', models.CharField(max_length=200, verbose_name='permission')),
            ],
            options={
                'verbose_name': 'seeded grant',
                'verbose_name_plural': 'seeded grants',
                'constraints': [models.UniqueConstraint(fields=('group_name', 'permission'), name='base_seededgrant_once')],
            },
        ),
        migrations.CreateModel(
            name='UserPreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(blank=True, default='', max_length=10, verbose_name='language')),
                ('region', models.CharField(blank=True, default='', max_length=10, verbose_name='region')),
                ('theme', models.CharField(choices=[('auto', 'As the system'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=10, verbose_name='theme')),
                ('density', models.CharField(choices=[('compact', 'Compact'), ('normal', 'Normal'), ('touch', 'Touch')], default='normal', max_length=10, verbose_name='density')),
                ('work_date', models.DateField(blank=True, null=True, verbose_name='work date')),
                ('start_page', models.CharField(blank=True, default='', max_length=200, verbose_name='start page')),
                ('sound', models.BooleanField(default=True, verbose_name='sound')),
                ('shortcuts', models.BooleanField(default=True, verbose_name='keyboard shortcuts')),
                ('tables', models.JSONField(blank=True, default=dict, verbose_name='table columns')),
                ('pinned', models.JSONField(blank=True, default=list, verbose_name='pinned')),
                ('recent', models.JSONField(blank=True, default=list, verbose_name='recent')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='preference', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'preference',
                'verbose_name_plural': 'preferences',
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_label', models.CharField(max_length=100, verbose_name='record type')),
                ('record_no', models.CharField(max_length=100, verbose_name='record no.')),
                ('file', models.FileField(upload_to='attachments/%Y/%m/', verbose_name='file')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'indexes': [models.Index(fields=['model_label', 'record_no'], name='base_attachment_record')],
            },
        ),
        migrations.CreateModel(
            name='ChangeLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_label', models.CharField(max_length=100, verbose_name='record type')),
                ('record_no', models.CharField(max_length=100, verbose_name='record no.')),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='changed at')),
                ('action', models.CharField(choices=[('add', 'Added'), ('change', 'Changed'), ('delete', 'Deleted')], max_length=10, verbose_name='action')),
                ('changes', models.JSONField(default=dict, help_text='Field: [from, to]', verbose_name='changes')),
                ('reason', models.CharField(blank=True, default='', max_length=250, verbose_name='reason')),
                ('origin', models.CharField(blank=True, default='', max_length=100, verbose_name='from where')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'change log entry',
                'verbose_name_plural': 'change log',
                'indexes': [models.Index(fields=['model_label', 'record_no'], name='base_changelog_record')],
            },
        ),
        migrations.CreateModel(
            name='DimensionValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='name')),
                ('blocked', models.BooleanField(default=False, verbose_name='blocked')),
                ('dimension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='values', to='base.dimension', verbose_name='dimension')),
            ],
            options={
                'verbose_name': 'dimension value',
                'verbose_name_plural': 'dimension values',
                'constraints': [models.UniqueConstraint(fields=('dimension', 'code'), name='base_dimensionvalue_code_once')],
            },
        ),
    ]
