import type { Encryption } from './mail-settings.js';

/** What came between a mail and its server; each is a message `fault.<kind>` that says it, and what to try. */
export type FaultKind =
  | 'authentication'
  | 'certificate-expired'
  | 'certificate-name'
  | 'certificate-untrusted'
  | 'closed'
  | 'ended'
  | 'host-unknown'
  | 'not-reached'
  | 'password-kept'
  | 'password-missing'
  | 'refused'
  | 'silent-plain'
  | 'silent-tls'
  | 'starttls-missing'
  | 'stopped'
  | 'temporary'
  | 'tls-broken'
  | 'tls-expected'
  | 'tls-unexpected'
  | 'unknown';

export interface SmtpFault {
  readonly kind: FaultKind;
  /** Whether this very mail would fail again, however often it is sent. */
  readonly isFinal: boolean;
  /** What the server said, if it said anything. */
  readonly answer?: string;
}

interface SmtpError {
  readonly message: string;
  readonly code?: string;
  readonly originalCode?: string;
  readonly reason?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

const certificateFaults: readonly (readonly [FaultKind, RegExp])[] = [
  ['certificate-name', /ALTNAME_INVALID|does not match certificate/i],
  ['certificate-expired', /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (?:has expired|is not yet valid)/i],
  [
    'certificate-untrusted',
    /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|CERT_(?:UNTRUSTED|REVOKED|REJECTED)|self-signed|unable to (?:verify|get)/i,
  ],
];
const noTls = /wrong.version.number|packet.length.too.long|unknown protocol|http_request/i;
const notReached = /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ECONNABORTED|EADDRNOTAVAIL|EACCES/;
const longestAnswer = 300;

/**
 * Puts an error of the client into one of our words. A server's no to this mail (5xx to its sender, its recipient or its text) is final; everything else,
 * a wrong password too, may be mended and is tried again.
 */
export function smtpFault(error: unknown, encryption: Encryption): SmtpFault {
  const {
    message = '',
    code = '',
    originalCode = '',
    reason = '',
    command = '',
    response,
    responseCode = 0,
  } = error as SmtpError;
  const said = response === undefined || !/^\d{3}/.test(response) ? {} : { answer: tidy(response) };
  const found = (kind: FaultKind, isFinal = false): SmtpFault => ({ kind, isFinal, ...said });
  const all = `${originalCode} ${reason} ${message}`;
  if (code === 'EDNS') return found('host-unknown');
  if (code === 'EAUTH') return found(responseCode === 0 ? 'password-missing' : 'authentication');
  if (/^(?:MAIL FROM|RCPT TO|DATA)$/.test(command) && (responseCode >= 400 || /^(?:EENVELOPE|EMESSAGE)$/.test(code))) {
    if (responseCode === 530) return found('authentication');
    return responseCode >= 400 && responseCode < 500 ? found('temporary') : found('refused', true);
  }
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return found('refused', true);
  const certificate = certificateFaults.find(([, pattern]) => pattern.test(all));
  if (certificate) return found(certificate[0]);
  if (encryption === 'tls' && noTls.test(all)) return found('tls-unexpected');
  if (command === 'STARTTLS' && responseCode >= 400) return found('starttls-missing');
  if (code === 'EPROTOCOL' && isTlsRecord(response)) return found('tls-expected');
  if (code === 'ETLS' || /ERR_SSL|EPROTO|SSL routines|TLS connection was established/i.test(all)) return found('tls-broken');
  if (notReached.test(all)) return found('not-reached');
  if (code === 'ETIMEDOUT') return found(silence(encryption));
  if (responseCode >= 400) return found('temporary');
  return found(/ECONNRESET|EPIPE/.test(all) || code === 'ECONNECTION' || code === 'ESOCKET' ? 'closed' : 'unknown');
}

/** A server that expects the other kind of connection says nothing either. */
export function silence(encryption: Encryption): FaultKind {
  return encryption === 'tls' ? 'silent-tls' : 'silent-plain';
}

function tidy(response: string): string {
  return response
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, longestAnswer);
}

/** A server that speaks TLS from the start answers what it cannot read with a record of its own. */
function isTlsRecord(response = ''): boolean {
  const type = response.charCodeAt(0);
  return type >= 0x14 && type <= 0x17 && response.charCodeAt(1) === 3;
}
