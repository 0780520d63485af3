import { createImagesSandbox, type ImagesSandbox, sandboxKey } from '@portico/ai-sandbox/api';
import { startHouse, type TestHouse } from '@portico/core/testing';

export interface Person {
  readonly email: string;
  readonly password: string;
}

export const author: Person = { email: 'author@portico.example', password: 'painted in plain words' };
export const flag = 'LPD-10793';

/** A whole house with an images API beside it, an author in Home, and everything switched on unless told otherwise. */
export interface ImageHouse {
  readonly house: TestHouse;
  readonly sandbox: ImagesSandbox;
  stop(): Promise<void>;
}

export interface ImageHouseOptions {
  readonly flag?: boolean;
  readonly enabled?: boolean;
  readonly key?: boolean;
}

export async function startImageHouse({
  flag: on = true,
  enabled = true,
  key = true,
}: ImageHouseOptions = {}): Promise<ImageHouse> {
  const sandbox = await createImagesSandbox();
  const house = await startHouse({ flags: { [flag]: on }, config: { modules: { 'ai-creator': { baseUrl: sandbox.url } } } });
  await must(
    house,
    ['users', 'add', '--email', author.email, '--name', 'Ada Author', '--role', 'Author', '--site', 'home'],
    author.password,
  );
  if (enabled) await must(house, ['settings', 'set', 'ai-creator.enabled', 'true']);
  if (key) await must(house, ['settings', 'set', 'ai-creator.apiKey', '-'], sandboxKey);
  return {
    house,
    sandbox,
    stop: async () => {
      await house.stop();
      await sandbox.close();
    },
  };
}

/** Runs a command that has to work. */
export async function must(house: TestHouse, argv: readonly string[], stdin?: string): Promise<string> {
  const { exitCode, out, err } = await house.command(argv, stdin);
  if (exitCode !== 0) throw new Error(`portico ${argv.join(' ')}: ${err || out}`);
  return out;
}
