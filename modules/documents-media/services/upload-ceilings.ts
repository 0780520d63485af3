import { type AccessContext, Clock, inject, injectable, Messages, PortalError } from '@portico/core';
import { LimitSettings } from './limit-settings.js';

const minuteMillis = 60_000;
const minutesOfAnHour = 60;
const waitSeconds = 5;

/** What one person sends. */
interface Sending {
  running: number;
  /** What was kept, by the minute in which it was; of the last hour. */
  readonly byMinute: Map<number, Kept>;
}

interface Kept {
  readonly files: number;
  readonly bytes: number;
}

/** How much of the ceilings is used, of all persons and of the one who uses most. */
export interface UploadsUse {
  readonly files: number;
  readonly mostFiles: number;
  readonly bytes: number;
  readonly mostBytes: number;
  /** Within the last hour. */
  readonly kept: number;
  readonly mostKept: number;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
const totalOf = ({ byMinute }: Sending, what: keyof Kept): number => sumOf([...byMinute.values()].map((kept) => kept[what]));

/**
 * How much one person may send: files at the same time, and files and bytes within an hour. Who sends more waits, and nobody else does. Only what
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
      const { files, bytes } = sending.byMinute.get(minute) ?? { files: 0, bytes: 0 };
      sending.byMinute.set(minute, { files: files + 1, bytes: bytes + added.size });
      return added;
    } finally {
      sending.running -= 1;
      if (sending.running === 0 && sending.byMinute.size === 0) this.people.delete(person.id);
    }
  }

  /** What all send now and sent within the last hour, and whoever sends most. */
  use(): UploadsUse {
    this.forget();
    const people = [...this.people.values()];
    const files = people.map(({ running }) => running);
    const bytes = people.map((sending) => totalOf(sending, 'bytes'));
    const kept = people.map((sending) => totalOf(sending, 'files'));
    return {
      files: sumOf(files),
      mostFiles: Math.max(0, ...files),
      bytes: sumOf(bytes),
      mostBytes: Math.max(0, ...bytes),
      kept: sumOf(kept),
      mostKept: Math.max(0, ...kept),
    };
  }

  private of(personId: string): Sending {
    this.forget();
    const sending = this.people.get(personId) ?? { running: 0, byMinute: new Map<number, Kept>() };
    this.people.set(personId, sending);
    return sending;
  }

  /** What is older than an hour counts no more. */
  private forget(): void {
    const oldest = this.minute() - minutesOfAnHour;
    for (const [id, { running, byMinute }] of this.people) {
      for (const minute of byMinute.keys()) if (minute <= oldest) byMinute.delete(minute);
      if (running === 0 && byMinute.size === 0) this.people.delete(id);
    }
  }

  private check(sending: Sending, locale: string): void {
    const { uploadsAtOncePerPerson, uploadBytesPerPersonAndHour: most, uploadFilesPerPersonAndHour } = this.limits.uploads;
    const { running, byMinute } = sending;
    if (running >= uploadsAtOncePerPerson) {
      throw tooMany(
        this.messages.text('upload.too-many-at-once', { running, most: uploadsAtOncePerPerson }, locale),
        waitSeconds,
      );
    }
    const [bytes, files] = [totalOf(sending, 'bytes'), totalOf(sending, 'files')];
    if (bytes < most && files + running < uploadFilesPerPersonAndHour) return;
    const [first = this.minute()] = byMinute.keys();
    const minutes = Math.max(1, first + minutesOfAnHour - this.minute());
    if (bytes < most) {
      const values = { sent: files, most: uploadFilesPerPersonAndHour, minutes };
      throw tooMany(this.messages.text('upload.too-many-an-hour', values, locale), minutes * 60);
    }
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
