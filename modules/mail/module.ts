import { SettingsActions, SettingsDefinitions, SettingsNotices } from '@portico/configuration/api';
import {
  AuditAreas,
  Commands,
  defineModule,
  FirstSteps,
  HttpRoutes,
  IntegrityChecks,
  MenuItems,
  Permissions,
  PersonalData,
  SecretStores,
} from '@portico/core';
import { Mailer } from './api/index.js';
import { ListMail, RetryMail, TestMail } from './commands/mail-commands.js';
import { MailRoutes, manageMail } from './http/mail-routes.js';
import { MailNotices, MailStep, TestConnection } from './services/mail-notices.js';
import { MailQueue, MailSecrets, personalMails } from './services/mail-queue.js';
import { MailRunner } from './services/mail-runner.js';
import { mailSettings } from './services/mail-settings.js';
import { SmtpClient } from './services/smtp-client.js';

export default defineModule(({ provide, contribute, run }) => {
  provide(Mailer).to(MailQueue);
  run(SmtpClient);
  run(MailRunner);

  contribute(SettingsDefinitions).value(mailSettings, { id: 'mail', order: 60 });
  contribute(SettingsActions).to(TestConnection, { id: 'test-connection' });
  contribute(SettingsNotices).to(MailNotices, { id: 'mail' });
  contribute(FirstSteps).to(MailStep, { id: 'mail', order: 30, when: { permission: 'configuration.manage-instance-settings' } });
  contribute(Permissions).value(manageMail, { id: manageMail.id });
  contribute(AuditAreas).value({ area: 'mail', label: 'audit.area.mail' }, { id: 'mail' });
  contribute(HttpRoutes).to(MailRoutes);
  contribute(MenuItems).value(
    { label: 'mails.title', href: '/mail', menu: 'control-panel', category: 'system', icon: 'envelope-closed' },
    { id: 'mail', order: 60, when: { permission: manageMail.id } },
  );
  for (const command of [ListMail, RetryMail, TestMail]) contribute(Commands).to(command);
  contribute(IntegrityChecks).to(MailNotices, { id: 'mail' });
  contribute(SecretStores).to(MailSecrets, { id: 'mail' });
  contribute(PersonalData).value(personalMails, { id: 'mails' });
});
