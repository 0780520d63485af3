import { inject, injectable, Log, Messages, PortalError } from '@portico/core';
import { AddressRefused, AnswerTooLarge } from './guarded-fetch.js';
import { discover, MetadataUnfit, ProviderClients } from './provider-clients.js';
import { checkedFacts, type ProviderFacts } from './provider-facts.js';

/** What can be wrong with a provider, for those who set it up: message keys `test.<problem>`. */
export type ProviderProblem =
  | 'address'
  | 'certificate'
  | 'http'
  | 'issuer-differs'
  | 'large'
  | 'metadata'
  | 'name-unknown'
  | 'no-answer'
  | 'not-found'
  | 'not-json'
  | 'redirect'
  | 'refused'
  | 'silent'
  | 'status';

const codesOfCertificates = /^(?:CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL)/;
const codesOfNames = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** Why a provider could not be asked what it is. @param error of `discover`. */
function problemOf(error: unknown): {
  readonly problem: ProviderProblem;
  readonly values?: Readonly<Record<string, string | number>>;
} {
  const chain = chainOf(error);
  for (const link of chain) {
    if (link instanceof AddressRefused) return { problem: 'http' };
    if (link instanceof AnswerTooLarge) return { problem: 'large' };
    if (link instanceof MetadataUnfit) return { problem: 'metadata', values: { field: link.field } };
    if (link instanceof Response) return problemOfStatus(link.status);
    const { name, code, message = '' } = link as { name?: string; code?: string; message?: string };
    if (name === 'TimeoutError' || code === 'OAUTH_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return { problem: 'silent' };
    if (code !== undefined && codesOfNames.has(code)) return { problem: 'name-unknown' };
    if (code === 'ECONNREFUSED') return { problem: 'refused' };
    if (code !== undefined && codesOfCertificates.test(code)) return { problem: 'certificate' };
    if (code === 'EPROTO' || /wrong version number|packet length too long/.test(message)) return { problem: 'certificate' };
    if (code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') return { problem: 'issuer-differs' };
    if (code === 'OAUTH_RESPONSE_IS_NOT_JSON' || code === 'OAUTH_PARSE_ERROR') return { problem: 'not-json' };
  }
  return {
    problem: chain.some((link) => (link as Error).name === 'ClientError') ? 'metadata' : 'no-answer',
    values: { field: 'issuer' },
  };
}

function problemOfStatus(status: number): { readonly problem: ProviderProblem; readonly values?: { readonly status: number } } {
  if (status === 404) return { problem: 'not-found' };
  if (status >= 300 && status < 400) return { problem: 'redirect' };
  return { problem: 'status', values: { status } };
}

/** An error, what caused it, what caused that; a response among them, as the library gives it. */
function chainOf(error: unknown): readonly object[] {
  const chain: object[] = [];
  for (
    let link = error;
    typeof link === 'object' && link !== null && chain.length < 10;
    link = (link as { cause?: unknown }).cause
  ) {
    chain.push(link);
    if (link instanceof AggregateError) chain.push(...link.errors.filter((each) => typeof each === 'object' && each !== null));
  }
  return chain;
}

/** Why somebody could not be signed in by what came back from a provider, in a sentence for that person. */
export function signInProblem(error: unknown, name: string, messages: Messages, locale: string): PortalError {
  const fail = (code: keyof typeof statuses): PortalError =>
    new PortalError(code, messages.text(`failed.${code}`, { name }, locale), {
      status: statuses[code],
      expose: true,
      cause: error,
    });
  for (const link of chainOf(error)) {
    if (link instanceof PortalError) return link;
    const { name: kind, code, error: said = '' } = link as { name?: string; code?: string; error?: string };
    if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') return fail(said === 'access_denied' ? 'oidc-cancelled' : 'oidc-refused');
    if (code === 'OAUTH_RESPONSE_BODY_ERROR') {
      if (said === 'invalid_grant') return fail('oidc-attempt-over');
      return fail(clientErrors.has(said) ? 'oidc-client-refused' : 'oidc-refused');
    }
    if (code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return fail('oidc-client-refused');
    if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') return fail('oidc-clock');
    if (link instanceof ClockDiffers) return fail('oidc-clock');
    if (kind === 'TimeoutError' || (code !== undefined && codesOfConnections.test(code))) return fail('oidc-unreachable');
    if (link instanceof Response || link instanceof AnswerTooLarge) return fail('oidc-unreachable');
  }
  return fail('oidc-answer-invalid');
}

/** A token from a time that has not come yet, by the portal's clock. */
export class ClockDiffers extends Error {}

const clientErrors = new Set(['invalid_client', 'unauthorized_client']);
const codesOfConnections =
  /^(?:ECONN|ENOTFOUND|EAI_AGAIN|EHOST|ENET|ETIMEDOUT|EPIPE|UND_ERR|OAUTH_TIMEOUT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

const statuses = {
  'oidc-answer-invalid': 502,
  'oidc-attempt-over': 410,
  'oidc-cancelled': 403,
  'oidc-client-refused': 502,
  'oidc-clock': 502,
  'oidc-refused': 502,
  'oidc-unreachable': 502,
} as const;

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
      return {
        kind: 'success',
        text: [text('test.success', { issuer: facts.issuer }), ...more].filter((sentence) => sentence !== '').join(' '),
      };
    } catch (error) {
      const { problem, values = {} } = problemOf(error);
      this.log.info('A provider of OpenID Connect could not be asked what it is.', { issuer: facts.issuer, problem, error });
      return { kind: 'danger', text: text(`test.${problem}`, values) };
    }
  }
}
