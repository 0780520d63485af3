import { defineSettings, Settings, type SettingsValues } from '@portico/configuration/api';
import { inject, injectable, instanceScope, optional, type ServiceHandle, siteScope } from '@portico/core';
import { DocumentLimits, defaultUploadBytes, defaultUploadFiles, defaultUploadsAtOnce } from './document-limits.js';

/** More than most sites ever need; one that fills without end stops before it takes the disk from the others. */
const defaultQuota = 100 * 1024 ** 3;

/** What administrators decide about shares: of the storage by site, of uploads by person. */
export const limitSettings = defineSettings({
  id: 'documents-media',
  section: 'content-and-data',
  title: 'title',
  description: 'settings.description',
  scopes: ['instance', 'site'],
  fields: {
    storageQuota: {
      type: 'size',
      group: 'settings.group-storage',
      default: defaultQuota,
      min: 0,
      label: 'settings.storage-quota',
      help: 'settings.storage-quota-help',
      limitsSite: true,
    },
    uploadsAtOncePerPerson: {
      type: 'number',
      group: 'settings.group-uploads',
      default: defaultUploadsAtOnce,
      min: 1,
      whole: true,
      label: 'settings.uploads-at-once',
      help: 'settings.uploads-at-once-help',
      siteOverridable: false,
      configKey: 'documents-media.uploadsAtOncePerPerson',
    },
    uploadBytesPerPersonAndHour: {
      type: 'size',
      default: defaultUploadBytes,
      min: 1,
      label: 'settings.upload-bytes',
      help: 'settings.upload-bytes-help',
      siteOverridable: false,
      configKey: 'documents-media.uploadBytesPerPersonAndHour',
    },
    uploadFilesPerPersonAndHour: {
      type: 'number',
      default: defaultUploadFiles,
      min: 1,
      whole: true,
      label: 'settings.upload-files',
      help: 'settings.upload-files-help',
      siteOverridable: false,
      configKey: 'documents-media.uploadFilesPerPersonAndHour',
    },
  },
});

type Limits = SettingsValues<typeof limitSettings.fields>;

/** The limits in force, a memory read; without the module that keeps settings what the deployment says, or the default. */
@injectable()
export class LimitSettings {
  constructor(
    @inject(optional(Settings)) private readonly settings: ServiceHandle<Settings>,
    @inject(DocumentLimits) private readonly limits: DocumentLimits,
  ) {}

  /** Bytes that the files of a site may take; Infinity where nothing limits them. */
  storageQuota(siteId: string): number {
    const quota = this.settings.get()?.of(limitSettings).get(siteScope(siteId)).storageQuota ?? defaultQuota;
    return quota === 0 ? Number.POSITIVE_INFINITY : quota;
  }

  /** What one person may send. */
  get uploads(): Pick<Limits, 'uploadsAtOncePerPerson' | 'uploadBytesPerPersonAndHour' | 'uploadFilesPerPersonAndHour'> {
    return this.settings.get()?.of(limitSettings).get(instanceScope) ?? this.limits;
  }
}
