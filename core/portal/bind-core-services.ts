import { HostCookies, HostSessionCookie, type Languages, NamedAccessContexts } from '../access/index.js';
import {
  AccessContexts,
  AccessControl,
  Announcements,
  ApiCatalog,
  AuditAreas,
  AuditChain,
  AuditLog,
  AuditPresenter,
  BlobStore,
  Clock,
  Commands,
  Cookies,
  DeploymentReport,
  type DisposableStore,
  Erasure,
  Explanations,
  Flags,
  HostConfig,
  Ids,
  IntegrityChecks,
  JobKinds,
  Jobs,
  Log,
  MessageCatalog as MessageCatalogToken,
  Messages,
  Modifications,
  type ModuleManifest,
  Modules,
  PersonalData,
  type PersonalDataSource,
  PersonDirectory,
  SecretBox,
  SecretStores,
  SecurityEvents,
  SessionCookie,
  SiteDirectory,
  UnitOfWork,
} from '../api/index.js';
import { auditCheck, CatalogAuditPresenter, StoredAuditChain, StoredSecurityEvents } from '../audit/index.js';
import type { LoadedConfig } from '../config/index.js';
import { doctorCommand, moduleCommands } from '../diagnostics/commands.js';
import { CheckedDeployment, deploymentChecks } from '../diagnostics/deployment.js';
import { InstalledCatalog } from '../diagnostics/installed-catalog.js';
import { type Inventory, ownershipCheck } from '../diagnostics/ownership.js';
import { flagCommands } from '../flags/index.js';
import { jobCommands, StoredJobs } from '../jobs/index.js';
import type { Kernel } from '../kernel/index.js';
import type { MessageCatalog } from '../messages/index.js';
import type { PackageRecords } from '../packages/index.js';
import { AesSecretBox, type KeyRing, openKeyRing, SecretRotation, secretCommands } from '../secrets/index.js';
import { coreFolder } from '../util/core-folder.js';
import { personalRows } from '../util/personal-rows.js';
import { DisabledModules } from './disabled-modules.js';
import { type ModificationDependencies, StoredModifications } from './modifications.js';
import type { Storage } from './open-storage.js';

export interface CoreServiceDependencies {
  readonly config: LoadedConfig;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly storage: Storage;
  readonly records: Pick<PackageRecords, 'removed'>;
  readonly secrets: OpenSecrets;
  /** Ends with the portal. */
  readonly opened: DisposableStore;
  readonly messages: MessageCatalog;
  readonly accessContexts: NamedAccessContexts;
  readonly views: ModificationDependencies['views'];
}

/** What is to be opened, or said, when the modules have started. */
export interface BoundServices {
  readonly deployment: CheckedDeployment;
  readonly jobs: StoredJobs;
}

/** Binds what the core offers to every module, and contributes its own commands and checks. Before boot. */
export function bindCoreServices(kernel: Kernel, dependencies: CoreServiceDependencies): BoundServices {
  const { config, messages, storage } = dependencies;
  const { persistence, audit, flags } = storage;
  const { clock, log, views } = dependencies;
  const sites = kernel.handle(SiteDirectory);
  kernel.bind(Log, dependencies.log);
  kernel.bind(Messages, messages.for('core'));
  kernel.bind(MessageCatalogToken, messages);
  kernel.bind(Clock, dependencies.clock);
  kernel.bind(Ids, dependencies.ids);
  kernel.bind(HostConfig, config);
  kernel.bind(UnitOfWork, persistence.unitOfWork);
  kernel.bind(BlobStore, persistence.blobs);
  kernel.bind(Erasure, persistence.erasure);
  kernel.bind(Announcements, persistence.announcements);
  kernel.bind(Flags, flags);
  bindAudit(kernel, dependencies);
  kernel.bind(AuditPresenter, new CatalogAuditPresenter(kernel.host(AuditAreas), sites, messages));
  for (const [index, area] of ['flags', 'modules', 'secrets', 'security', 'audit'].entries())
    kernel.contribute(
      AuditAreas,
      {
        area,
        label: `audit.area.${area}`,
        // What was denied is an address; why, is for programs.
        describe: ({ action, attribute }) => (action === 'denied' && attribute ? { what: attribute } : undefined),
      },
      { id: area, order: 90 + index },
    );
  kernel.bind(Modules, kernel);
  const { unitOfWork } = persistence;
  const modifications = new StoredModifications({
    switches: storage.modifications,
    unitOfWork,
    audit,
    clock,
    log,
    kernel,
    views,
  });
  kernel.bind(Modifications, modifications);
  kernel.bind(Explanations, kernel.explanations);
  kernel.bind(AccessContexts, dependencies.accessContexts);
  kernel.bind(SessionCookie, new HostSessionCookie(config.publicUrl));
  kernel.bind(Cookies, new HostCookies(config.publicUrl));
  const core = { id: 'core', folder: coreFolder, manifest: {} };
  kernel.bind(ApiCatalog, new InstalledCatalog(() => [core, ...kernel.modules], dependencies.log));
  bindSecrets(kernel, dependencies);
  const jobs = bindJobs(kernel, dependencies);

  const checks = kernel.host(IntegrityChecks);
  const deployment = new CheckedDeployment(checks, dependencies.log);
  kernel.bind(DeploymentReport, deployment);
  const manifests = (): readonly ModuleManifest[] => kernel.modules.map(({ manifest }) => manifest);
  for (const [id, check] of deploymentChecks({ config, flags, modules: kernel, manifests }))
    kernel.contribute(IntegrityChecks, check, { id });
  const disabled = new DisabledModules(persistence.unitOfWork, dependencies.clock, audit);
  const look = async (): Promise<Inventory> => ({
    ...persistence.inventory(),
    disabled: await disabled.load(),
    removed: (await dependencies.records.removed()).map(({ id }) => id),
    changesOff: storage.modifications.list(),
  });
  kernel.contribute(IntegrityChecks, ownershipCheck(kernel, look), { id: 'ownership' });
  persistence.checks.forEach((check, index) => {
    kernel.contribute(IntegrityChecks, check, { id: `persistence-${index}` });
  });
  const told = (subject: string, action: string): Promise<void> =>
    unitOfWork.write((transaction) => audit.record(transaction, { area: 'modules', subject, scope: 'instance', action }));
  const doctor = doctorCommand(checks, (check) => deployment.run(check), messages.for('core'));
  for (const command of [doctor, ...moduleCommands(kernel, modifications, told), ...flagCommands(flags)])
    kernel.contribute(Commands, command, { id: command.name });
  return { deployment, jobs };
}

function bindJobs(kernel: Kernel, { storage, clock, ids, log, opened, messages }: CoreServiceDependencies): StoredJobs {
  const { unitOfWork } = storage.persistence;
  const jobs = opened.add(new StoredJobs({ unitOfWork, clock, ids, log, kinds: kernel.host(JobKinds), audit: storage.audit }));
  kernel.bind(Jobs, jobs);
  for (const command of jobCommands(jobs, messages)) kernel.contribute(Commands, command, { id: command.name });
  return jobs;
}

function bindAudit(kernel: Kernel, { clock, log, opened, storage: { audit, persistence } }: CoreServiceDependencies): void {
  const { unitOfWork } = persistence;
  const chain = new StoredAuditChain({ unitOfWork, log: audit });
  const events = opened.add(new StoredSecurityEvents({ unitOfWork, audit, clock, log }));
  audit.beforeReading = () => events.settle();
  kernel.bind(AuditLog, audit);
  kernel.bind(AuditChain, chain);
  kernel.bind(SecurityEvents, events);
  kernel.contribute(IntegrityChecks, auditCheck(chain), { id: 'audit' });
  kernel.contribute(SecretStores, audit.keys, { id: 'audit' });
  for (const source of corePersonalData(audit)) kernel.contribute(PersonalData, source, { id: source.key });
}

/** The master key, and what it seals. */
export interface OpenSecrets {
  readonly ring: KeyRing;
  readonly box: SecretBox;
}

export function openSecrets({ home, masterKey, previousMasterKey: previousKey }: LoadedConfig, log: Log): OpenSecrets {
  const ring = openKeyRing({ home, masterKey, previousKey });
  if (ring.problem) log.error('The master key cannot be used.', { problem: ring.problem });
  return { ring, box: new AesSecretBox(ring) };
}

function bindSecrets(kernel: Kernel, { config, storage, secrets: { ring, box } }: CoreServiceDependencies): void {
  const { home, masterKey } = config;
  const stores = kernel.host(SecretStores);
  const keyIsGiven = masterKey !== undefined;
  const { audit, persistence } = storage;
  const rotation = new SecretRotation({
    home,
    keyIsGiven,
    ring,
    box,
    stores,
    unitOfWork: persistence.unitOfWork,
    audit,
    modules: kernel,
  });
  for (const command of secretCommands({ ring, box, stores, rotation, sites: kernel.handle(SiteDirectory) }))
    kernel.contribute(Commands, command, { id: command.name });
  kernel.bind(SecretBox, box);
}

/** Contexts of whoever acts outside of a request, among those whom modules know. */
export function createAccessContexts(kernel: Kernel, messages: MessageCatalog, languages: Languages): NamedAccessContexts {
  return new NamedAccessContexts(
    kernel.handle(AccessControl),
    kernel.handle(SiteDirectory),
    kernel.handle(PersonDirectory),
    messages.for('core'),
    languages,
  );
}

/** What the core itself keeps about people: their entries of the audit log, and their jobs. */
function corePersonalData(audit: AuditLog): readonly PersonalDataSource[] {
  const entries = personalRows({
    key: 'auditLog',
    label: 'personal.audit',
    table: 'portico_audit',
    owner: 'by_id',
    columns: {
      at: 'at',
      area: 'area',
      subject: 'subject',
      attribute: 'attribute',
      scope: 'scope',
      action: 'action',
      via: 'via',
      address: 'address',
    },
    forget: async (transaction, { id, email }) => void (await audit.anonymise(transaction, id, [email])),
  });
  return [
    // What happened happened: the log says who it was at that time.
    { ...entries, merge: async () => {} },
    personalRows({
      key: 'jobs',
      label: 'personal.jobs',
      table: 'portico_job',
      owner: 'by_id',
      columns: { kind: 'kind', title: 'title', state: 'state', createdAt: 'created_at', endedAt: 'ended_at' },
      times: ['createdAt', 'endedAt'],
      forget: async (transaction, { id }) => {
        await transaction.query("UPDATE portico_job SET by_name = '' WHERE by_id = ?", [id]);
      },
    }),
  ];
}
