import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');
const linesOf = (file: string): number => readFileSync(join(folder, file), 'utf8').trim().split('\n').length;

describe('The smallest module', () => {
  it('stays small: what every module author has to write must not grow', () => {
    expect(linesOf('module.ts')).to.be.at.most(20);
  });

  it('has a manifest of a dozen lines', () => {
    const { portico } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { portico: object };
    expect(JSON.stringify(portico, undefined, 2).split('\n').length).to.be.at.most(14);
  });
});
