import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loadSharp } from '@portico/core/util';
import { expect } from 'chai';

const run = promisify(execFile);

/** Native code that a process of its own has open after some lines. */
async function opened(lines: string): Promise<readonly string[]> {
  const report = 'console.log(JSON.stringify(process.report.getReport().sharedObjects))';
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '-e',
    `import { loadSharp } from '@portico/core/util'; ${lines}; ${report}`,
  ]);
  return JSON.parse(stdout) as readonly string[];
}

describe('sharp', () => {
  it('costs nothing before the first picture', async () => {
    const isSharp = (file: string): boolean => /sharp|vips/.test(file);
    expect((await opened('')).filter(isSharp)).to.deep.equal([]);
    expect((await opened('await loadSharp()')).filter(isSharp)).to.not.deep.equal([]);
  });

  it('reads jpeg, png, webp, avif and gif, and nothing else in the whole process', async () => {
    const sharp = await loadSharp();
    const picture = sharp({ create: { width: 4, height: 4, channels: 3, background: '#336699' } });
    for (const format of ['jpeg', 'png', 'webp', 'avif', 'gif'] as const) {
      const { width } = await sharp(await picture.clone().toFormat(format).toBuffer()).metadata();
      expect(width, format).to.equal(4);
    }
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
    const others = [svg, await picture.clone().tiff().toBuffer()];
    for (const bytes of others) {
      const error = await sharp(bytes)
        .metadata()
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Error);
    }
  });
});
