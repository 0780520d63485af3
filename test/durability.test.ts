import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { noisePicture } from './support/noise-picture.js';
import { PortalProcess, portico } from './support/portal-process.js';

const rounds = 6;
const place = '/web/home/documents-media';

/** What was sent, by the name of the file; and what of it the portal said it has, or has no more. */
class Sent {
  readonly contents = new Map<string, Buffer>();
  /** Ids of documents whose bytes were compared. */
  readonly seen = new Set<string>();
  /** Document ids by name. */
  readonly acknowledged = new Map<string, string>();
  /** Ids of documents whose deletion was asked for, and of those where it was acknowledged. */
  readonly deleting = new Set<string>();
  readonly deleted = new Set<string>();

  /** Uploads, looks at and deletes documents until the portal does not answer any more. */
  async keepWorking(portal: PortalProcess, headers: Record<string, string>): Promise<void> {
    for (let turn = 0; ; turn += 1) {
      const id = await this.upload(portal, headers, turn % 2 === 0);
      if (id === undefined) return;
      const document = `${portal.url}${place}/documents/${id}`;
      if (turn % 2 === 0) await fetch(`${document}/thumbnail`, { headers }).then(drain, () => undefined);
      if (turn % 3 === 2 && !(await this.delete(id, document, headers))) return;
    }
  }

  /** Resolves when that many uploads are acknowledged. */
  async atLeast(count: number): Promise<void> {
    for (let turn = 0; turn < 2000 && this.acknowledged.size < count; turn += 1) await delay(5);
  }

  private async upload(portal: PortalProcess, headers: Record<string, string>, picture: boolean): Promise<string | undefined> {
    const name = `${randomBytes(8).toString('hex')}.${picture ? 'png' : 'bin'}`;
    const content = picture ? noisePicture(randomInt(1, 300)) : randomBytes(randomInt(1, 200_000));
    this.contents.set(name, content);
    const body = new FormData();
    body.set('file', new Blob([new Uint8Array(content)]), name);
    const id = await fetch(`${portal.url}${place}/upload`, { method: 'POST', headers, body }).then(documentId, () => undefined);
    if (id !== undefined) this.acknowledged.set(name, id);
    return id;
  }

  private async delete(id: string, document: string, headers: Record<string, string>): Promise<boolean> {
    this.deleting.add(id);
    const post = { method: 'POST', headers, redirect: 'manual' } as const;
    const done = await fetch(`${document}/delete`, post).then(
      (answer) => answer.status < 400,
      () => false,
    );
    if (done) this.deleted.add(id);
    return done;
  }
}

const drain = async (answer: Response): Promise<void> => void (await answer.arrayBuffer());

async function documentId(answer: Response): Promise<string | undefined> {
  const { documents } = (await answer.json()) as { documents?: { id: string }[] };
  return answer.status === 201 ? documents?.[0]?.id : undefined;
}

const download = (portal: PortalProcess, headers: Record<string, string>, id: string): Promise<Buffer> =>
  fetch(`${portal.url}${place}/documents/${id}/download`, { headers }).then(async (answer) => {
    expect(answer.status, `download of ${id}`).to.equal(200);
    return Buffer.from(await answer.arrayBuffer());
  });

/** Every document the portal lists: id and name. */
async function listed(portal: PortalProcess, headers: Record<string, string>): Promise<{ id: string; name: string }[]> {
  const found: { id: string; name: string }[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const query: string = after === '' ? '' : `?after=${encodeURIComponent(after)}`;
    const answer = await fetch(`${portal.url}${place}/api/documents${query}`, { headers });
    const page = (await answer.json()) as { documents: { id: string; name: string }[]; next?: string };
    found.push(...page.documents);
    after = page.next;
  }
  return found;
}

/** Everything acknowledged is there; what was not compared yet, acknowledged or not, is whole. */
async function expectWhole(portal: PortalProcess, headers: Record<string, string>, sent: Sent): Promise<void> {
  const documents = await listed(portal, headers);
  const ids = new Set(documents.map((document) => document.id));
  const lost = [...sent.acknowledged.values()].filter((id) => !ids.has(id) && !sent.deleting.has(id));
  const revived = [...sent.deleted].filter((id) => ids.has(id));
  expect({ lost, revived }, 'acknowledged, and not so').to.deep.equal({ lost: [], revived: [] });
  for (const { id, name } of documents) {
    if (sent.seen.has(id)) continue;
    sent.seen.add(id);
    const bytes = await download(portal, headers, id);
    expect(bytes.equals(sent.contents.get(name) ?? Buffer.alloc(0)), `bytes of ${name}`).to.equal(true);
  }
}

describe('a portal that is killed', function () {
  this.timeout(240_000);
  const homes: string[] = [];
  const makeHome = (): string => {
    const home = mkdtempSync(join(tmpdir(), 'portico-durability-'));
    homes.push(home);
    return home;
  };
  after(() => {
    for (const home of homes) rmSync(home, { recursive: true, force: true });
  });

  it('with kill -9 during uploads, thumbnails and deletions has everything it acknowledged, and nothing half', async () => {
    const home = makeHome();
    const sent = new Sent();
    for (let round = 0; round < rounds; round += 1) {
      const portal = await PortalProcess.start(home);
      const headers = await portal.signIn();
      await expectWhole(portal, headers, sent);
      const uploads = Array.from({ length: 4 }, () => sent.keepWorking(portal, headers));
      await sent.atLeast(sent.acknowledged.size + randomInt(2, 25));
      await delay(randomInt(1, 100));
      portal.kill('SIGKILL');
      expect(await portal.ended).to.equal('SIGKILL');
      await Promise.all(uploads);
    }
    expect(sent.acknowledged.size).to.be.greaterThan(rounds);
    expect(sent.deleted.size).to.be.greaterThan(0);
    expect(await portico(home, 'doctor')).to.have.property('code', 0);
    const portal = await PortalProcess.start(home);
    sent.seen.clear();
    await expectWhole(portal, await portal.signIn(), sent);
    portal.kill('SIGTERM');
    expect(await portal.ended).to.equal(0);
  });

  it('with SIGTERM under load finishes what it took on and ends in time by itself', async () => {
    const home = makeHome();
    const sent = new Sent();
    const portal = await PortalProcess.start(home);
    const headers = await portal.signIn();
    const uploads = Array.from({ length: 4 }, () => sent.keepWorking(portal, headers));
    const slow = await beginUpload(portal, headers, home);
    portal.kill('SIGTERM');
    await delay(200);
    expect(await slow.finish()).to.equal(201);
    await Promise.all(uploads);
    expect(await portal.ended, 'a process that is too slow ends with 1').to.equal(0);
    expect(sent.acknowledged.size).to.be.greaterThan(0);
    expect(existsSync(join(home, 'portico.db-wal')), 'the log is folded into the database').to.equal(false);

    sent.contents.set(slow.name, slow.content);
    const again = await PortalProcess.start(home);
    const visitor = await again.signIn();
    await expectWhole(again, visitor, sent);
    expect((await listed(again, visitor)).map((document) => document.name)).to.include(slow.name);
    expect(await portico(home, 'doctor')).to.have.property('code', 0);
    again.kill('SIGTERM');
    expect(await again.ended).to.equal(0);
  });

  it('is refused a second process on the same data directory', async () => {
    const home = makeHome();
    const portal = await PortalProcess.start(home);
    const second = await PortalProcess.start(home).catch((error: Error) => error.message);
    expect(second).to.include('ended with 1').and.include(`uses the data directory ${home}`);
    portal.kill('SIGKILL');
    await portal.ended;
    const third = await PortalProcess.start(home);
    third.kill('SIGTERM');
    expect(await third.ended).to.equal(0);
  });
});

/** Sends half of an upload, and waits until the portal writes it down. */
async function beginUpload(portal: PortalProcess, headers: Record<string, string>, home: string) {
  const name = 'slow.bin';
  const content = randomBytes(400_000);
  const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const call = request(`${portal.url}${place}/upload`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'multipart/form-data; boundary=b', Connection: 'close' },
  });
  const status = new Promise<number | undefined>((resolve, reject) => {
    call.once('error', reject);
    call.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
  });
  status.catch(() => undefined);
  const staging = join(home, 'blobs', 'staging');
  call.write(head);
  call.write(content.subarray(0, 200_000));
  for (let turn = 0; turn < 1000 && !(existsSync(staging) && readdirSync(staging).length > 0); turn += 1) await delay(5);
  await delay(100);
  return {
    name,
    content,
    finish: (): Promise<number | undefined> => {
      call.write(content.subarray(200_000));
      call.end('\r\n--b--\r\n');
      return status;
    },
  };
}
