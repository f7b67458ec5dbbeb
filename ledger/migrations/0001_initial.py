import config.base.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('base', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountingPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starting_date', models.DateField(unique=True, verbose_name='starting date')),
                ('name', models.CharField(blank=True, max_length=30, verbose_name='name')),
                ('new_fiscal_year', models.BooleanField(default=False, verbose_name='new fiscal year')),
                ('closed', models.BooleanField(default=False, verbose_name='closed')),
            ],
            options={
                'verbose_name': 'accounting period',
                'verbose_name_plural': 'accounting periods',
            },
        ),
        migrations.CreateModel(
            name='GLAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.CharField(max_length=20, unique=True, verbose_name='no.')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('account_type', models.CharField(choices=[('posting', 'Posting'), ('heading', 'Heading'), ('total', 'Total')], default='posting', max_length=10, verbose_name='account type')),
                ('income_balance', models.CharField(choices=[('balance_sheet', 'Balance sheet'), ('income_statement', 'Income statement')], default='balance_sheet', max_length=20, verbose_name='income/balance')),
                ('category', models.CharField(blank=True, max_length=50, verbose_name='category')),
                ('direct_posting', models.BooleanField(default=True, verbose_name='direct posting')),
                ('blocked', models.BooleanField(default=False, verbose_name='blocked')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='ledger.glaccount', verbose_name='parent account')),
            ],
            options={
                'verbose_name': 'G/L account',
                'verbose_name_plural': 'G/L accounts',
            },
        ),
        migrations.CreateModel(
            name='GLRegister',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source_code', models.CharField(choices=[('INVTPCOST', 'Inventory posting to G/L'), ('GENJNL', 'General journal'), ('REVERSAL', 'Reversal'), ('CLSINCOME', 'Year end closing'), ('INVTCLOSE', 'Inventory close')], max_length=20, verbose_name='source code')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'G/L register',
                'verbose_name_plural': 'G/L registers',
            },
        ),
        migrations.CreateModel(
            name='GLTransaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posting_date', models.DateField(verbose_name='posting date')),
                ('document_no', models.CharField(max_length=20, verbose_name='document no.')),
                ('source_code', models.CharField(choices=[('INVTPCOST', 'Inventory posting to G/L'), ('GENJNL', 'General journal'), ('REVERSAL', 'Reversal'), ('CLSINCOME', 'Year end closing'), ('INVTCLOSE', 'Inventory close')], max_length=20, verbose_name='source code')),
                ('description', models.CharField(blank=True, db_default='', max_length=100, verbose_name='description')),
                ('line_count', models.PositiveIntegerField(verbose_name='number of lines')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('register', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transactions', to='ledger.glregister', verbose_name='G/L register')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='ledger.gltransaction', verbose_name='reverses')),
            ],
            options={
                'verbose_name': 'G/L transaction',
                'verbose_name_plural': 'G/L transactions',
                'indexes': [models.Index(fields=['document_no'], name='gl_transaction_document')],
            },
        ),
        migrations.CreateModel(
            name='GLEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posting_date', models.DateField(verbose_name='posting date')),
                ('document_no', models.CharField(max_length=20, verbose_name='document no.')),
                ('external_document_no', models.CharField(blank=True, db_default='', max_length=35, verbose_name='external document no.')),
                ('description', models.CharField(blank=True, db_default='', max_length=100, verbose_name='description')),
                ('amount', config.base.fields.AmountField(verbose_name='amount')),
                ('source_code', models.CharField(choices=[('INVTPCOST', 'Inventory posting to G/L'), ('GENJNL', 'General journal'), ('REVERSAL', 'Reversal'), ('CLSINCOME', 'Year end closing'), ('INVTCLOSE', 'Inventory close')], max_length=20, verbose_name='source code')),
                ('system_created', models.BooleanField(db_default=False, verbose_name='system-created entry')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('dimension_set', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='base.dimensionset', verbose_name='dimension set')),
                ('gl_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.glaccount', verbose_name='G/L account')),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.gltransaction', verbose_name='G/L transaction')),
            ],
            options={
                'verbose_name': 'G/L entry',
                'verbose_name_plural': 'G/L entries',
                'indexes': [models.Index(fields=['gl_account', 'posting_date'], include=('amount',), name='gl_entry_account_date'), models.Index(fields=['document_no', 'posting_date'], name='gl_entry_document'), models.Index(fields=['posting_date'], name='gl_entry_posting_date')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='gl_entry_amount_not_zero')],
            },
        ),
        migrations.CreateModel(
            name='LedgerSetup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('allow_posting_from', models.DateField(blank=True, null=True, verbose_name='allow posting from')),
                ('allow_posting_to', models.DateField(blank=True, null=True, verbose_name='allow posting to')),
                ('general_journal_series', models.CharField(default='GJ', max_length=20, verbose_name='general journal series')),
                ('inventory_posting_series', models.CharField(default='IPG', max_length=20, verbose_name='inventory posting series')),
            ],
            options={
                'verbose_name': 'general ledger setup',
                'verbose_name_plural': 'general ledger setup',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='ledger_setup_single_row'), models.CheckConstraint(condition=models.Q(('allow_posting_from__isnull', True), ('allow_posting_to__isnull', True), ('allow_posting_from__lte', models.F('allow_posting_to')), _connector='OR'), name='ledger_setup_dates_in_order', violation_error_message='Allow posting from must not be later than allow posting to.')],
            },
        ),
        migrations.CreateModel(
            name='GeneralJournalLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line_no', models.PositiveIntegerField(verbose_name='line no.')),
                ('posting_date', models.DateField(verbose_name='posting date')),
                ('document_no', models.CharField(blank=True, max_length=20, verbose_name='document no.')),
                ('description', models.CharField(blank=True, max_length=100, verbose_name='description')),
                ('amount', config.base.fields.AmountField(verbose_name='amount')),
                ('dimension_set', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='base.dimensionset', verbose_name='dimension set')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('gl_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ledger.glaccount', verbose_name='G/L account')),
            ],
            options={
                'verbose_name': 'general journal line',
                'verbose_name_plural': 'general journal lines',
                'constraints': [models.UniqueConstraint(fields=('owner', 'line_no'), name='general_journal_line_no_unique'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='general_journal_line_amount_not_zero')],
            },
        ),
    ]
