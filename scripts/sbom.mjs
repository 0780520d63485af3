// npm run --silent sbom > portico.cdx.json: the bill of materials, CycloneDX. Every package that the portal is made of, with version, licence and hash, as
// package-lock.json pins them. `npm run release` puts it beside the packages.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders, root } from './packages.mjs';

if (process.argv[1] === import.meta.filename) console.log(billOfMaterials());

/** As text. What only tests, builds and examples need is not in it. */
export function billOfMaterials() {
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`The bill of materials could not be made: ${stderr}`);
  const bill = JSON.parse(stdout);
  // npm calls it after the folder in which it lies.
  bill.metadata.component.name = 'portico';
  // Its option --omit=dev also leaves out what modules need and the tests of the root need too.
  const delivered = deliveredPackages();
  const isDelivered = ({ purl }) => delivered.has(decodeURIComponent(purl));
  const refs = new Set([bill.metadata.component, ...bill.components.filter(isDelivered)].map((each) => each['bom-ref']));
  const components = bill.components.filter(isDelivered);
  const dependencies = bill.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return JSON.stringify({ ...bill, components, dependencies }, undefined, 2);
}

/** By name and version: our own packages, and all that `package-lock.json` does not call one for development alone. */
function deliveredPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const ours = new Set(packageFolders().filter((folder) => !folder.startsWith('examples/')));
  const entries = Object.entries(packages).filter(([path, { dev, link }]) =>
    path.includes('node_modules/') ? !dev && !link : ours.has(path),
  );
  return new Set(entries.map(([path, { name = path.split('node_modules/').at(-1), version }]) => `pkg:npm/${name}@${version}`));
}
