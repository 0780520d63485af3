import type { TestPortal } from '@portico/core/testing';
import { base, Library } from '@portico/documents-media/testing';
import { expect } from 'chai';

/** A form, and what else it needs to be sent. */
interface TypedForm {
  readonly place: string;
  /** Fields that take what people type. */
  readonly typed: readonly string[];
  readonly others?: Readonly<Record<string, string>>;
}

describe('A form that is refused', () => {
  let library: Library;
  let administrator: ReturnType<TestPortal['agent']>;
  let document: string;
  let folder: string;
  let person: string;

  before(async () => {
    library = await Library.open({ flags: { 'LPD-10793': true } });
    administrator = await library.portal.signIn();
    ({ id: document } = await library.add({ name: 'form.txt' }));
    ({ id: folder } = await library.documents.ensureFolder(library.system(), 'Forms'));
    const people = (await administrator.get('/identity/users')).text;
    person = /href="\/identity\/users\/([0-9a-f-]{36})"/.exec(people)?.[1] ?? '';
  });

  after(() => library.close());

  /** Longer than any name may be, and not what any of these fields takes. */
  const long = `first words ${'ü '.repeat(6000)} last words`;

  const forms = (): readonly TypedForm[] => [
    { place: '/account/name', typed: ['name'] },
    { place: '/account/tokens', typed: ['name', 'days'] },
    { place: '/sites/new', typed: ['name', 'address'] },
    { place: `/sites/${library.home.id}`, typed: ['name'] },
    { place: '/identity/users/new', typed: ['name', 'email'] },
    { place: '/web/home/identity/memberships', typed: ['email'], others: { role: 'Author' } },
    { place: `${base}/documents/${document}`, typed: ['name', 'altText'] },
    { place: `${base}/folders/new`, typed: ['name'] },
    { place: `${base}/folders/${folder}/rename`, typed: ['name'] },
    { place: '/web/home/web-content/new', typed: ['title', 'body', 'address'] },
    {
      place: '/ai-creator/budgets',
      typed: ['softLimit', 'hardLimit'],
      others: { target: 'site', subject: 'home', unit: 'images', period: 'day' },
    },
  ];

  it('comes back with a sentence and everything that was typed, whatever its length', async () => {
    const lost: string[] = [];
    for (const { place, typed, others } of forms()) {
      const fields = { ...others, ...Object.fromEntries(typed.map((field) => [field, `${field} ${long}`])) };
      const answer = await library.portal.post(administrator, place, fields);
      expect(answer.status, place).to.be.oneOf([400, 409, 415]);
      for (const field of typed) if (!answer.text.includes(`${field} ${long}`)) lost.push(`${place} ${field}`);
      expect(answer.text, place).not.to.contain('data-error-page');
    }
    expect(lost).to.deep.equal([]);
  });

  it('comes back to somebody’s page with the name that was typed', async () => {
    const answer = await library.portal.post(administrator, `/identity/users/${person}/name`, { name: long });
    expect(answer.status).to.equal(400);
    expect(answer.text).to.contain(`value="${long}"`);
  });
});
