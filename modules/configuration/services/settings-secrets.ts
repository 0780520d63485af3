import { In, inject, injectable, type SecretStore, type StoredSecret, UnitOfWork } from '@portico/core';
import { StoredSetting } from '../entities/index.js';
import { StoredSettings } from './stored-settings.js';

/** The secrets among the settings, for `portico secrets`; those of modules that do not run included. */
@injectable()
export class SettingsSecrets implements SecretStore {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(StoredSettings) private readonly stored: StoredSettings,
  ) {}

  async list(): Promise<readonly StoredSecret[]> {
    const rows = await this.unitOfWork.read((reader) =>
      reader.repository(StoredSetting).find({
        where: { kind: In(['secret', 'reference']) },
        order: { scope: 'ASC', definitionId: 'ASC', field: 'ASC' },
      }),
    );
    return rows.map(({ definitionId, scope, field, kind, content, setBy, setAt }) => {
      const kept = this.stored.get(definitionId, scope)?.get(field);
      return {
        id: [scope, definitionId, field].join('/'),
        name: `${definitionId}.${field}`,
        scope,
        setBy,
        setAt: new Date(setAt),
        ...(kind === 'secret' ? { sealed: content } : { reference: content }),
        readable: (kept?.kind === 'secret' || kept?.kind === 'reference') && kept.state.readable,
      };
    });
  }

  reseal(id: string): Promise<boolean> {
    const [scope = '', definitionId = '', field = ''] = id.split('/');
    return this.stored.reseal(definitionId, scope, field);
  }
}
