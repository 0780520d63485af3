import {
  Branding,
  Clock,
  inject,
  injectable,
  invalidInput,
  LessThan,
  notFound,
  optional,
  type Person,
  PortalError,
  type ServiceHandle,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { PasskeyEntity } from '../entities/passkey-entity.js';
import { PasskeyChallenges, type PasskeyPurpose } from './passkey-challenges.js';
import type { RelyingPartyAddress } from './relying-party.js';

/** Loaded with the first passkey, not with every start. */
const webAuthn = (): Promise<typeof import('@simplewebauthn/server')> => import('@simplewebauthn/server');

const mostPerPerson = 20;
const timeout = 5 * 60_000;

/** A passkey as its owner sees it. */
export interface PasskeyView {
  readonly id: string;
  readonly name: string;
  readonly rpId: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
}

/** What a browser is asked to do, and the text for its cookie that says so. */
export interface Asked<Options> {
  readonly options: Options;
  readonly cookie: string;
}

/** What the script of the page gives to the browser so that it makes a passkey: WebAuthn's own names. */
export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[];
  readonly timeout: number;
  readonly attestation: 'none';
  readonly excludeCredentials: readonly CredentialName[];
  readonly authenticatorSelection: { readonly residentKey: 'required'; readonly userVerification: 'required' };
}

/** What it gives to the browser so that it uses one. */
export interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly timeout: number;
  readonly userVerification: 'required';
  /** Empty: whichever the person has in this browser for this portal. */
  readonly allowCredentials: readonly CredentialName[];
}

interface CredentialName {
  readonly id: string;
  readonly type: 'public-key';
  readonly transports: readonly string[];
}

/** An answer of a passkey that was right; `use` takes it. */
export interface CheckedPasskey {
  readonly passkey: PasskeyEntity;
  readonly challenge: string;
  readonly counter: number;
}

/** EdDSA, ES256, RS256: what authenticators in use know. */
const algorithms = [-8, -7, -257];

/**
 * Passkeys (WebAuthn): the signature of a key that never leaves the person's device, over a challenge of ours and the address of the page. The device asks
 * for a finger, a face or a PIN each time (user verification), so that a passkey alone is both factors. The answer is checked by @simplewebauthn/server.
 *
 * The counter: many authenticators count nothing and always say 0, which always works. One that has counted must go on counting: an answer whose
 * counter is not greater than the last one is refused, and leaves an entry in the audit log, because the key may have been copied. The key stays as it is:
 * its owner decides, who can remove it.
 */
@injectable()
export class Passkeys {
  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(PasskeyChallenges) private readonly challenges: PasskeyChallenges,
    @inject(optional(Branding)) private readonly branding: ServiceHandle<Branding>,
  ) {}

  async of(personId: string): Promise<readonly PasskeyView[]> {
    const rows = await this.rowsOf(personId);
    return rows.map(({ id, name, rpId, createdAt, lastUsedAt }) => ({
      id,
      name,
      rpId,
      createdAt: Number(createdAt),
      lastUsedAt: lastUsedAt === null ? undefined : Number(lastUsedAt),
    }));
  }

  /** Begins to add one. */
  async offer(person: Person, { id }: RelyingPartyAddress): Promise<Asked<CreationOptions>> {
    const { challenge, cookie } = this.challenges.issue('add', person.id);
    const known = (await this.rowsOf(person.id)).filter(({ rpId }) => rpId === id);
    const options: CreationOptions = {
      challenge,
      rp: { id, name: this.branding.get()?.of(undefined).name ?? 'Portico' },
      user: {
        id: Buffer.from(person.id).toString('base64url'),
        name: person.email,
        displayName: person.name || person.email,
      },
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      timeout,
      attestation: 'none',
      excludeCredentials: known.map(credentialName),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    };
    return { options, cookie };
  }

  /**
   * Checks what the browser made; the row is for `insert`.
   * @throws PortalError `invalid-input` (400) for the name, `passkey-expired` (410), `passkey-invalid` (400).
   */
  async made(
    personId: string,
    { name, response, cookie }: { readonly name: string; readonly response: string; readonly cookie: string | undefined },
    at: RelyingPartyAddress,
  ): Promise<PasskeyEntity> {
    const tidy = name.trim().replace(/\s+/g, ' ');
    if (tidy === '' || tidy.length > 100) throw invalidInput({ name: 'Enter a name of at most 100 characters.' });
    const challenge = this.challenges.redeem(cookie, 'add', personId);
    const { verifyRegistrationResponse } = await webAuthn();
    const { registrationInfo } = await checked(async () =>
      verifyRegistrationResponse({
        response: parsed<RegistrationResponseJSON>(response),
        expectedChallenge: challenge,
        expectedOrigin: at.origin,
        expectedRPID: at.id,
        requireUserVerification: true,
        supportedAlgorithmIDs: algorithms,
      }),
    );
    if (!registrationInfo || !this.challenges.spend(challenge)) throw invalidPasskey();
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    return {
      id,
      personId,
      name: tidy,
      rpId: at.id,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      transports: JSON.stringify(transports),
      createdAt: this.clock.now().getTime(),
      lastUsedAt: null,
    };
  }

  /** @throws PortalError `too-many-passkeys` (409), `passkey-invalid` (400) for one that is somebody's already. */
  async insert(transaction: Transaction, passkey: PasskeyEntity): Promise<void> {
    const repository = transaction.repository(PasskeyEntity);
    if ((await repository.countBy({ personId: passkey.personId })) >= mostPerPerson) {
      throw new PortalError('too-many-passkeys', `You have ${mostPerPerson} passkeys already. Remove one first.`, {
        status: 409,
      });
    }
    if (await repository.existsBy({ id: passkey.id })) throw invalidPasskey();
    await repository.insert(passkey);
  }

  /** Answers its name. @throws PortalError `not-found` (404) for one that is not this person's. */
  async remove(transaction: Transaction, personId: string, id: string): Promise<string> {
    const repository = transaction.repository(PasskeyEntity);
    const row = await repository.findOneBy({ id, personId });
    if (!row) throw notFound('passkey');
    await repository.delete({ id });
    return row.name;
  }

  /** Asks for one: of this person after the password, else for whichever the browser has. */
  async ask(purpose: PasskeyPurpose, { id }: RelyingPartyAddress, personId?: string): Promise<Asked<RequestOptions>> {
    const { challenge, cookie } = this.challenges.issue(purpose, personId);
    const rows = personId === undefined ? [] : (await this.rowsOf(personId)).filter(({ rpId }) => rpId === id);
    const options: RequestOptions = {
      challenge,
      rpId: id,
      timeout,
      userVerification: 'required',
      allowCredentials: rows.map(credentialName),
    };
    return { options, cookie };
  }

  /**
   * Checks an answer; nothing is taken yet.
   * @throws PortalError `passkey-expired` (410), `passkey-invalid` (401).
   */
  async check(
    purpose: PasskeyPurpose,
    { response, cookie }: { readonly response: string; readonly cookie: string | undefined },
    at: RelyingPartyAddress,
    personId?: string,
  ): Promise<CheckedPasskey> {
    const challenge = this.challenges.redeem(cookie, purpose, personId);
    const answer = parsed<AuthenticationResponseJSON>(response);
    const passkey = await this.unitOfWork.read((reader) =>
      reader.repository(PasskeyEntity).findOneBy({ id: String(answer.id), rpId: at.id }),
    );
    if (!passkey || (personId !== undefined && passkey.personId !== personId)) throw invalidPasskey(401);
    const { userHandle } = answer.response ?? {};
    if (userHandle !== undefined && Buffer.from(userHandle, 'base64url').toString() !== passkey.personId)
      throw invalidPasskey(401);
    const { verifyAuthenticationResponse } = await webAuthn();
    const { verified, authenticationInfo } = await checked(
      async () =>
        verifyAuthenticationResponse({
          response: answer,
          expectedChallenge: challenge,
          expectedOrigin: at.origin,
          expectedRPID: at.id,
          requireUserVerification: true,
          // The counter is looked at below, for a signature that is right: what is forged leaves no entry.
          credential: { id: passkey.id, publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')), counter: 0 },
        }),
      401,
    );
    if (!verified) throw invalidPasskey(401);
    return { passkey, challenge, counter: authenticationInfo.newCounter };
  }

  /** Takes a checked answer, once. False when the counter of the key fell back. @throws PortalError `passkey-invalid` (401). */
  async use(transaction: Transaction, { passkey: { id }, challenge, counter }: CheckedPasskey): Promise<boolean> {
    if (!this.challenges.spend(challenge)) throw invalidPasskey(401);
    const lastUsedAt = this.clock.now().getTime();
    const repository = transaction.repository(PasskeyEntity);
    const changes = { counter, lastUsedAt };
    const { affected } =
      counter === 0
        ? await repository.update({ id, counter: 0 }, changes)
        : await repository.update({ id, counter: LessThan(counter) }, changes);
    return affected === 1;
  }

  private rowsOf(personId: string): Promise<PasskeyEntity[]> {
    return this.unitOfWork.read((reader) =>
      reader.repository(PasskeyEntity).find({ where: { personId }, order: { createdAt: 'ASC', id: 'ASC' } }),
    );
  }
}

function credentialName({ id, transports }: PasskeyEntity): CredentialName {
  return { id, type: 'public-key', transports: JSON.parse(transports) as string[] };
}

function parsed<T>(response: string): T {
  try {
    const value = JSON.parse(response) as unknown;
    if (typeof value === 'object' && value !== null) return value as T;
  } catch {
    // Falls through: whatever it is, no browser sent it.
  }
  throw invalidPasskey();
}

/** What the library says about an answer that is not right is of no use to whoever sent it. */
async function checked<T>(work: () => Promise<T>, status: 400 | 401 = 400): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw invalidPasskey(status, cause);
  }
}

function invalidPasskey(status: 400 | 401 = 400, cause?: unknown): PortalError {
  return new PortalError('passkey-invalid', 'This passkey does not fit. Use another one, or sign in with your password.', {
    status,
    cause,
  });
}
