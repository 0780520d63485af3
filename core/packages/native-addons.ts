import { report } from 'node:process';
import type { PackageFiles } from './package-archive.js';
import { packagesIn } from './package-imports.js';

/** What a native addon was made for. */
export interface AddonTarget {
  readonly platform: string;
  readonly cpu: string;
  /** Of Linux: `glibc` or `musl`. */
  readonly libc?: string;
}

/** The machine that this process runs on. */
function thisMachine(): AddonTarget {
  const { platform, arch: cpu } = process;
  if (platform !== 'linux') return { platform, cpu };
  const { header } = report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  return { platform, cpu, libc: header.glibcVersionRuntime === undefined ? 'musl' : 'glibc' };
}

/**
 * Native addons of a package of which none is for this machine. Some packages bring one for each machine: of those one must fit, whichever package
 * of the same name but for the machine it lies in. One sentence each, without a full stop.
 */
export function foreignAddons(files: PackageFiles, machine: AddonTarget = thisMachine()): readonly string[] {
  const bundled = [...packagesIn(files)].sort((a, b) => b.folder.length - a.folder.length);
  const groups = new Map<string, { readonly path: string; readonly target: AddonTarget | undefined }[]>();
  for (const [path, content] of files) {
    if (!path.endsWith('.node')) continue;
    const owner = bundled.find(({ folder }) => path.startsWith(`${folder}/`))?.name ?? 'the module itself';
    const group = owner.replace(/-(?:android|darwin|freebsd|linux|win32|openharmony)[\w-]*$/, '');
    groups.set(group, [...(groups.get(group) ?? []), { path, target: targetOf(content) }]);
  }
  return [...groups]
    .filter(([, addons]) => !addons.some(({ target }) => target !== undefined && fits(target, machine)))
    .map(([group, addons]) => {
      const made = [...new Set(addons.map(({ target }) => (target ? nameOf(target) : 'no system that is known')))].join(', ');
      return `the native addon of ${group} (${addons[0]?.path}) is made for ${made}, and this is ${nameOf(machine)}; pack it for this one`;
    });
}

function fits({ platform, cpu, libc }: AddonTarget, machine: AddonTarget): boolean {
  return (
    platform === machine.platform &&
    (cpu === machine.cpu || cpu === 'universal') &&
    (libc === undefined || machine.libc === undefined || libc === machine.libc)
  );
}

const nameOf = ({ platform, cpu, libc }: AddonTarget): string => `${platform} ${cpu}${libc === undefined ? '' : ` (${libc})`}`;

const elfMachines: Readonly<Record<number, string>> = {
  3: 'ia32',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};
const peMachines: Readonly<Record<number, string>> = { 332: 'ia32', 34404: 'x64', 43620: 'arm64' };
const machMachines: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' };

/** Read from the head of the file, whatever its name says. */
function targetOf(content: Uint8Array): AddonTarget | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (bytes.length < 64) return undefined;
  if (bytes.readUInt32BE(0) === 0x7f454c46) {
    const isLittle = bytes[5] === 1;
    const machine = isLittle ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18);
    const cpu = machine === 21 ? 'ppc64' : machine === 22 ? 's390x' : (elfMachines[machine] ?? `machine ${machine}`);
    // The names of the libraries that it loads stand in it as text.
    const libc =
      bytes.includes('libc.musl-') || bytes.includes('ld-musl-') ? 'musl' : bytes.includes('libc.so.6') ? 'glibc' : undefined;
    return { platform: 'linux', cpu, ...(libc === undefined ? {} : { libc }) };
  }
  const magic = bytes.readUInt32LE(0);
  if (magic === 0xfeedfacf) return { platform: 'darwin', cpu: machMachines[bytes.readUInt32LE(4)] ?? 'an unknown machine' };
  if (bytes.readUInt32BE(0) === 0xcafebabe) return { platform: 'darwin', cpu: 'universal' };
  if (bytes.toString('latin1', 0, 2) === 'MZ') {
    const at = bytes.readUInt32LE(0x3c);
    if (at + 6 > bytes.length) return undefined;
    return { platform: 'win32', cpu: peMachines[bytes.readUInt16LE(at + 4)] ?? 'an unknown machine' };
  }
  return undefined;
}
