import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { PortalProcess } from '../support/portal-process.js';
import { ImageClient } from './image-client.js';

/** What makes a portal create images, as an operator would say it. */
export const creatingImages = {
  PORTICO_FLAG_LPD_10793: 'true',
  PORTICO_SETTING_AI_CREATOR_ENABLED: 'true',
  PORTICO_SETTING_AI_CREATOR_API_KEY: 'sk-a-key-of-the-tests',
} as const;

/** A portal in a process of its own that may create images, with the administrator at its screens. */
export class ImagePortal extends ImageClient {
  private constructor(
    readonly process: PortalProcess,
    headers: Record<string, string>,
    private readonly home: string,
  ) {
    super(process.url, headers);
  }

  static async start(home: string, baseUrl: string, environment: Readonly<Record<string, string>> = {}): Promise<ImagePortal> {
    const more = { ...creatingImages, PORTICO_OPENAI_BASE_URL: baseUrl, ...environment };
    const process = await PortalProcess.start(home, 'start', more);
    return new ImagePortal(process, await process.signIn(), home);
  }

  /** Looks into the database from outside until a query has an answer; in as short a time as can be, to be there in time. */
  async sees(sql: string, ...values: readonly string[]): Promise<void> {
    const database = new Database(join(this.home, 'portico.db'), { readonly: true });
    try {
      const statement = database.prepare(sql);
      for (let turn = 0; turn < 20_000; turn += 1) {
        if (statement.get(...values) !== undefined) return;
        await delay(1);
      }
      throw new Error(`Nothing answers ${sql}`);
    } finally {
      database.close();
    }
  }

  seesState(id: string, state: string): Promise<void> {
    return this.sees('SELECT 1 FROM ai_creator_generation WHERE id = ? AND state = ?', id, state);
  }
}

/** A small file with as many pixels as are taken: it arrives at once, and takes its time to be decoded and scaled. */
export const largePicture = (side = 4096): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#336699' } })
    .png({ compressionLevel: 1 })
    .toBuffer();
