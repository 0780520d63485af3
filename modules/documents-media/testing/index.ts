import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type AccessContext, AccessContexts, type Site, SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal, type TestPortalOptions } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { Sites } from '@portico/sites/api';
import sharp from 'sharp';
import type supertest from 'supertest';
import { type Document, Documents, type NewDocument } from '../api/index.js';

type Agent = ReturnType<TestPortal['agent']>;

export const author = { email: 'author@portico.example', password: 'paper boats on the river' };

export const base = '/web/home/documents-media';

interface NewAuthor {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

async function addAuthor(portal: TestPortal, site: Site, person: NewAuthor): Promise<void> {
  const people = portal.service(People);
  const { id } = await people.add(person);
  await people.grant(id, 'Author', site.id);
}

/** A portal with an author of the site Home, and a second site; that of a data directory which is opened again has them already. */
export class Library {
  private constructor(
    readonly portal: TestPortal,
    readonly home: Site,
    readonly other: Site,
    readonly author: Agent,
    readonly csrf: string,
  ) {}

  static async open(options?: TestPortalOptions): Promise<Library> {
    const portal = await startTestPortal(options);
    const people = portal.service(People);
    const home = portal.service(SiteDirectory).byAddress('home');
    if (!home) throw new Error('There is no site Home.');
    const other =
      portal.service(SiteDirectory).byAddress('other') ?? (await portal.service(Sites).add({ name: 'Other', address: 'other' }));
    if (!people.byEmail(author.email)) await addAuthor(portal, home, { ...author, name: 'Ada Author' });
    const agent = await portal.signIn(author);
    return new Library(portal, home, other, agent, await portal.csrf(agent));
  }

  get documents(): Documents {
    return this.portal.service(Documents);
  }

  /** One more author of the site Home. */
  addAuthor(person: NewAuthor): Promise<void> {
    return addAuthor(this.portal, this.home, person);
  }

  /** The portal itself at work in a site. */
  system(site: Site = this.home): AccessContext {
    return this.portal.service(AccessContexts).system(site);
  }

  add(document: Partial<NewDocument> & Pick<NewDocument, 'name'>, site?: Site): Promise<Document> {
    return this.documents.add(this.system(site), { content: Buffer.from('some text'), ...document });
  }

  get(path: string): supertest.Test {
    return this.author.get(path);
  }

  /** A change as a script of the page makes it. */
  post(path: string): supertest.Test {
    return this.author.post(path).set('Origin', this.portal.url).set('X-Portico-Csrf', this.csrf);
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

  /** A request that announces a large file, of which only the beginning comes; who asked ends it. */
  async halfUpload(name: string): Promise<Socket> {
    const { hostname, port } = new URL(this.portal.url);
    const cookie = (await this.get(base)).request.cookies as unknown as string;
    if (!cookie.includes('=')) throw new Error('The author is not signed in.');
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      [
        `POST ${base}/upload HTTP/1.1`,
        `Host: ${hostname}:${port}`,
        `Origin: ${this.portal.url}`,
        `Cookie: ${cookie}`,
        `X-Portico-Csrf: ${this.csrf}`,
        'Accept: application/json',
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 300000',
        '',
        `--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\nits begin`,
      ].join('\r\n'),
    );
    return socket;
  }

  close(): Promise<void> {
    return this.portal.stop();
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
