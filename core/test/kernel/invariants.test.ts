import { expect } from 'chai';
import { extensionPoint, type ModuleManifest, PortalError } from '../../api/index.js';
import { TestPortal } from './test-portal.js';

const graph: readonly ModuleManifest[] = [
  { id: 'a', provides: { 'x.s': '1.0.0' } },
  { id: 'b', provides: { 'x.s': '1.1.0' }, enabledBy: 'F-b' },
  { id: 'c', requires: { 'x.s': '^1.0.0' }, provides: { 'c.s': '1.0.0' }, hosts: { 'c.points': '1.0.0' } },
  { id: 'd', requires: { 'x.s': '^1.1.0' }, optional: { 'c.points': '^1.0.0' }, enabledBy: 'F-d' },
  { id: 'e', requires: { 'c.s': '^1.0.0', 'c.points': '^1.0.0' }, provides: { 'e.s': '1.0.0' } },
  { id: 'f', optional: { 'e.s': '^1.0.0' }, enabledByDefault: false },
  { id: 'g', requires: { 'e.s': '^1.0.0', 'x.s': '^1.0.0' } },
  { id: 'h', requires: { 'e.s': '^2.0.0' } },
];

/** Small, and the same on every machine. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What a module says in its setup, from its manifest. Each may fail to start when the test says so. */
function setupOf({ id, provides = {}, hosts = {}, optional = {} }: ModuleManifest): string {
  return [
    `if (globalThis.porticoFailing.has('${id}')) throw new Error('unlucky');`,
    ...Object.keys(provides).map((service) => `provide(serviceToken('${service}')).value({ by: '${id}' });`),
    ...Object.keys(hosts).map((point) => `host(extensionPoint('${point}'));`),
    ...('c.points' in optional ? [`contribute(extensionPoint('c.points')).value('${id}');`] : []),
    `contribute(extensionPoint('portal.lines')).value('${id}');`,
  ].join('\n');
}

describe('whatever operators and flags do', () => {
  const failing = new Set<string>();
  before(() => void Object.assign(globalThis, { porticoFailing: failing }));
  after(() => void Reflect.deleteProperty(globalThis, 'porticoFailing'));

  for (const seed of [1, 2, 3, 4])
    it(`every module is where it should be after each of 150 changes (${seed})`, async () => {
      failing.clear();
      const portal = await TestPortal.build();
      try {
        const lines = portal.kernel.host(extensionPoint<string>('portal.lines'));
        for (const manifest of graph) await portal.write(manifest, setupOf(manifest));
        const kernel = await portal.boot();
        const random = randomOf(seed);
        const actions = ['start', 'stop', 'enable', 'disable'] as const;
        for (let change = 0; change < 150; change += 1) {
          const { id } = graph[random(graph.length)] as ModuleManifest;
          const kind = random(6);
          if (kind === 4) portal.flags.set(random(2) === 0 ? 'F-b' : 'F-d', random(2) === 0);
          if (kind === 5 && !failing.delete(id)) failing.add(id);
          const action = actions[kind] ?? 'start';
          await kernel[action](id).catch((error: unknown) => {
            if (!(error instanceof PortalError) || error.code !== 'module-disabled') throw error;
          });
          check(
            portal,
            lines.all().map(({ value }) => value),
          );
        }
        await kernel.shutdown();
        expect(kernel.stats()).to.include({ contributions: 0, listeners: 0, held: 0 });
      } finally {
        await portal.close();
      }
    });

  function check(portal: TestPortal, lines: readonly string[]): void {
    const statuses = portal.kernel.list();
    const active = new Set(statuses.filter(({ state }) => state === 'active').map(({ id }) => id));
    const offered = new Set(
      graph
        .filter(({ id }) => active.has(id))
        .flatMap(({ provides = {}, hosts = {} }) => [...Object.keys(provides), ...Object.keys(hosts)]),
    );
    expect(lines).to.deep.equal([...active].sort());
    for (const status of statuses) {
      const flag = graph.find(({ id }) => id === status.id)?.enabledBy;
      const met = status.requires.every((id) => offered.has(id)) && (status.id !== 'd' || active.has('b'));
      expect(['resolved', 'waiting', 'active', 'failed', 'disabled', 'unresolved']).to.include(status.state);
      if (status.state === 'active') expect([status.id, met, status.reasons]).to.deep.equal([status.id, true, []]);
      else expect(status.reasons, status.id).not.to.deep.equal([]);
      if (status.state === 'waiting') expect([status.id, met]).to.deep.equal([status.id, false]);
      if (flag !== undefined && !portal.flags.isEnabled(flag)) expect(status.state).to.equal('disabled');
      if (status.id === 'h') expect(status.state).to.be.oneOf(['unresolved', 'disabled']);
      expect(status.state === 'failed', status.id).to.equal(status.state === 'failed' && status.failure !== undefined);
    }
  }
});
