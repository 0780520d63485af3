import { Settings } from '@portico/configuration/api';
import { AccessContexts, instanceScope } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';

/** Saves two fields that belong together, again and again, and says so after each save, until it is killed. Arguments: data directory, first number. */
const [, , home = '', first = '0'] = process.argv;
const portal = await startTestPortal({ home, flags: { 'LPD-10793': true } });
const found = portal.service(Settings).byId('ai-creator');
const { person } = portal.service(AccessContexts).system();
if (!found || !person) throw new Error('There are no settings to save.');
process.stdout.write('ready\n');
for (let number = Number(first); ; number += 1) {
  await found.handle.save(instanceScope, { model: { set: `model-${number}` }, retention: { set: 24 + (number % 8000) } }, person);
  process.stdout.write(`saved ${number}\n`);
}
