import { createImagesSandbox, type ImagesSandbox, type SandboxOptions, sandboxKey } from '@portico/ai-sandbox/api';
import { defineSettings, Settings } from '@portico/configuration/api';
import { AccessContexts, type Clock, type Site, SiteDirectory, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import type { Response } from 'supertest';
import { creatorSettings } from '../services/settings/settings.js';

/** The page as it is with the key that ai-openai brings to it. */
export const creatorPage = defineSettings({
  ...creatorSettings,
  fields: { ...creatorSettings.fields, apiKey: { type: 'secret', label: 'settings.api-key' } },
});

export type TestClient = Awaited<ReturnType<TestPortal['signIn']>>;
export const author = { email: 'ada@portico.example', name: 'Ada Author', password: 'a long enough password' };

/** A portal with the flag on, a key, the checkbox on, and an author of the site Home; its provider talks to a sandbox. */
export interface CreatorPortal {
  readonly portal: TestPortal;
  readonly sandbox: ImagesSandbox;
  readonly site: Site;
  readonly visitor: TestClient;
  /** Presses Create, as the dialog's script does. */
  create(fields?: object, as?: TestClient): Promise<Response>;
  /** Follows a generation until nothing more happens by itself. */
  settled(id: string, as?: TestClient): Promise<GenerationAnswer>;
  /** Presses Add Selected for all images of a generation. */
  addAll(generation: GenerationAnswer, as?: TestClient): Promise<Response>;
  /** Presses Send requests again, as an administrator does after a refused key. */
  sendAgain(): Promise<void>;
  stop(): Promise<void>;
}

export interface GenerationAnswer {
  readonly id: string;
  readonly state: string;
  readonly isRunning: boolean;
  readonly status: string;
  readonly problem?: { readonly code: string; readonly sentence: string };
  readonly images: readonly {
    readonly id: string;
    readonly name: string;
    readonly altText: string;
    readonly href: string;
    readonly isSaved: boolean;
  }[];
}

export interface CreatorPortalOptions {
  readonly flag?: boolean;
  readonly enabled?: boolean;
  /** Undefined: the sandbox's; empty: none. */
  readonly key?: string;
  readonly home?: string;
  readonly clock?: Clock;
  readonly sandbox?: ImagesSandbox;
  readonly sandboxOptions?: SandboxOptions;
  readonly config?: object;
  readonly environment?: NodeJS.ProcessEnv;
  /** Configuration of ai-openai, e.g. another `baseUrl` than the sandbox's. */
  readonly service?: object;
  /** Configuration of other modules, by id. */
  readonly modules?: object;
}

let keys = 0;
export const newKey = (): string => {
  keys += 1;
  return `key-${process.pid}-${keys}`;
};

export async function startCreatorPortal(options: CreatorPortalOptions = {}): Promise<CreatorPortal> {
  const sandbox = options.sandbox ?? (await createImagesSandbox(options.sandboxOptions));
  const portal = await startTestPortal({
    home: options.home,
    clock: options.clock,
    environment: options.environment,
    flags: { 'LPD-10793': options.flag ?? true },
    config: {
      modules: {
        ...options.modules,
        'ai-openai': { baseUrl: sandbox.url, ...options.service },
        'ai-creator': { stopMillis: 100, ...options.config },
      },
    },
  });
  const site = portal.service(SiteDirectory).byAddress('home');
  if (!site) throw new Error('The portal has no site Home.');
  const people = portal.service(People);
  if (!people.byEmail(author.email)) {
    const { id } = await people.add(author);
    await people.grant(id, 'Author', site.id);
  }
  const system = portal.service(AccessContexts).system().person;
  const key = options.key ?? sandboxKey;
  if (system) {
    await portal
      .service(Settings)
      .of(creatorPage)
      .save(
        { kind: 'instance' },
        { enabled: { set: options.enabled ?? true }, ...(key !== '' && { apiKey: { set: key } }) },
        system,
      );
  }
  const visitor = await portal.signIn(author);
  const post = async (as: TestClient, path: string, fields: object): Promise<Response> =>
    as
      .post(path)
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(as))
      .set('Accept', 'application/json')
      .type('form')
      .send(fields);
  return {
    portal,
    sandbox,
    site,
    visitor,
    create: (fields = {}, as = visitor) =>
      post(as, '/web/home/ai-creator/generations', {
        idempotencyKey: newKey(),
        description: 'a lighthouse at dusk',
        size: '512x512',
        count: '1',
        ...fields,
      }),
    settled: async (id, as = visitor) => {
      for (let tries = 0; tries < 1000; tries += 1) {
        const answer = await as.get(`/web/home/ai-creator/generations/${id}`).set('Accept', 'application/json');
        const generation = answer.body as GenerationAnswer;
        if (answer.status !== 200 || !generation.isRunning) return generation;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`The generation ${id} does not settle.`);
    },
    addAll: (generation, as = visitor) =>
      post(as, '/web/home/ai-creator/images', {
        image: generation.images.map(({ id }) => id),
        selected: generation.images.map(({ id }) => id),
        name: generation.images.map(({ name }) => name),
        altText: generation.images.map(({ altText }) => altText),
      }),
    sendAgain: async () => {
      const administrator = await portal.signIn();
      await portal.post(administrator, '/ai-creator/service/breakers/instance/close');
    },
    stop: async () => {
      await portal.stop();
      if (!options.sandbox) await sandbox.close();
    },
  };
}

/** One entry of the usage ledger. */
export interface CountedUsage {
  readonly state: string;
  readonly images: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly previewTokens: number | null;
  readonly cost: number | null;
  readonly currency: string | null;
}

/** What the usage ledger holds of a generation. */
export async function usageOf({ portal }: Pick<CreatorPortal, 'portal'>, id: string): Promise<CountedUsage | undefined> {
  const [entry] = await portal.service(UnitOfWork).read((reader) =>
    reader.query<CountedUsage>(
      `SELECT state, images, input_tokens AS "inputTokens", output_tokens AS "outputTokens", preview_tokens AS "previewTokens", cost, currency
      FROM ai_usage_entry WHERE id = ?`,
      [id],
    ),
  );
  return entry;
}
