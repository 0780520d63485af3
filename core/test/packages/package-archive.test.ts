import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { Header } from 'tar';
import { packageLimits, readArchive } from '../../packages/package-archive.js';

interface Entry {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'Directory' | 'FIFO';
  readonly linkpath?: string;
  /** What the header says, when it does not tell the truth. */
  readonly size?: number;
}

function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath, size }) => {
    const bytes = Buffer.from(content);
    const header = new Header({ path, size: size ?? bytes.length, type, mode: 0o644, ...(linkpath ? { linkpath } : {}) });
    const block = Buffer.alloc(512);
    header.encode(block);
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
const archive = (...entries: readonly Entry[]): Buffer => gzipSync(tarOf(entries));
const read = async (bytes: Buffer): Promise<readonly string[] | string> => {
  try {
    return [...(await readArchive('x.tgz', bytes)).keys()];
  } catch (error) {
    return (error as Error).message.replace('The package x.tgz cannot be used: ', '').replace('; mend it and pack it again', '');
  }
};

describe('the archive of a package', () => {
  it('is read without its folder, whatever that is called', async () => {
    expect(await read(archive({ path: 'package/package.json' }, { path: 'package/dist/a.js', content: 'a' }))).to.deep.equal([
      'package.json',
      'dist/a.js',
    ]);
    expect(await read(archive({ path: 'acme/', type: 'Directory' }, { path: 'acme/package.json' }))).to.deep.equal([
      'package.json',
    ]);
  });

  const refusals: Readonly<Record<string, readonly [readonly Entry[], string]>> = {
    'a path that leads out': [[{ path: 'package/../../etc/passwd' }], '"package/../../etc/passwd" is no path inside of it.'],
    'an absolute path': [[{ path: '/package/a' }], '"/package/a" is no path inside of it.'],
    'a path of Windows': [[{ path: 'package/..\\..\\a' }], '"package/..\\\\..\\\\a" is no path inside of it.'],
    'a drive of Windows': [[{ path: 'package/C:/a' }], '"package/C:/a" is no path inside of it.'],
    'a file beside its folder': [[{ path: 'package/a' }, { path: 'other/b' }], 'other/b does not lie in its folder package.'],
    'a symbolic link': [
      [{ path: 'package/a', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
      'package/a is no file (SymbolicLink); a package has files and folders only, and no links.',
    ],
    'a hard link': [
      [{ path: 'package/a', type: 'Link', linkpath: 'package/b' }],
      'package/a is no file (Link); a package has files and folders only, and no links.',
    ],
    'a device': [
      [{ path: 'package/a', type: 'CharacterDevice' }],
      'package/a is no file (CharacterDevice); a package has files and folders only, and no links.',
    ],
    'a file twice': [[{ path: 'package/a' }, { path: 'package/a' }], 'it has a twice.'],
    'names that are one on some systems': [
      [{ path: 'package/Read.md' }, { path: 'package/read.md' }],
      'Read.md and read.md are one on some systems.',
    ],
    'folders that are one on some systems': [
      [{ path: 'package/A/x' }, { path: 'package/a/y' }],
      'A and a are one on some systems.',
    ],
    'a file where a folder is': [[{ path: 'package/a/b' }, { path: 'package/a' }], 'it has a twice.'],
    'a name of control characters': [[{ path: 'package/a\u0007' }], '"package/a\\u0007" is no path inside of it.'],
  };
  for (const [what, [entries, message]] of Object.entries(refusals))
    it(`is refused for ${what}`, async () => {
      expect(await read(archive(...entries))).to.equal(message);
    });

  it('is refused when it is cut off, damaged, or something else', async () => {
    const whole = archive({ path: 'package/a', content: Buffer.alloc(100_000, 'x'.repeat(977)) }, { path: 'package/b' });
    expect(await read(whole.subarray(0, whole.length - 100))).to.match(/^the archive is damaged or cut off/);
    expect(await read(gzipSync(tarOf([{ path: 'package/a', content: 'abc', size: 10_000 }])))).to.match(
      /^the archive is damaged or cut off/,
    );
    const tar = tarOf([{ path: 'package/a', content: 'abc' }]);
    tar[0] = 0x71;
    expect(await read(gzipSync(tar))).to.match(/^the archive is damaged or cut off/);
    expect(await read(Buffer.from('PK\u0003\u0004 a zip'))).to.equal(
      'it is no archive as npm pack makes it (a gzipped tar file); pack it so.',
    );
  });

  it('is refused when it becomes much larger than it is, in bytes or in files, before it is unpacked', async () => {
    expect(await read(archive({ path: 'package/zeros', content: Buffer.alloc(packageLimits.modestBytes + 1) }))).to.match(
      /^it becomes larger than \d+ MB when it is unpacked\.$/,
    );
    const many = Array.from({ length: packageLimits.files + 1 }, (_, index) => ({ path: `package/${index}` }));
    expect(await read(archive(...many))).to.equal('it has more than 20000 files.');
  });
});
