import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { saveForm } from '@portico/configuration/testing';
import { Modules } from '@portico/core';
import { expect } from 'chai';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

interface Told {
  readonly event: string;
  readonly data: { readonly state: string; readonly status: string; readonly isRunning: boolean };
}

/** Listens to a stream until it ends, or until `leaveAfter` events came. */
async function listen(creator: CreatorPortal, path: string, leaveAfter = 1000): Promise<readonly Told[]> {
  const probe = await creator.visitor.get('/web/home/ai-creator/generations');
  const cookie = String((probe as unknown as { request: { cookies: string } }).request.cookies);
  return new Promise((resolve, reject) => {
    let text = '';
    const events = (): readonly Told[] =>
      text
        .split('\n\n')
        .slice(0, -1)
        .map((block) => ({
          event: /^event: (.*)$/m.exec(block)?.[1] ?? '',
          data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as Told['data'],
        }));
    const sent = request(`${creator.portal.url}${path}`, { headers: { cookie, accept: 'text/event-stream' } }, (answer) => {
      if (!/^text\/event-stream/.test(answer.headers['content-type'] ?? '')) {
        answer.resume();
        resolve([{ event: String(answer.statusCode), data: { state: '', status: '', isRunning: false } }]);
      }
      answer.on('data', (piece: Buffer) => {
        text += piece.toString();
        if (events().length >= leaveAfter) {
          sent.destroy();
          resolve(events());
        }
      });
      answer.on('end', () => resolve(events()));
      answer.on('error', () => resolve(events()));
    });
    sent.on('error', (error) => (text === '' ? reject(error) : resolve(events())));
    sent.end();
  });
}

describe('following what is being made', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  it('tells each change, and ends with the last one', async () => {
    creator.sandbox.next({ name: 'slow', millis: 1500 });
    const { id } = (await creator.create()).body as { id: string };
    const told = await listen(creator, `/web/home/ai-creator/generations/${id}/events`);
    expect(told.at(-1)?.event).to.equal('over');
    expect(told.at(-1)?.data).to.include({ state: 'offered', isRunning: false, status: 'Your image is ready.' });
    expect(told[0]?.data.status).to.match(/^Being made: asked (1 second|(0|[2-9]|\d\d+) seconds) ago$/);
    expect(told.filter(({ event }) => event === 'over')).to.have.length(1);
  });

  it('answers at once for what is over, and nothing for what belongs to somebody else', async () => {
    const generation = await creator.settled((await creator.create()).body.id);
    const path = `/web/home/ai-creator/generations/${generation.id}/events`;
    expect((await listen(creator, path)).map(({ event }) => event)).to.deep.equal(['over']);
    expect((await (await creator.portal.signIn()).get(path)).status).to.equal(404);
  });

  it('goes on when whoever listened goes away, at ten different points', async () => {
    for (let point = 0; point < 10; point += 1) {
      creator.sandbox.next({ name: 'slow', millis: 100 + point * 40 });
      const { id } = (await creator.create()).body as { id: string };
      await listen(creator, `/web/home/ai-creator/generations/${id}/events`, 1 + (point % 2));
      expect((await creator.settled(id)).state).to.equal('offered');
    }
    expect(creator.sandbox.generations).to.have.length(10);
  });

  it('sends those who open too many windows to polling', async () => {
    creator.sandbox.next('stall-before-headers');
    const { id } = (await creator.create()).body as { id: string };
    const path = `/web/home/ai-creator/generations/${id}/events`;
    const following = Array.from({ length: 5 }, () => listen(creator, path));
    expect((await Promise.race(following)).at(-1)?.event).to.equal('503');
    const cancel = await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${id}/cancel`);
    expect(cancel.status).to.equal(303);
    const ends = (await Promise.all(following)).map((told) => told.at(-1)?.event).sort();
    expect(ends).to.deep.equal(['503', 'over', 'over', 'over', 'over']);
  });

  it('is for as many windows as the setting says, whose form shows how many there are', async () => {
    const form = '/configuration/instance-settings/ai-creator';
    const admin = await creator.portal.signIn();
    const shown = async (): Promise<string> => (await admin.get(form)).text;
    expect(await shown())
      .to.include('No window follows an image now.')
      .and.include('No order is open now.');
    expect((await saveForm(creator.portal, admin, form, { openStreams: '2' })).status).to.equal(303);
    creator.sandbox.next('stall-before-headers');
    const { id } = (await creator.create()).body as { id: string };
    const path = `/web/home/ai-creator/generations/${id}/events`;
    const following = Array.from({ length: 3 }, () => listen(creator, path));
    expect((await Promise.race(following)).at(-1)?.event).to.equal('503');
    expect(await shown())
      .to.include('2 windows follow images now; most of one person: 2.')
      .and.include('1 order is open now.');
    await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${id}/cancel`);
    await Promise.all(following);
    expect((await saveForm(creator.portal, admin, form, { openStreams: '4' })).status).to.equal(303);
  });

  it('ends when the module stops, which it does not hold up', async () => {
    creator.sandbox.next('stall-before-headers');
    const { id } = (await creator.create()).body as { id: string };
    const following = listen(creator, `/web/home/ai-creator/generations/${id}/events`);
    const admin = await creator.portal.signIn();
    const isFollowed = async (): Promise<boolean> =>
      (await admin.get('/configuration/instance-settings/ai-creator')).text.includes('1 window follows an image now.');
    for (let turn = 0; turn < 200 && !(await isFollowed()); turn += 1) await delay(10);
    const modules = creator.portal.service(Modules);
    const status = await modules.stop('ai-creator');
    expect(status.failure).to.equal(undefined);
    expect((await following).at(-1)?.event).to.equal('progress');
    await modules.start('ai-creator');
    expect((await creator.settled(id)).state).to.equal('unknown');
  });
});
