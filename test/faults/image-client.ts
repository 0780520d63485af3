import { setTimeout as delay } from 'node:timers/promises';

export const place = '/web/home/ai-creator';

export interface GenerationAnswer {
  readonly id: string;
  readonly state: string;
  readonly isRunning: boolean;
  readonly images: readonly { readonly id: string; readonly name: string; readonly href: string; readonly isSaved: boolean }[];
  readonly problem?: { readonly code: string };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Somebody who creates images at the screens, as the dialog's script does. */
export class ImageClient {
  constructor(
    readonly url: string,
    readonly headers: Record<string, string>,
  ) {}

  async post(path: string, fields: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: this.headers,
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    return { status: answer.status, body: await answer.json().catch(() => undefined) };
  }

  async create(description: string, count = 1): Promise<string> {
    const { body } = await this.post(`${place}/generations`, formOf(description, count));
    return (body as { id: string }).id;
  }

  async generation(id: string): Promise<GenerationAnswer> {
    const answer = await fetch(`${this.url}${place}/generations/${id}`, { headers: this.headers });
    if (answer.status !== 200) throw new Error(`The generation ${id} answers ${answer.status}.`);
    return (await answer.json()) as GenerationAnswer;
  }

  async settled(id: string): Promise<GenerationAnswer> {
    for (let turn = 0; turn < 1500; turn += 1) {
      const generation = await this.generation(id);
      if (!generation.isRunning) return generation;
      await delay(20);
    }
    throw new Error(`The generation ${id} does not settle.`);
  }

  /** My recent generations. */
  async recent(): Promise<readonly (GenerationAnswer & { readonly description: string })[]> {
    const answer = await fetch(`${this.url}${place}/generations`, { headers: this.headers });
    return ((await answer.json()) as { generations: (GenerationAnswer & { description: string })[] }).generations;
  }

  /** Presses Add Selected for the first image of a generation. */
  add(generation: GenerationAnswer): Promise<Answer> {
    return this.post(`${place}/images`, addFormOf(generation));
  }

  /** The names of all documents, however many pages they fill. */
  async documents(): Promise<readonly string[]> {
    const names: string[] = [];
    let after: string | undefined;
    do {
      const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
      const answer = await fetch(`${this.url}/web/home/documents-media/api/documents${query}`, { headers: this.headers });
      const page = (await answer.json()) as { documents: { name: string }[]; next?: string };
      names.push(...page.documents.map(({ name }) => name));
      after = page.next;
    } while (after !== undefined);
    return names;
  }
}

export const formOf = (description: string, count = 1): Record<string, string> => ({
  idempotencyKey: crypto.randomUUID(),
  description,
  size: '256x256',
  count: String(count),
});

export const addFormOf = ({ images: [image] }: GenerationAnswer): Record<string, string> => ({
  image: image?.id ?? '',
  selected: image?.id ?? '',
  name: image?.name ?? '',
  altText: 'x',
});
