import type { SettingsUse } from '@portico/configuration/api';
import { type AccessContext, inject, injectable, Messages, UnitOfWork } from '@portico/core';
import { creatorSettings } from '../settings/settings.js';
import { ProgressStreams } from './progress-streams.js';
import { generationStates } from './state.js';

const openStates = Object.entries(generationStates)
  .filter(([, { isSettled }]) => !isSettled)
  .map(([state]) => state);

const openSql = `SELECT COUNT(*) AS count FROM ai_creator_generation WHERE state IN (${openStates.map(() => '?').join(', ')})
  GROUP BY person_id ORDER BY count DESC`;

/** Orders that wait or are on their way, of all persons and of the one who has most. */
@injectable()
export class OpenOrdersUse implements SettingsUse {
  readonly settings = creatorSettings.id;
  readonly field = 'openOrders';

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async use({ locale }: AccessContext): Promise<string> {
    const rows = await this.unitOfWork.read((reader) => reader.query<{ count: number | string }>(openSql, openStates));
    const counts = rows.map(({ count }) => Number(count));
    const all = counts.reduce((sum, count) => sum + count, 0);
    return this.messages.text('settings.open-orders-use', { count: all, most: counts[0] ?? 0 }, locale);
  }
}

/** Windows that follow what is being made. */
@injectable()
export class OpenStreamsUse implements SettingsUse {
  readonly settings = creatorSettings.id;
  readonly field = 'openStreams';

  constructor(
    @inject(ProgressStreams) private readonly streams: ProgressStreams,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  use({ locale }: AccessContext): string {
    const { all, most } = this.streams.use();
    return this.messages.text('settings.open-streams-use', { count: all, most }, locale);
  }
}
