import { AccessContexts, type DemoContent, inject, injectable, SiteDirectory } from '@portico/core';
import { loadSharp } from '@portico/core/util';
import { DocumentList } from './document-list.js';
import { PortalDocuments } from './portal-documents.js';

type Color = readonly [red: number, green: number, blue: number];

/** A landscape in a few colors: a sky, a sun and hills. */
export interface DemoPicture {
  readonly name: string;
  readonly altText: string;
  readonly skyTop: Color;
  readonly skyBottom: Color;
  readonly sun: Color;
  /** Place of the sun, in parts of width and height. */
  readonly sunAt: readonly [x: number, y: number];
  readonly hills: readonly Color[];
}

const demoPictures: readonly DemoPicture[] = [
  {
    name: 'morning-in-the-hills.jpg',
    altText: 'Green hills under a pale morning sky with a low sun',
    skyTop: [126, 182, 222],
    skyBottom: [255, 232, 196],
    sun: [255, 244, 214],
    sunAt: [0.28, 0.46],
    hills: [
      [142, 176, 150],
      [92, 142, 112],
      [48, 98, 78],
    ],
  },
  {
    name: 'evening-by-the-sea.jpg',
    altText: 'A red sun over dark blue waves',
    skyTop: [58, 54, 110],
    skyBottom: [250, 142, 98],
    sun: [255, 210, 140],
    sunAt: [0.64, 0.54],
    hills: [
      [74, 84, 140],
      [46, 58, 108],
      [26, 34, 72],
    ],
  },
  {
    name: 'desert-at-noon.jpg',
    altText: 'Golden dunes under a deep blue sky',
    skyTop: [34, 110, 180],
    skyBottom: [178, 218, 236],
    sun: [255, 252, 236],
    sunAt: [0.78, 0.2],
    hills: [
      [232, 188, 122],
      [214, 156, 88],
      [172, 112, 58],
    ],
  },
];

const width = 1280;
const height = 800;

/** Draws the picture point by point; the same picture each time. */
async function drawPicture(picture: DemoPicture): Promise<Uint8Array> {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) pixels.set(colorAt(picture, x / width, y / height), (y * width + x) * 3);
  }
  const sharp = await loadSharp();
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 82 })
    .toBuffer();
}

function colorAt(picture: DemoPicture, x: number, y: number): Color {
  for (let index = picture.hills.length - 1; index >= 0; index -= 1) {
    const ridge = ridgeAt(index, x);
    const hill = picture.hills[index];
    if (hill && y > ridge) return mix(hill, [0, 0, 0], Math.min(0.35, (y - ridge) * 0.9));
  }
  const sky = mix(picture.skyTop, picture.skyBottom, Math.min(1, y * 1.5));
  const distance = Math.hypot((x - picture.sunAt[0]) * (width / height), y - picture.sunAt[1]);
  if (distance < 0.07) return picture.sun;
  return mix(sky, picture.sun, Math.max(0, 0.55 - distance * 1.6));
}

/** The upper edge of a hill; the later ones are nearer and lower. */
function ridgeAt(index: number, x: number): number {
  const base = 0.56 + index * 0.13;
  return base + 0.05 * Math.sin(x * (5 + index * 2) + index * 2.1) + 0.018 * Math.sin(x * 17 + index * 5);
}

function mix(from: Color, to: Color, part: number): Color {
  const at = (index: 0 | 1 | 2): number => Math.round(from[index] + (to[index] - from[index]) * part);
  return [at(0), at(1), at(2)];
}

const readme = `Welcome to Documents and Media.

Put your files here: pictures, texts, whatever a site needs.
New > File Upload adds one, New > Multiple Files Upload adds many.
`;

/** A folder of pictures and a text, so that a demo does not start empty. */
@injectable()
export class DemoDocuments implements DemoContent {
  constructor(
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(DocumentList) private readonly list: DocumentList,
  ) {}

  async seed(): Promise<readonly string[]> {
    const site = this.sites.byAddress('home');
    if (!site) return [];
    const access = this.contexts.system(site);
    const { folders, documents } = await this.list.page(access, { order: 'name', limit: 1 });
    if (folders.length + documents.length > 0) return [];
    const landscapes = await this.documents.ensureFolder(access, 'Landscapes');
    for (const picture of demoPictures) {
      const content = await drawPicture(picture);
      await this.documents.add(access, { folderId: landscapes.id, name: picture.name, altText: picture.altText, content });
    }
    await this.documents.add(access, { name: 'welcome.txt', content: Buffer.from(readme) });
    const [first] = demoPictures;
    if (first) await this.documents.add(access, { name: first.name, altText: first.altText, content: await drawPicture(first) });
    return [];
  }
}
