import type { SettingsUse } from '@portico/configuration/api';
import { type AccessContext, inject, injectable, Messages, UnitOfWork } from '@portico/core';
import { creatorSettings } from '../settings/settings.js';
import { ProgressStreams } from './progress-streams.js';
import { openStates } from './state.js';

const openSql = `SELECT SUM(orders) AS "all", MAX(orders) AS most FROM (
  SELECT COUNT(*) AS orders FROM ai_creator_generation WHERE state IN (${openStates.map(() => '?').join(', ')}) GROUP BY person_id
) counted`;

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
    const [counted] = await this.unitOfWork.read((reader) =>
      reader.query<Readonly<Record<'all' | 'most', number | string | null>>>(openSql, openStates),
    );
    const values = { count: Number(counted?.all ?? 0), most: Number(counted?.most ?? 0) };
    return this.messages.text('settings.open-orders-use', values, locale);
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
