import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { PortalProcess } from '../support/portal-process.js';

export const place = '/web/home/ai-creator';

export interface Round {
  readonly id: string;
  readonly state: string;
  readonly isRunning: boolean;
  readonly images: readonly { readonly id: string; readonly name: string; readonly href: string; readonly isSaved: boolean }[];
  readonly problem?: { readonly code: string };
}

/** A portal in a process of its own that may create images, with the administrator at its screens. */
export class ImagePortal {
  private constructor(
    readonly process: PortalProcess,
    readonly headers: Record<string, string>,
    private readonly home: string,
  ) {}

  static async start(home: string, baseUrl: string, environment: Readonly<Record<string, string>> = {}): Promise<ImagePortal> {
    const process = await PortalProcess.start(home, 'start', {
      PORTICO_FLAG_LPD_10793: 'true',
      PORTICO_SETTING_AI_CREATOR_ENABLED: 'true',
      PORTICO_SETTING_AI_CREATOR_API_KEY: 'sk-a-key-of-the-tests',
      PORTICO_OPENAI_BASE_URL: baseUrl,
      ...environment,
    });
    return new ImagePortal(process, await process.signIn(), home);
  }

  async post(path: string, fields: Record<string, string> = {}): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(`${this.process.url}${path}`, {
      method: 'POST',
      headers: this.headers,
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    return { status: answer.status, body: await answer.json().catch(() => undefined) };
  }

  async create(description: string, token = crypto.randomUUID()): Promise<string> {
    const { body } = await this.post(`${place}/generations`, { token, description, size: '256x256', count: '1' });
    return (body as { id: string }).id;
  }

  async round(id: string): Promise<Round> {
    const answer = await fetch(`${this.process.url}${place}/generations/${id}`, { headers: this.headers });
    if (answer.status !== 200) throw new Error(`The generation ${id} answers ${answer.status}.`);
    return (await answer.json()) as Round;
  }

  async settled(id: string): Promise<Round> {
    for (let turn = 0; turn < 1000; turn += 1) {
      const round = await this.round(id);
      if (!round.isRunning) return round;
      await delay(20);
    }
    throw new Error(`The generation ${id} does not settle.`);
  }

  /** Presses Add Selected for the images of a round. */
  add({ images }: Round): Promise<{ readonly status: number; readonly body: unknown }> {
    const [image] = images;
    return this.post(`${place}/images`, {
      image: image?.id ?? '',
      selected: image?.id ?? '',
      name: image?.name ?? '',
      altText: 'x',
    });
  }

  async documents(): Promise<readonly string[]> {
    const answer = await fetch(`${this.process.url}/web/home/documents-media/api/documents`, { headers: this.headers });
    return ((await answer.json()) as { documents: { name: string }[] }).documents.map(({ name }) => name);
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

/** A small file with many pixels: it arrives at once, and takes its time to be decoded and scaled. */
export const largePicture = (side = 5000): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#336699' } })
    .png({ compressionLevel: 1 })
    .toBuffer();
