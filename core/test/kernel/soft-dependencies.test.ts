import { expect } from 'chai';
import { type ServiceToken, serviceToken } from '../../api/index.js';
import { TestPortal } from './test-portal.js';

interface Told {
  told(): string;
}
const Soft: ServiceToken<Told> = serviceToken('soft.told');

describe('a soft dependency', () => {
  let portal: TestPortal;
  beforeEach(async () => {
    portal = await TestPortal.build();
    await portal.write(
      {
        id: 'soft',
        optional: { 'mail.mailer': '^1.0.0', 'board.notes': '^1.0.0' },
        provides: { 'soft.told': '1.0.0' },
      },
      `provide(serviceToken('soft.told')).to(Soft); contribute(extensionPoint('board.notes')).value('a note of soft');`,
      `const Soft = parts(class Soft { constructor(mailer) { this.mailer = mailer; } told() { return this.mailer.get()?.send() ?? 'nobody'; } },
         optional(serviceToken('mail.mailer')));`,
    );
  });
  afterEach(() => portal.close());

  const mail = (
    version: string,
    code = `provide(serviceToken('mail.mailer')).value({ send: () => 'by mail ${version}' });`,
  ): Promise<unknown> => portal.write({ id: 'mail', provides: { 'mail.mailer': version } }, code);
  const board = (version: string): Promise<unknown> =>
    portal.write(
      { id: 'board', hosts: { 'board.notes': version }, provides: { 'board.reader': '1.0.0' } },
      `host(extensionPoint('board.notes')); provide(serviceToken('board.reader')).to(Reader);`,
      `const Reader = parts(class Reader { constructor(notes) { this.notes = notes; } told() { return this.notes.all().map(({ value }) => value).join(); } },
         core.contributions(extensionPoint('board.notes')));`,
    );
  const told = (): string | undefined => portal.kernel.handle(Soft).get()?.told();
  const read = (): string | undefined => portal.kernel.handle(serviceToken<Told>('board.reader')).get()?.told();
  const soft = (): unknown => ({
    state: portal.kernel.status('soft')?.state,
    startMillis: portal.kernel.status('soft')?.startMillis,
  });

  it('that is absent keeps nobody from running', async () => {
    await portal.boot();
    expect([portal.states(), told()]).to.deep.equal([{ soft: 'active' }, 'nobody']);
  });

  it('that stops, comes back, is disabled and enabled is seen each time, and its user goes on as it was', async () => {
    await mail('1.0.0');
    await board('1.0.0');
    await portal.boot();
    const before = soft();
    expect([told(), read()]).to.deep.equal(['by mail 1.0.0', 'a note of soft']);
    for (const [gone, back] of [
      ['stop', 'start'],
      ['disable', 'enable'],
    ] as const) {
      for (const id of ['mail', 'board']) await portal.kernel[gone](id);
      expect([told(), read(), soft()]).to.deep.equal(['nobody', undefined, before]);
      for (const id of ['mail', 'board']) await portal.kernel[back](id);
      expect([told(), read(), soft()]).to.deep.equal(['by mail 1.0.0', 'a note of soft', before]);
    }
  });

  it('that fails to start, or throws when it is called, is no failure of its user', async () => {
    await mail('1.0.0', `throw new Error('no mail today');`);
    await portal.boot();
    expect([portal.states(), told()]).to.deep.equal([{ mail: 'failed', soft: 'active' }, 'nobody']);
  });

  for (const version of ['2.0.0', '0.9.0', '1.0.0-rc.1'])
    it(`of a version out of the range, ${version}, is not there`, async () => {
      await mail(version);
      await board(version);
      await portal.boot();
      expect([portal.states(), told(), read()]).to.deep.equal([
        { mail: 'active', board: 'active', soft: 'active' },
        'nobody',
        '',
      ]);
    });

  it('that is given newer code is seen with it, and its user goes on as it was', async () => {
    await mail('1.0.0');
    await portal.boot();
    const before = soft();
    await mail('1.0.0', `provide(serviceToken('mail.mailer')).value({ send: () => 'by newer mail' });`);
    await portal.kernel.reload('mail');
    expect([told(), soft()]).to.deep.equal(['by newer mail', before]);
  });

  it('may go in a circle', async () => {
    await portal.write(
      { id: 'mail', provides: { 'mail.mailer': '1.0.0' }, optional: { 'soft.told': '^1.0.0' } },
      `provide(serviceToken('mail.mailer')).to(Mailer);`,
      `const Mailer = parts(class Mailer { constructor(soft) { this.soft = soft; } send() { return 'to ' + typeof this.soft.get().told; } },
         optional(serviceToken('soft.told')));`,
    );
    await portal.boot();
    expect([portal.states(), told()]).to.deep.equal([{ mail: 'active', soft: 'active' }, 'to function']);
  });
});
