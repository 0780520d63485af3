import {
  Branding,
  Clock,
  inject,
  injectable,
  LessThan,
  optional,
  type Person,
  PortalError,
  SecretBox,
  type SecretStore,
  type ServiceHandle,
  type StoredSecret,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { AuthenticatorEntity } from '../entities/authenticator-entity.js';
import { Directory } from './directory.js';

/** Loaded with the first code, not with every start. */
const otpauth = (): Promise<typeof import('otpauth')> => import('otpauth');

/** Under which an app lists the account of a portal that nobody has named. */
const productName = 'Portico';
const period = 30;
/** Codes of one step before and one after the present one are taken: clocks of phones go wrong. */
const stepsEitherWay = 1;
const enrolmentMillis = 15 * 60_000;

/** What a person brings into the app, before a first code has proved that it arrived. */
export interface Enrolment {
  /** Comes back with the first code: the secret, sealed for this person. */
  readonly sealed: string;
  /** The secret in groups of four, to be typed. */
  readonly secret: readonly string[];
  /** A picture of the same, for the camera of a phone: SVG as a `data:` address. */
  readonly picture: string;
}

/**
 * Codes of authenticator apps (TOTP, RFC 6238: SHA-1, six digits, thirty seconds: what all apps know).
 *
 * Setting up: a secret of 160 random bits goes to the page, in clear for the app and sealed for the form; nothing is stored. The form comes back with
 * a code; only then there is a row, in the same transaction as its audit entry. The step of that code counts as used.
 *
 * Signing in: a code is taken when it is that of the present step or of one next to it, and when its step is later than every one that was taken before.
 * This is asked and noted in one statement, so that the same code side by side passes once.
 *
 * What is never done: the secret is not shown a second time, not logged and not stored in clear; a code is in no audit entry.
 */
@injectable()
export class AuthenticatorApp implements SecretStore {
  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(SecretBox) private readonly box: SecretBox,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(optional(Branding)) private readonly branding: ServiceHandle<Branding>,
  ) {}

  /** What a transaction must not wait for. */
  async ready(): Promise<void> {
    await otpauth();
  }

  async begin(person: Pick<Person, 'id' | 'email'>): Promise<Enrolment> {
    const { Secret } = await otpauth();
    const content = { secret: new Secret({ size: 20 }).base32, until: this.clock.now().getTime() + enrolmentMillis };
    return this.shown(person, content.secret, this.box.seal(JSON.stringify(content), enrolmentContext(person.id)));
  }

  /** The same once more, after a code that was not right. @throws PortalError `enrolment-expired` (410). */
  again(person: Pick<Person, 'id' | 'email'>, sealed: string): Promise<Enrolment> {
    return this.shown(person, this.secretIn(sealed, person.id), sealed);
  }

  /** @throws PortalError `code-wrong` (400), `enrolment-expired` (410), `authenticator-exists` (409). */
  async confirm(transaction: Transaction, personId: string, sealed: string, code: string): Promise<void> {
    const secret = this.secretIn(sealed, personId);
    const step = await this.stepOf(secret, code);
    if (step === undefined) throw wrongCode(400);
    const repository = transaction.repository(AuthenticatorEntity);
    if (await repository.existsBy({ personId })) {
      throw new PortalError('authenticator-exists', 'You have an authenticator app already. Turn it off first.', { status: 409 });
    }
    await repository.insert({
      personId,
      secret: this.box.seal(secret, contextOf(personId)),
      lastStep: step,
      createdAt: this.clock.now().getTime(),
    });
  }

  /** Takes a code, or says that it is none of those that can be taken now. */
  async use(transaction: Transaction, personId: string, code: string): Promise<boolean> {
    const repository = transaction.repository(AuthenticatorEntity);
    const row = await repository.findOneBy({ personId });
    if (!row) return false;
    const step = await this.stepOf(this.opened(row), code);
    if (step === undefined) return false;
    const { affected } = await repository.update({ personId, lastStep: LessThan(step) }, { lastStep: step });
    return affected === 1;
  }

  async list(): Promise<readonly StoredSecret[]> {
    const rows = await this.unitOfWork.read((reader) =>
      reader.repository(AuthenticatorEntity).find({ order: { personId: 'ASC' } }),
    );
    return rows.map(({ personId, secret, createdAt }) => {
      const account = this.directory.byId(personId);
      return {
        id: personId,
        name: `identity.authenticator (${account?.email ?? personId})`,
        scope: 'instance',
        setBy: account?.name ?? personId,
        setAt: new Date(Number(createdAt)),
        sealed: secret,
        readable: this.isReadable(secret, personId),
      };
    });
  }

  reseal(personId: string): Promise<boolean> {
    return this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(AuthenticatorEntity);
      const row = await repository.findOneBy({ personId });
      if (!row || this.box.isCurrent(row.secret)) return true;
      if (!this.isReadable(row.secret, personId)) return false;
      const secret = this.box.seal(this.box.open(row.secret, contextOf(personId)), contextOf(personId));
      await repository.update({ personId }, { secret });
      return true;
    });
  }

  private async shown(person: Pick<Person, 'id' | 'email'>, secret: string, sealed: string): Promise<Enrolment> {
    const [{ TOTP }, { default: qrCode }] = await Promise.all([otpauth(), import('qrcode')]);
    // A colon would end the name in the address.
    const issuer = (this.branding.get()?.of(undefined).name ?? productName).replaceAll(':', ' ');
    const address = new TOTP({ issuer, label: person.email, secret, period }).toString();
    const picture = await qrCode.toString(address, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
    return {
      sealed,
      secret: secret.match(/.{1,4}/g) ?? [],
      picture: `data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}`,
    };
  }

  private secretIn(sealed: string, personId: string): string {
    try {
      const { secret, until } = JSON.parse(this.box.open(sealed, enrolmentContext(personId))) as {
        secret: string;
        until: number;
      };
      if (until > this.clock.now().getTime()) return secret;
    } catch (error) {
      if (!(error instanceof PortalError) || error.code !== 'secret-unreadable') throw error;
    }
    throw new PortalError('enrolment-expired', 'This took too long. Add the new code to your app and try again.', {
      status: 410,
    });
  }

  /** The step that a code belongs to; undefined when it is none of those that can be taken now. */
  private async stepOf(secret: string, code: string): Promise<number | undefined> {
    const token = code.replace(/\s/g, '');
    if (!/^\d{6}$/.test(token)) return undefined;
    const { Secret, TOTP } = await otpauth();
    const timestamp = this.clock.now().getTime();
    const delta = TOTP.validate({ token, secret: Secret.fromBase32(secret), period, timestamp, window: stepsEitherWay });
    return delta === null ? undefined : TOTP.counter({ period, timestamp }) + delta;
  }

  private opened({ secret, personId }: AuthenticatorEntity): string {
    try {
      return this.box.open(secret, contextOf(personId));
    } catch (cause) {
      throw new PortalError(
        'authenticator-unreadable',
        'Codes cannot be checked right now. Use a passkey or a recovery code, or ask an administrator.',
        { status: 503, expose: true, cause },
      );
    }
  }

  private isReadable(secret: string, personId: string): boolean {
    try {
      return this.box.open(secret, contextOf(personId)) !== '';
    } catch {
      return false;
    }
  }
}

export function wrongCode(status: 400 | 401): PortalError {
  return new PortalError('code-wrong', 'This code is not right, or it was used before. Wait for the next one.', { status });
}

function contextOf(personId: string): string {
  return `identity.authenticator:${personId}`;
}

function enrolmentContext(personId: string): string {
  return `identity.enrolment:${personId}`;
}
