import { z } from '@portico/core';
import { password } from './input.js';

const shortText = z.string().max(1000);
const ticket = z.string().max(100);
/** What browsers say of a passkey, as JSON; only the library that checks it looks inside. */
const response = z.string().max(16_384);
const next = shortText.optional();

export const codeForm = z.strictObject({
  ticket,
  /** Left out by who only wants the other form. */
  code: shortText.optional(),
  next,
  recovery: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});
export const ticketForm = z.strictObject({ ticket: ticket.optional() });
export const passkeySignInForm = z.strictObject({ ticket: ticket.optional(), response, next });
export const setUpAppForm = z.strictObject({ ticket, sealed: shortText, code: shortText, next });
export const setUpPasskeyForm = z.strictObject({ ticket, name: shortText, response, next });

export const appForm = z.strictObject({ sealed: shortText, code: shortText });
export const passkeyForm = z.strictObject({ name: shortText, response });
export const credentialParams = z.strictObject({ id: z.string().regex(/^[\w-]{1,1400}$/) });
export const sessionParams = z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/) });
export const passwordForm = z.strictObject({ password });
export const confirmForm = z.strictObject({ password, next: shortText });

const credentials = z.array(z.object({ id: z.string(), type: z.literal('public-key'), transports: z.array(z.string()) }));

/** What `navigator.credentials.get` is asked with. */
export const requestOptions = z.object({
  challenge: z.string(),
  rpId: z.string(),
  timeout: z.number(),
  userVerification: z.literal('required'),
  allowCredentials: credentials,
});

/** What `navigator.credentials.create` is asked with. */
export const creationOptions = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number() })),
  timeout: z.number(),
  attestation: z.literal('none'),
  excludeCredentials: credentials,
  authenticatorSelection: z.object({ residentKey: z.literal('required'), userVerification: z.literal('required') }),
});
export const nextPage = z.strictObject({ next: shortText.default('/account') });
