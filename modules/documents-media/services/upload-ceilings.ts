import { type AccessContext, Clock, inject, injectable, Messages, PortalError } from '@portico/core';
import { LimitSettings } from './limit-settings.js';

const minuteMillis = 60_000;
const minutesOfAnHour = 60;
const waitSeconds = 5;

/** What one person sends. */
interface Sending {
  running: number;
  /** Bytes that were kept, by the minute in which they were; of the last hour. */
  readonly bytesByMinute: Map<number, number>;
}

/** How much of the ceilings is used, of all persons and of the one who uses most. */
export interface UploadsUse {
  readonly files: number;
  readonly mostFiles: number;
  readonly bytes: number;
  readonly mostBytes: number;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/**
 * How much one person may send: files at the same time, and bytes within an hour. Who sends more waits, and nobody else does. Only what
 * arrives from a person is counted: what modules make, such as images that were paid for, is never refused here. In memory: after a
 * restart everybody starts anew.
 */
@injectable()
export class UploadCeilings {
  private readonly people = new Map<string, Sending>();

  constructor(
    @inject(LimitSettings) private readonly limits: LimitSettings,
    @inject(Clock) private readonly clock: Clock,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Runs an upload of the person. @throws PortalError `too-many-requests` (429, Retry-After), and what the upload throws. */
  async within<T extends { readonly size: number }>({ person, locale }: AccessContext, upload: () => Promise<T>): Promise<T> {
    if (!person || person.kind === 'system') return upload();
    const sending = this.of(person.id);
    this.check(sending, locale);
    sending.running += 1;
    try {
      const added = await upload();
      const minute = this.minute();
      sending.bytesByMinute.set(minute, (sending.bytesByMinute.get(minute) ?? 0) + added.size);
      return added;
    } finally {
      sending.running -= 1;
      if (sending.running === 0 && sending.bytesByMinute.size === 0) this.people.delete(person.id);
    }
  }

  /** What all send now and sent within the last hour, and whoever sends most. */
  use(): UploadsUse {
    this.forget();
    const people = [...this.people.values()];
    const files = people.map(({ running }) => running);
    const bytes = people.map(({ bytesByMinute }) => sumOf([...bytesByMinute.values()]));
    return { files: sumOf(files), mostFiles: Math.max(0, ...files), bytes: sumOf(bytes), mostBytes: Math.max(0, ...bytes) };
  }

  private of(personId: string): Sending {
    this.forget();
    const sending = this.people.get(personId) ?? { running: 0, bytesByMinute: new Map<number, number>() };
    this.people.set(personId, sending);
    return sending;
  }

  /** What is older than an hour counts no more. */
  private forget(): void {
    const oldest = this.minute() - minutesOfAnHour;
    for (const [id, { running, bytesByMinute }] of this.people) {
      for (const minute of bytesByMinute.keys()) if (minute <= oldest) bytesByMinute.delete(minute);
      if (running === 0 && bytesByMinute.size === 0) this.people.delete(id);
    }
  }

  private check({ running, bytesByMinute }: Sending, locale: string): void {
    const { uploadsAtOncePerPerson: files, uploadBytesPerPersonAndHour: most } = this.limits.uploads;
    if (running >= files) {
      throw tooMany(this.messages.text('upload.too-many-at-once', { running, most: files }, locale), waitSeconds);
    }
    const bytes = sumOf([...bytesByMinute.values()]);
    if (bytes < most) return;
    const [first = this.minute()] = bytesByMinute.keys();
    const minutes = Math.max(1, first + minutesOfAnHour - this.minute());
    const megabytes = (count: number): string => `${Math.max(1, Math.round(count / (1024 * 1024)))} MB`;
    const values = { sent: megabytes(bytes), most: megabytes(most), minutes };
    throw tooMany(this.messages.text('upload.too-much-an-hour', values, locale), minutes * 60);
  }

  private minute(): number {
    return Math.floor(this.clock.now().getTime() / minuteMillis);
  }
}

function tooMany(sentence: string, retryAfter: number): PortalError {
  return new PortalError('too-many-requests', sentence, { status: 429, retryAfter });
}
