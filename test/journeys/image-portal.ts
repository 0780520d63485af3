import { createImagesSandbox, type ImagesSandbox, sandboxKey } from '@portico/ai-sandbox/api';
import { startTestPortal, type TestPortal } from '@portico/core/testing';

export interface Person {
  readonly email: string;
  readonly password: string;
}

export const author: Person = { email: 'author@portico.example', password: 'painted in plain words' };
export const flag = 'LPD-10793';

/** A whole portal with an images API beside it, an author in Home, and everything switched on unless told otherwise. */
export interface ImagePortal {
  readonly portal: TestPortal;
  readonly sandbox: ImagesSandbox;
  stop(): Promise<void>;
}

export interface ImagePortalOptions {
  readonly flag?: boolean;
  readonly enabled?: boolean;
  readonly key?: boolean;
}

export async function startImagePortal({
  flag: on = true,
  enabled = true,
  key = true,
}: ImagePortalOptions = {}): Promise<ImagePortal> {
  const sandbox = await createImagesSandbox();
  const portal = await startTestPortal({
    flags: { [flag]: on },
    config: { modules: { 'ai-openai': { baseUrl: sandbox.url } } },
  });
  await must(
    portal,
    ['users', 'add', '--email', author.email, '--name', 'Ada Author', '--role', 'Author', '--site', 'home'],
    author.password,
  );
  if (enabled) await must(portal, ['settings', 'set', 'ai-creator.enabled', 'true']);
  if (key) await must(portal, ['settings', 'set', 'ai-creator.apiKey', '-'], sandboxKey);
  return {
    portal,
    sandbox,
    stop: async () => {
      await portal.stop();
      await sandbox.close();
    },
  };
}

/** Runs a command that has to work. */
export async function must(portal: TestPortal, argv: readonly string[], stdin?: string): Promise<string> {
  const { exitCode, out, err } = await portal.command(argv, stdin);
  if (exitCode !== 0) throw new Error(`portico ${argv.join(' ')}: ${err || out}`);
  return out;
}
