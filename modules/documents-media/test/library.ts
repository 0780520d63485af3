import { type AccessContext, AccessContexts, type Site, SiteDirectory } from '@portico/core';
import { startHouse, type TestHouse, type TestHouseOptions } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { Sites } from '@portico/sites/api';
import sharp from 'sharp';
import type supertest from 'supertest';
import { type Document, Documents, type NewDocument } from '../api/index.js';

type Agent = ReturnType<TestHouse['agent']>;

export const author = { email: 'author@portico.example', password: 'paper boats on the river' };

export const base = '/web/home/documents-media';

/** A house with an author of the site Home, a member without rights, and a second site. */
export class Library {
  private constructor(
    readonly house: TestHouse,
    readonly home: Site,
    readonly other: Site,
    readonly author: Agent,
    readonly csrf: string,
  ) {}

  static async open(options?: TestHouseOptions): Promise<Library> {
    const house = await startHouse(options);
    const people = house.service(People);
    const home = house.service(SiteDirectory).byAddress('home');
    if (!home) throw new Error('There is no site Home.');
    const other = await house.service(Sites).add({ name: 'Other', address: 'other' });
    const { id } = await people.add({ ...author, name: 'Ada Author' });
    await people.grant(id, 'Author', home.id);
    const agent = await house.signIn(author);
    return new Library(house, home, other, agent, await house.csrf(agent));
  }

  get documents(): Documents {
    return this.house.service(Documents);
  }

  /** The portal itself at work in a site. */
  system(site: Site = this.home): AccessContext {
    return this.house.service(AccessContexts).system(site);
  }

  add(document: Partial<NewDocument> & Pick<NewDocument, 'name'>, site?: Site): Promise<Document> {
    return this.documents.add(this.system(site), { content: Buffer.from('some text'), ...document });
  }

  get(path: string): supertest.Test {
    return this.author.get(path);
  }

  /** A change as a script of the page makes it. */
  post(path: string): supertest.Test {
    return this.author.post(path).set('Origin', this.house.url).set('X-Portico-Csrf', this.csrf);
  }

  form(path: string, fields: object = {}): supertest.Test {
    return this.post(path).type('form').send(fields);
  }

  upload(
    files: readonly { readonly name: string; readonly content: Buffer }[],
    path = `${base}/upload-multiple`,
  ): supertest.Test {
    const request = this.post(path).set('Accept', 'application/json');
    for (const { name, content } of files) request.attach('file', content, { filename: name });
    return request;
  }

  close(): Promise<void> {
    return this.house.stop();
  }
}

/** A picture with a different color at each point of a small grid, so that it does not compress to nothing. */
export function picture(width = 640, height = 400, format: 'png' | 'jpeg' | 'webp' | 'avif' = 'png'): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let index = 0; index < pixels.length; index += 1) pixels[index] = (index * 31 + Math.floor(index / width) * 7) % 256;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** Reads the body of an answer as bytes. */
export function bytes(response: supertest.Response): Buffer {
  return response.body as Buffer;
}
