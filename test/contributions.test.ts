import { Explanations, type PropertyKind } from '@portico/core';
import { requiredProperties, startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';

/** The code of a property as a contribution would have it. */
const whole: Readonly<Record<PropertyKind, string>> = {
  text: `'acme'`,
  number: '1',
  'yes-or-no': 'true',
  list: '[]',
  object: '{}',
  function: '() => {}',
};
const said: Readonly<Record<PropertyKind, string>> = {
  text: 'a text',
  number: 'a number',
  'yes-or-no': 'true or false',
  list: 'a list',
  object: 'an object',
  function: 'a function',
};
const pages = [
  '/',
  '/web/home',
  '/web/home/documents-media',
  '/web/home/item-selector',
  '/configuration/instance-settings',
  '/configuration/modules',
  '/configuration/extension-points',
  '/configuration/diagnostics',
  '/configuration/audit-log',
];

interface Lacking {
  readonly id: string;
  readonly point: string;
  readonly code: string;
  readonly sentence: string;
}

/** Nothing, an object without anything, and one for each property that a point asks for, without it and with another thing in its place. */
function lackingAt(point: string, number: number): readonly Lacking[] {
  const properties = [...(requiredProperties(point) ?? [])];
  const kindsOf = (kinds: readonly PropertyKind[]): string => kinds.map((kind) => said[kind]).join(' or ');
  const objectOf = (name: string, instead?: string): string => {
    const parts = properties.flatMap(([other, [kind = 'text']]) =>
      other === name ? (instead === undefined ? [] : [`${other}: ${instead}`]) : [`${other}: ${whole[kind]}`],
    );
    return `{ ${parts.join(', ')} }`;
  };
  const [first, firstKinds] = properties[0] ?? ['', []];
  const cases = [
    ['null', 'which is null; it must be an object'],
    ['{}', `without "${first}"; it must be ${kindsOf(firstKinds)}`],
    ...properties.flatMap(([name, kinds]) => [
      [objectOf(name), `without "${name}"; it must be ${kindsOf(kinds)}`],
      [objectOf(name, 'null'), `whose "${name}" is null; it must be ${kindsOf(kinds)}`],
    ]),
  ] as const;
  return cases.map(([code = '', lack = ''], index) => {
    const id = `lacking-${number}-${index}`;
    return { id, point, code, sentence: `Module ${id} contributes "half" to ${point}, ${lack}.` };
  });
}

describe('What is contributed and lacks what its point asks for', () => {
  let modules: FixtureModules;
  let portal: TestPortal;
  let points: readonly string[];
  let lacking: readonly Lacking[];
  let sound: readonly (readonly [string, number])[];
  /** What the doctor says of a portal that lacks nothing: turns and errors are counted for the process, which runs other tests too. */
  let soundComplaints: readonly string[];

  const complaints = async (): Promise<readonly string[]> => {
    const { out, err } = await portal.command(['doctor']);
    return `${out}${err}`
      .split('\n')
      .filter((line) => /^\s*(?:error|warning): /.test(line) && !line.includes('has held up all others'));
  };

  const answers = async (): Promise<readonly (readonly [string, number])[]> => {
    const administrator = await portal.signIn();
    const seen: (readonly [string, number])[] = [];
    for (const page of pages) {
      seen.push([`administrator ${page}`, (await administrator.get(page).redirects(5)).status]);
      seen.push([`guest ${page}`, (await portal.agent().get(page)).status]);
    }
    return seen;
  };

  before(async function () {
    this.timeout(180_000);
    portal = await startTestPortal();
    points = portal
      .service(Explanations)
      .points()
      .map(({ id }) => id);
    sound = await answers();
    soundComplaints = await complaints();
    await portal.stop();
    modules = await FixtureModules.create();
    lacking = points.flatMap(lackingAt);
    for (const { id, point, code } of lacking)
      await modules.write(
        id,
        `export default defineModule(({ contribute }) => contribute(core.extensionPoint('${point}')).value(${code}, { id: 'half' }));`,
        { ...(point.startsWith('portico.') ? {} : { optional: { [point]: '*' } }), ...keeper(point) },
      );
    portal = await startTestPortal({ config: { modulePaths: modules.paths } });
  });
  after(async () => {
    await portal?.stop();
    await modules?.remove();
  });

  it('is known of every point of the portal and its modules', () => {
    expect(points.length).to.be.greaterThan(25);
    for (const point of points) expect(requiredProperties(point)?.size, point).to.be.greaterThan(0);
  });

  it('keeps its module from starting, with one sentence that says what is missing', () => {
    for (const { id, sentence } of lacking) {
      const status = portal.modules.status(id);
      expect([status?.state, status?.failure], id).to.deep.equal(['failed', { phase: 'setup', message: sentence }]);
    }
  });

  it('keeps nobody else from anything: every other module runs, and no contribution of it has failed', () => {
    const others = portal.modules.list().filter(({ id }) => !id.startsWith('lacking-'));
    for (const { id, state, contributionErrors } of others)
      if (state !== 'disabled') expect([id, state, contributionErrors]).to.deep.equal([id, 'active', []]);
  });

  it('changes no page', async () => {
    expect(await answers()).to.deep.equal(sound);
    for (const [page, status] of sound) if (page.startsWith('administrator')) expect(status, page).to.equal(200);
  });

  it('leaves the command line at work', async () => {
    const help = await portal.command(['help']);
    expect([help.exitCode, help.out.includes('doctor')]).to.deep.equal([0, true]);
    // The doctor names those that lack something, and blames nobody else.
    const found = (await complaints()).filter((line) => !soundComplaints.includes(line));
    expect(found.filter((line) => !line.includes('lacking-'))).to.deep.equal([]);
    expect(found.length).to.equal(lacking.length);
    const list = await portal.command(['modules', 'list']);
    expect(list.exitCode).to.equal(0);
    expect(list.out).to.match(/^lacking-0-0 +1\.0\.0 +failed/m);
  });
});

const keeper = (point: string): object => (point === 'portico.secret-stores' ? { keepsSecrets: true } : {});
