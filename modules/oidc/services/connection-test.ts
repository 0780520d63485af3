import { inject, injectable, Log, Messages } from '@portico/core';
import { discover, ProviderClients } from './provider-clients.js';
import { checkedFacts, type ProviderFacts } from './provider-facts.js';
import { problemOf } from './provider-problems.js';

/** What a look at a provider found, in a sentence. */
export interface ConnectionFound {
  readonly kind: 'success' | 'danger';
  readonly text: string;
}

/** Asks a provider what it is, as the form stands, before anything is saved. It signs nobody in, and sends no secret. */
@injectable()
export class ConnectionTest {
  constructor(
    @inject(ProviderClients) private readonly clients: ProviderClients,
    @inject(Messages) private readonly messages: Messages,
    @inject(Log) private readonly log: Log,
  ) {}

  /** @throws PortalError `invalid-input` (400) when the issuer is no address. */
  async run(typed: ProviderFacts, locale: string): Promise<ConnectionFound> {
    const facts = checkedFacts({ ...typed, name: typed.name || '-', clientId: typed.clientId || '-' });
    const text = (key: string, values: Readonly<Record<string, string | number>>): string =>
      this.messages.text(key, { issuer: facts.issuer, ...values }, locale);
    try {
      const { metadata, keys } = await discover(facts, undefined, this.clients.skewSeconds());
      await keys.reload();
      const ends = metadata.end_session_endpoint !== undefined;
      const tells = metadata.backchannel_logout_supported === true;
      const more = [ends ? '' : text('test.no-end-session', {}), tells ? '' : text('test.no-back-channel', {})];
      return { kind: 'success', text: [text('test.success', {}), ...more].filter((sentence) => sentence !== '').join(' ') };
    } catch (error) {
      const { problem, values = {} } = problemOf(error);
      this.log.info('A provider of OpenID Connect could not be asked what it is.', { issuer: facts.issuer, problem, error });
      return { kind: 'danger', text: text(`test.${problem}`, values) };
    }
  }
}
