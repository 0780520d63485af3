import { type ImageProvider, ProviderError } from '@portico/ai-providers/api';
import type { SettingsActionCall, SettingsActionKind, SettingsActionResult } from '@portico/configuration/api';
import { inject, injectable, MessageCatalog, Messages } from '@portico/core';
import { CircuitBreaker } from '../failures/circuit-breaker.js';
import { errorCatalogEntry } from '../failures/error-catalog.js';
import { type Translate, translator } from '../translator.js';
import { UnsavedProvider, type UnsavedService } from './unsaved-provider.js';

export type Finding = SettingsActionResult['findings'][number];

/** A test of the service that is typed in a form, before anything is sent. */
export interface ServiceTest {
  readonly provider: ImageProvider;
  /** Who is asked, and where. */
  readonly service: Finding;
  /** What can be said of the key without sending it anywhere; of kind `danger` when nothing may be sent. */
  readonly keyFinding: Finding;
  /** The key to send; undefined when none is. */
  readonly key: string | undefined;
  readonly translate: Translate;
  /** Undefined unless the service and the key in force are tested: only then the answer says something of other people's requests. */
  keyScopeInForce(): string | undefined;
}

/** What the tests of a service have in common: what is tested, what is said before it is asked, and what failed. */
@injectable()
export class ServiceTests {
  constructor(
    @inject(UnsavedProvider) private readonly providers: UnsavedProvider,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(Messages) private readonly messages: Messages,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  /** The field beside which the tests stand. */
  get field(): string {
    return this.providers.field;
  }

  /** @returns the result when there is nothing to test: the service is not installed. */
  begin(call: SettingsActionCall): ServiceTest | SettingsActionResult {
    const translate = translator(this.messages, call.access.locale);
    const typed = this.providers.of(call);
    if (!typed) return { kind: 'danger', summary: translate('service.nobody'), findings: [] };
    const { finding, key } = keyFinding(typed, translate, this.catalog, call.access.locale);
    return {
      provider: typed.provider,
      service: serviceFinding(typed.provider, translate),
      keyFinding: finding,
      key,
      translate,
      keyScopeInForce: () => (this.providers.isInForce(typed) ? this.breaker.keyScopeOf(call.access.scope) : undefined),
    };
  }
}

/** The finding, and the key when it may be sent. */
function keyFinding(
  { provider: { needsKey, takesKey = true }, keyField, key: secret }: UnsavedService,
  translate: Translate,
  catalog: MessageCatalog,
  locale: string,
): { readonly finding: Finding; readonly key: string | undefined } {
  const theirs = (key: string): string => (keyField ? catalog.for(keyField.module).text(key, {}, locale) : key);
  const title = keyField ? theirs(keyField.field.label) : translate('test.key');
  if (!takesKey || (!needsKey && !secret))
    return {
      finding: { kind: 'success', title, text: translate(takesKey ? 'test.key-optional' : 'test.key-unused') },
      key: undefined,
    };
  if (!secret) return { finding: { kind: 'danger', title, text: translate('test.key-missing') }, key: undefined };
  const from = translate(`test.key-from-${secret.from}`);
  const wrong = keyField?.field.check?.(secret.value.trim());
  if (wrong) return { finding: { kind: 'danger', title, text: `${from} ${theirs(wrong)}` }, key: undefined };
  return { finding: { kind: 'success', title, text: `${from} ${translate('test.key-shape')}` }, key: secret.value.trim() };
}

const serviceFinding = ({ name, place }: ImageProvider, translate: Translate): Finding => ({
  kind: 'success',
  title: translate('settings.service'),
  text: place === undefined ? name : translate('test.service', { name, place }),
});

/** What failed and what to do, without a word of the provider's. */
export function failureFinding(error: unknown, translate: Translate): Finding {
  const code = error instanceof ProviderError ? error.code : 'invalid-response';
  const cause = error instanceof ProviderError ? error.message : '';
  const title = translate(code === 'organization-not-verified' ? 'test.organization' : 'test.answer');
  return {
    kind: 'danger',
    title,
    text: [translate(`test.${code}`), cause, translate(errorCatalogEntry(code)?.remedy ?? 'remedy.invalid-response')]
      .filter(Boolean)
      .join(' '),
  };
}

export function worst(findings: readonly Finding[]): SettingsActionKind {
  const has = (kind: SettingsActionKind): boolean => findings.some((finding) => finding.kind === kind);
  return has('danger') ? 'danger' : has('warning') ? 'warning' : 'success';
}
