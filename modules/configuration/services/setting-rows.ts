import { inject, injectable, Log, PortalError, type Scope, SecretBox } from '@portico/core';
import type { SecretState, SettingValue } from '../api/index.js';
import type { StoredSetting } from '../entities/index.js';
import { lastFourOf, type StoredValue } from './resolve-field.js';
import { SecretReferences } from './secret-references.js';

/** `instance`, or the id of a site. */
export type ScopeKey = string;

export const scopeKey = (scope: Scope): ScopeKey => (scope.kind === 'instance' ? 'instance' : scope.siteId);
export const scopeOf = (key: ScopeKey): Scope => (key === 'instance' ? { kind: 'instance' } : { kind: 'site', siteId: key });

/** What to write of a field, checked: a plain secret is sealed here. Undefined forgets the own value. */
export type FieldWrite =
  | { readonly kind: 'value'; readonly value: SettingValue }
  | { readonly kind: 'secret'; readonly plain: string }
  | { readonly kind: 'reference'; readonly reference: string }
  | { readonly kind: 'none' }
  /** As it was stored once. */
  | { readonly kind: 'restored'; readonly row: Pick<StoredSetting, 'kind' | 'content' | 'lastFour'> }
  | undefined;

/** Rows of settings and what they say: secrets are sealed on the way in, and stay sealed in memory. */
@injectable()
export class SettingRows {
  constructor(
    @inject(SecretBox) private readonly secretBox: SecretBox,
    @inject(SecretReferences) private readonly references: SecretReferences,
    @inject(Log) private readonly log: Log,
  ) {}

  /** @throws PortalError `secret-unreadable` (409) for a former secret that was sealed under another master key. */
  rowOf(
    place: Pick<StoredSetting, 'definitionId' | 'scope' | 'field' | 'setBy' | 'setAt'>,
    write: FieldWrite,
  ): { readonly field: string; readonly row: StoredSetting | undefined } {
    const { field, definitionId, scope } = place;
    if (!write) return { field, row: undefined };
    if (write.kind === 'restored') {
      const row = { ...place, ...write.row };
      if (row.kind === 'secret' && !this.isReadable(row))
        throw new PortalError(
          'secret-unreadable',
          `The former secret of ${definitionId}.${field} was sealed under another master key.`,
          { status: 409 },
        );
      return { field, row };
    }
    if (write.kind === 'secret') {
      const content = this.secretBox.seal(write.plain, secretPlace(definitionId, scope, field));
      return { field, row: { ...place, kind: 'secret', content, lastFour: lastFourOf(write.plain).lastFour ?? null } };
    }
    const content = write.kind === 'value' ? JSON.stringify(write.value) : write.kind === 'reference' ? write.reference : '';
    return { field, row: { ...place, kind: write.kind, content, lastFour: null } };
  }

  /** What is kept in memory of a row. */
  remember(row: StoredSetting): StoredValue {
    if (row.kind === 'none') return { kind: 'none' };
    if (row.kind === 'value') return { kind: 'value', value: frozen(JSON.parse(row.content) as SettingValue) };
    if (row.kind === 'reference') return { kind: 'reference', reference: row.content, state: this.referenceState(row) };
    const state: SecretState = {
      isSet: true,
      readable: this.isReadable(row),
      setAt: new Date(row.setAt),
      setBy: row.setBy,
      ...(row.lastFour === null ? {} : { lastFour: row.lastFour }),
    };
    return { kind: 'secret', sealed: row.content, state };
  }

  /** Asks anew whenever it is looked at: the deployment may have brought it meanwhile. */
  private referenceState({ content: reference, setAt, setBy }: StoredSetting): SecretState {
    const { references } = this;
    return {
      isSet: true,
      reference,
      setAt: new Date(setAt),
      setBy,
      get readable(): boolean {
        return references.resolve(reference).ok;
      },
      get referenceProblem(): SecretState['referenceProblem'] {
        const resolved = references.resolve(reference);
        return resolved.ok ? undefined : resolved.problem;
      },
    };
  }

  /** Whether a stored secret opens; what does not is in the log. */
  isReadable({ definitionId, scope, field, content }: StoredSetting): boolean {
    try {
      this.secretBox.open(content, secretPlace(definitionId, scope, field));
      return true;
    } catch {
      this.log.warn('A stored secret cannot be read; the master key may be another one.', {
        definition: definitionId,
        scope,
        field,
      });
      return false;
    }
  }
}

function frozen(value: SettingValue): SettingValue {
  return Array.isArray(value) ? Object.freeze(value) : value;
}

/** Binds a sealed secret to its place: copied to another row it does not open. */
export function secretPlace(definitionId: string, scope: ScopeKey, field: string): string {
  return `configuration:${definitionId}:${field}:${scope}`;
}
