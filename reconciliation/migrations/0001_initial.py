import config.base.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('inventory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('sealed_at', models.DateTimeField(verbose_name='sealed at')),
                ('previous', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='reconciliation.ledgerseal', verbose_name='previous')),
                ('registers', models.ManyToManyField(related_name='seals', to='inventory.itemregister', verbose_name='registers')),
            ],
            options={
                'verbose_name': 'ledger seal',
                'verbose_name_plural': 'ledger seals',
            },
        ),
        migrations.CreateModel(
            name='ReconciliationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date_from', models.DateField(blank=True, null=True, verbose_name='date from')),
                ('date_to', models.DateField(blank=True, null=True, verbose_name='date to')),
                ('filters', models.JSONField(blank=True, default=dict, verbose_name='filters')),
                ('figures', models.JSONField(default=dict, verbose_name='figures')),
                ('known_at', models.DateTimeField(verbose_name='as known at')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'reconciliation',
                'verbose_name_plural': 'reconciliations',
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('signed_at', models.DateTimeField(verbose_name='signed at')),
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sign_off', to='reconciliation.reconciliationrun', verbose_name='run')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='signed by')),
            ],
            options={
                'verbose_name': 'sign-off',
                'verbose_name_plural': 'sign-offs',
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.CharField(max_length=40, verbose_name='row')),
                ('column', models.CharField(max_length=40, verbose_name='column')),
                ('cause', models.CharField(max_length=40, verbose_name='cause')),
                ('amount', config.base.fields.AmountField(verbose_name='amount')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='reconciliation.reconciliationrun', verbose_name='run')),
            ],
            options={
                'verbose_name': 'finding',
                'verbose_name_plural': 'findings',
                'constraints': [models.UniqueConstraint(fields=('run', 'row', 'column', 'cause'), name='finding_unique')],
            },
        ),
    ]
