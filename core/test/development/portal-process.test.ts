import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PortalProcess } from '../../development/portal-process.js';

describe('the process of a portal in development', () => {
  let folder: string;
  let began: string;
  let portal: PortalProcess;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portico-development-'));
    began = join(folder, 'began');
    // Says that the process began, and ends it before there is a portal.
    const first = join(folder, 'first.cjs');
    writeFileSync(first, `require('node:fs').writeFileSync(${JSON.stringify(began)}, ''); process.exit(0);`);
    portal = new PortalProcess(folder, { ...process.env, NODE_OPTIONS: `--require=${first}` });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is started by a restart', async () => {
    await portal.restart();
    expect(existsSync(began)).to.equal(true);
  });

  it('is not started again by an edit that is taken in while it closes', async () => {
    const restarted = portal.restart();
    await portal.close();
    await restarted;
    await portal.tell({ kind: 'views', owner: 'core' });
    expect(existsSync(began)).to.equal(false);
  });
});
