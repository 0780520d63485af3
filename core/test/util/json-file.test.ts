import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { smallDisk } from '../../testing/small-disk.js';

/** Writes a file twice: while there is room, and when there is room for a part of it. Tells what came of the second time, and what is read then. */
const program = `
  const [, jsonFile, disks, folder] = process.argv;
  const { readFileSync, rmSync, writeFileSync } = await import('node:fs');
  const { readJsonFile, writeJsonFile } = await import(jsonFile);
  const { fillDisk } = await import(disks);
  const file = folder + '/facts.json';
  writeJsonFile(file, { about: 'before' });
  writeFileSync(folder + '/room', Buffer.alloc(8192));
  fillDisk(folder + '/filler');
  rmSync(folder + '/room');
  let fault = 'none';
  try {
    writeJsonFile(file, { about: 'x'.repeat(20000) });
  } catch (error) {
    fault = error.code;
  }
  console.log(JSON.stringify({ fault, read: readJsonFile(file) }));
`;

describe('a file of JSON', () => {
  it('is as it was when the disk has room for a part of what is to come', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-json-'));
    const modules = ['../../util/json-file.js', '../../testing/small-disk.js'].map((path) => new URL(path, import.meta.url).href);
    const [command = '', ...wrap] = smallDisk(folder, 1);
    const node = [process.execPath, '--input-type=module', '--eval', program, ...modules, folder];
    const { stdout, stderr } = spawnSync(command, [...wrap, ...node], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(JSON.parse(stdout || '{}'), stderr).to.deep.equal({ fault: 'ENOSPC', read: { about: 'before' } });
  });
});
