import { HostCookies, HostSessionCookie, type NamedAccessContexts } from '../access/index.js';
import {
  AccessContexts,
  Announcements,
  ApiCatalog,
  AuditAreas,
  AuditLog,
  AuditPresenter,
  BlobStore,
  Clock,
  Commands,
  Cookies,
  DeploymentReport,
  Erasure,
  Explanations,
  Flags,
  HostConfig,
  Ids,
  IntegrityChecks,
  Log,
  MessageCatalog as MessageCatalogToken,
  Messages,
  Modifications,
  type ModuleManifest,
  Modules,
  SecretBox,
  SecretStores,
  SessionCookie,
  SiteDirectory,
  UnitOfWork,
} from '../api/index.js';
import { CatalogAuditPresenter } from '../audit/index.js';
import type { LoadedConfig } from '../config/index.js';
import { doctorCommand, moduleCommands } from '../diagnostics/commands.js';
import { CheckedDeployment, deploymentChecks } from '../diagnostics/deployment.js';
import { InstalledCatalog } from '../diagnostics/installed-catalog.js';
import { type Inventory, ownershipCheck } from '../diagnostics/ownership.js';
import { flagCommands } from '../flags/index.js';
import type { Kernel } from '../kernel/index.js';
import type { MessageCatalog } from '../messages/index.js';
import { AesSecretBox, openKeyRing, SecretRotation, secretCommands } from '../secrets/index.js';
import { DisabledModules } from './disabled-modules.js';
import { type ModificationDependencies, StoredModifications } from './modifications.js';
import type { Storage } from './open-storage.js';
import { coreFolder } from './project-root.js';

export interface CoreServiceDependencies {
  readonly config: LoadedConfig;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly storage: Storage;
  readonly messages: MessageCatalog;
  readonly accessContexts: NamedAccessContexts;
  readonly views: ModificationDependencies['views'];
}

/** Binds what the core offers to every module, and contributes its own commands and checks. Before boot. Answers what is known of the deployment. */
export function bindCoreServices(kernel: Kernel, dependencies: CoreServiceDependencies): CheckedDeployment {
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
  kernel.bind(AuditLog, audit);
  kernel.bind(AuditPresenter, new CatalogAuditPresenter(kernel.host(AuditAreas), sites, messages));
  kernel.contribute(AuditAreas, { area: 'flags', label: 'audit.area.flags' }, { id: 'flags', order: 90 });
  kernel.contribute(AuditAreas, { area: 'modules', label: 'audit.area.modules' }, { id: 'modules', order: 91 });
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

  const checks = kernel.host(IntegrityChecks);
  const deployment = new CheckedDeployment(checks, dependencies.log);
  kernel.bind(DeploymentReport, deployment);
  const manifests = (): readonly ModuleManifest[] => kernel.modules.map(({ manifest }) => manifest);
  for (const [id, check] of deploymentChecks({ config, flags, modules: kernel, manifests }))
    kernel.contribute(IntegrityChecks, check, { id });
  const disabled = new DisabledModules(persistence.unitOfWork, dependencies.clock);
  const look = async (): Promise<Inventory> => ({
    ...persistence.inventory(),
    disabled: await disabled.load(),
    changesOff: storage.modifications.list(),
  });
  kernel.contribute(IntegrityChecks, ownershipCheck(kernel, look), { id: 'ownership' });
  persistence.checks.forEach((check, index) => {
    kernel.contribute(IntegrityChecks, check, { id: `persistence-${index}` });
  });
  const doctor = doctorCommand(checks, (check) => deployment.run(check), messages.for('core'));
  for (const command of [doctor, ...moduleCommands(kernel, modifications), ...flagCommands(flags)])
    kernel.contribute(Commands, command, { id: command.name });
  return deployment;
}

function bindSecrets(kernel: Kernel, { config, log, storage }: CoreServiceDependencies): void {
  const { home, masterKey, previousMasterKey: previousKey } = config;
  const ring = openKeyRing({ home, masterKey, previousKey });
  if (ring.problem) log.error('The master key cannot be used.', { problem: ring.problem });
  const box = new AesSecretBox(ring);
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
