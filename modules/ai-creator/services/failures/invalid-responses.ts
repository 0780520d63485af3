import { ProviderError, type ProviderErrorCode } from '@portico/ai-providers/api';
import type { SettingsNotice, SettingsNoticeSource } from '@portico/configuration/api';
import {
  type AccessContext,
  type Activity,
  In,
  IsNull,
  inject,
  injectable,
  type Lifetime,
  Messages,
  Not,
  UnitOfWork,
} from '@portico/core';
import { Generation } from '../../entities/generation.js';
import { ProviderKey } from '../provider/provider-key.js';

/** So many answers in a row that hold no image are no accident: each may have been paid for. */
const warnedFrom = 3;
/** Failures that say nothing about the answers of a service: none came, or it was not asked. */
const silent: readonly ProviderErrorCode[] = ['cancelled', 'timed-out', 'connection-error', 'rate-limited', 'server-error'];

/**
 * Counts answers in a row that could not be used, and warns those who would pay for the next one: authors before they press Create, administrators above
 * the settings. An image, or a refusal in words that are understood, ends the row; so does another service.
 */
@injectable()
export class InvalidResponses implements Activity, SettingsNoticeSource {
  readonly settings = 'ai-creator';
  private inARow = 0;

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(ProviderKey) private readonly key: Pick<ProviderKey, 'onDidChange'>,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Goes on where the last run of the portal ended. */
  async onStart(lifetime: Lifetime): Promise<void> {
    const sent = { settledAt: Not(IsNull()), sentAt: Not(IsNull()) };
    const last = await this.unitOfWork.read((reader) =>
      reader.repository(Generation).find({
        select: { state: true, errorCode: true },
        where: [
          { ...sent, errorCode: IsNull(), state: Not('unknown') },
          // What was discarded after a failure does not say any more whether images had come.
          { ...sent, errorCode: Not(In([...silent])), state: Not(In(['unknown', 'discarded'])) },
        ],
        order: { settledAt: 'DESC' },
        take: warnedFrom,
      }),
    );
    const good = last.findIndex(({ state, errorCode }) => state !== 'failed' || errorCode !== 'invalid-response');
    this.inARow = good < 0 ? last.length : good;
    lifetime.add(
      this.key.onDidChange(({ kind }) => {
        if (kind === 'service') this.inARow = 0;
      }),
    );
  }

  /** @param error undefined when images came. */
  learn(error: unknown): void {
    const code = error instanceof ProviderError ? error.code : undefined;
    if (code === 'invalid-response') this.inARow += 1;
    else if (error === undefined || (code && !silent.includes(code))) this.inARow = 0;
  }

  /** For whoever is about to create an image; undefined while nothing is known against it. */
  warning(locale: string): string | undefined {
    return this.inARow < warnedFrom ? undefined : this.messages.text('invalid-responses.author', { count: this.inARow }, locale);
  }

  notices({ locale }: AccessContext): readonly SettingsNotice[] {
    if (this.inARow < warnedFrom) return [];
    return [{ kind: 'danger', text: this.messages.text('invalid-responses.administrator', { count: this.inARow }, locale) }];
  }
}
