import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadSharp } from '@portico/core/util';
import { startTestPortal, type TestPortal } from '@portico/testing';

export const folder = join(import.meta.dirname, '../..');

/** A folder of pictures, and a portal whose deployment names it. */
export interface Fixture {
  readonly portal: TestPortal;
  /** Absolute; what the deployment names. */
  readonly root: string;
  /** Writes a picture into it. */
  picture(path: string, hue?: number): Promise<void>;
  remove(): Promise<void>;
}

/** @param many pictures in the folder `many`. */
export async function fixture(many = 0): Promise<Fixture> {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'stock-photos-')));
  const root = join(place, 'pictures');
  const picture = async (path: string, hue = 200): Promise<void> => {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await drawn(hue));
  };
  await picture('coast/pier_1.jpg', 20);
  await picture('coast/quiet-sea_2.png', 200);
  await writeFile(
    join(root, 'coast/credits.json'),
    JSON.stringify({
      'pier_1.jpg': { title: 'Pier', altText: 'A pier at dusk.', credit: 'Photo: Jane Doe, CC BY 4.0' },
    }),
  );
  for (let index = 1; index <= many; index += 1) await picture(`many/hill ${String(index).padStart(3, '0')}.png`, index);
  await writeFile(join(place, 'secret.png'), await drawn(0));
  await mkdir(join(place, 'outside'));
  await writeFile(join(place, 'outside/secret.png'), await drawn(0));
  await symlink(join(place, 'secret.png'), join(root, 'coast/link.png'));
  await symlink(join(place, 'outside'), join(root, 'coast/linked'));
  await symlink(join(place, 'outside'), join(root, 'linked'));
  const portal = await startTestPortal({
    config: { modulePaths: ['modules', folder] },
    environment: { PORTICO_STOCK_PHOTOS_ROOT: root },
  });
  return {
    portal,
    root,
    picture,
    remove: async () => {
      await portal.stop();
      await rm(place, { recursive: true, force: true });
    },
  };
}

/** A small picture of one colour. */
async function drawn(hue: number): Promise<Buffer> {
  const sharp = await loadSharp();
  const background = { r: hue % 256, g: (hue * 3) % 256, b: 160 };
  return sharp({ create: { width: 640, height: 400, channels: 3, background } })
    .png()
    .toBuffer();
}
