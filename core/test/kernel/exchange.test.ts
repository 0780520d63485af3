import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { PortalError } from '../../api/index.js';
import { type InstalledModule, readManifests } from '../../kernel/index.js';
import { TestPortal, TestSwitches } from './test-portal.js';

describe('a change of the set of modules', () => {
  let portal: TestPortal;
  let disabled: TestSwitches;
  beforeEach(async () => {
    disabled = new TestSwitches();
    portal = await TestPortal.build({ disabled });
  });
  afterEach(() => portal.close());

  /** A version that comes, beside those that are there. */
  const coming = async (id: string, version: string): Promise<InstalledModule> => {
    const folder = join(portal.folder, 'coming', `${id}-${version}`);
    await mkdir(folder, { recursive: true });
    const file = { name: `@test/${id}`, version, type: 'module', exports: { '.': './module.js' }, portico: { id } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(file));
    await writeFile(
      join(folder, 'module.js'),
      `import { defineModule } from '@portico/core';\nexport default defineModule(() => {});`,
    );
    const [module] = (await readManifests([folder])).modules;
    return module as InstalledModule;
  };
  const failing = async (): Promise<void> => {
    throw new Error('the disk is full');
  };
  const refusal = async (work: Promise<unknown>): Promise<PortalError> =>
    work.then(
      () => {
        throw new Error('It was done.');
      },
      (error: unknown) => {
        if (error instanceof PortalError) return error;
        throw error;
      },
    );

  it('that fails forgets nothing of what operators decided about the module that was to come', async () => {
    disabled.stored = ['late', '+later'];
    await portal.write({ id: 'a' });
    const kernel = await portal.boot();
    const late = await coming('late', '1.0.0');
    const failed = await kernel.change({ put: [late], commit: failing }).catch((error: Error) => error.message);
    expect(failed).to.equal('the disk is full');
    await kernel.disable('a');
    expect(disabled.stored).to.deep.equal(['+later', 'a', 'late']);
    await kernel.change({ put: [late], commit: async () => {} });
    expect(portal.states()).to.deep.equal({ a: 'disabled', late: 'disabled' });
    // Anew, and once: what was decided before it came counts no more.
    await kernel.enable('late');
    expect(disabled.stored).to.deep.equal(['+later', 'a']);
    await kernel.change({ remove: ['late'], commit: async () => {} });
    await kernel.enable('a');
    expect(disabled.stored).to.deep.equal(['+later']);
  });

  describe('that cannot be taken back', () => {
    const stuck = /its tables are put back at the next start of the portal/;

    beforeEach(async () => {
      await portal.write({ id: 'stock' });
      await portal.write({ id: 'neighbour' });
      await portal.boot();
      const set = {
        put: [await coming('stock', '2.0.0')],
        commit: failing,
        undo: async () => {
          throw new Error('the disk is still full');
        },
      };
      const { code, message } = await refusal(portal.kernel.change(set));
      expect(code).to.equal('module-unfinished');
      expect(message)
        .to.match(/^stock 1\.2\.3 .*the disk is still full/)
        .and.match(stuck);
    });

    it('leaves the former version there, failed, with a sentence about its tables; the others run', () => {
      const { version, reasons } = portal.kernel.status('stock') ?? {};
      expect(portal.states()).to.deep.equal({ stock: 'failed', neighbour: 'active' });
      expect(version).to.equal('1.2.3');
      expect(reasons?.join(' ')).to.match(stuck);
    });

    it('keeps it from running whatever an operator does: what it wrote would be thrown away', async () => {
      const { kernel } = portal;
      for (const start of [() => kernel.start('stock'), () => kernel.enable('stock'), () => kernel.reload('stock')]) {
        const { code, message } = await refusal(start());
        expect(code).to.equal('module-unfinished');
        expect(message).to.match(stuck);
        expect(portal.states().stock).to.equal('failed');
      }
      await kernel.stop('stock');
      await kernel.disable('stock');
      await refusal(kernel.enable('stock'));
      expect(portal.states().stock).to.equal('disabled');
    });

    it('keeps the next change of it from beginning, and from taking it away', async () => {
      const put = [await coming('stock', '3.0.0')];
      const touched: string[] = [];
      const set = { whileStopped: async () => void touched.push('tables'), commit: async () => void touched.push('rows') };
      for (const change of [
        { put, ...set },
        { remove: ['stock'], ...set },
      ]) {
        const { code, message } = await refusal(portal.kernel.change(change));
        expect(code).to.equal('module-unfinished');
        expect(message).to.match(stuck);
      }
      expect(touched).to.deep.equal([]);
      expect(portal.states()).to.deep.equal({ stock: 'failed', neighbour: 'active' });
    });
  });
});
