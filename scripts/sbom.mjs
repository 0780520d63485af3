// npm run --silent sbom > portico.cdx.json: the bill of materials, CycloneDX. Every package that the portal is made of, with version, licence and hash, as
// package-lock.json pins them. `npm run release` puts it beside the packages.
import { spawnSync } from 'node:child_process';
import { packageFolders, root } from './packages.mjs';

if (process.argv[1] === import.meta.filename) console.log(billOfMaterials());

/** As text. What only tests and builds need is not in it. */
export function billOfMaterials() {
  const workspaces = packageFolders()
    .filter((folder) => !folder.startsWith('examples/'))
    .flatMap((folder) => ['--workspace', folder]);
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only', '--omit', 'dev'];
  const { status, stdout, stderr } = spawnSync('npm', [...words, ...workspaces], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`The bill of materials could not be made: ${stderr}`);
  const bill = JSON.parse(stdout);
  // npm calls it after the folder in which it lies.
  bill.metadata.component.name = 'portico';
  return JSON.stringify(bill, undefined, 2);
}
