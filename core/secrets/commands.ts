import type { Command, Contributions, SecretBox, SecretStore, ServiceHandle, SiteDirectory } from '../api/index.js';
import type { KeyRing } from './key-ring.js';
import type { SecretRotation } from './rotation.js';

export interface SecretCommandDependencies {
  readonly ring: KeyRing;
  readonly box: SecretBox;
  readonly stores: Contributions<SecretStore>;
  readonly rotation: SecretRotation;
  readonly sites: ServiceHandle<SiteDirectory>;
}

/** `portico secrets …`: what is kept, under which key, and a new key for all of it. */
export function secretCommands({ ring, box, stores, rotation, sites }: SecretCommandDependencies): readonly Command[] {
  const place = (scope: string): string =>
    scope === 'instance' ? 'instance' : `site ${sites.get()?.byId(scope)?.address ?? scope}`;
  return [
    {
      name: 'secrets list',
      summary: 'Lists the stored secrets: where, set by whom and when, under which master key, and whether they can be read.',
      async run({ print, warn }) {
        if (ring.problem) warn(ring.problem);
        const all = (await Promise.all(stores.all().map(({ value }) => value.list()))).flat();
        for (const { name, scope, setBy, setAt, sealed, reference, readable } of all) {
          const key =
            sealed === undefined
              ? reference
              : `key ${box.keyIdOf(sealed)}${box.isCurrent(sealed) ? '' : ' (not the current one)'}`;
          const state = readable ? 'readable' : 'unreadable';
          print([name, place(scope), `set by ${setBy}`, setAt.toISOString(), key, state].join('  '));
        }
        print(`${all.length} stored. The master key in force: ${ring.current?.id ?? 'none'}.`);
        return all.every(({ readable }) => readable) ? 0 : 1;
      },
    },
    {
      name: 'secrets rotate',
      summary: 'Seals every secret again under a new master key while the portal runs; run it again after an interruption.',
      async run({ print, signal }) {
        const by = { id: 'system', name: 'Portico' };
        return (await rotation.run({ by, signal, tell: print })) ? 0 : 1;
      },
    },
  ];
}
