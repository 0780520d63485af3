import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ModulePackages } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';
import { create } from 'tar';
import { startProcess } from './portal-process.js';

/**
 * `npm run bench:updates`: a module is installed, updated, rolled back and removed while sixteen people load its page and another one, again and again:
 * requests, wrong answers and the longest wait of each. Then five hundred changes of version in one process: memory that each leaves behind.
 * It fails on a wrong answer. `-- quick`: two rounds, fifty changes.
 */
const quick = process.argv.includes('quick');
const rounds = quick ? 2 : 10;
const changes = quick ? 50 : 500;
const people = 16;
/** About as much code as a module of one screen has. */
const codeBytes = 27_000;

const folder = await mkdtemp(join(tmpdir(), 'portico-updates-'));
const [first, second] = [await pack('1.0.0'), await pack('1.1.0')];
try {
  await underLoad();
  await memory();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function pack(version: string): Promise<string> {
  const at = join(folder, version, 'package');
  await mkdir(at, { recursive: true });
  const json = { name: '@acme/measured', version, type: 'module', exports: './module.js', portico: { id: 'measured' } };
  await writeFile(join(at, 'package.json'), JSON.stringify(json));
  let code = `import * as core from '@portico/core';
class Pages { prefix = '/measured'; register(router) { router.get('/', { access: 'public' }, (ctx) => { ctx.body = '${version}'; }); } }
core.injectable()(Pages);
export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));
`;
  for (let number = 0; code.length < codeBytes; number += 1)
    code += `export function work${number}(given) { const sum = given.map((each) => each * ${number}).reduce((a, b) => a + b, 0); return 'sum ' + sum; }\n`;
  await writeFile(join(at, 'module.js'), code);
  const file = join(folder, `measured-${version}.tgz`);
  await create({ gzip: true, file, cwd: join(folder, version) }, ['package']);
  return file;
}

interface Load {
  requests: number;
  wrong: number;
  longest: number;
}

async function underLoad(): Promise<void> {
  const environment = {
    PORTICO_HOME: join(folder, 'home'),
    PORT: '0',
    PORTICO_LOG_LEVEL: 'error',
    PORTICO_ADMIN_EMAIL: 'a@portico.example',
    PORTICO_ADMIN_PASSWORD: 'correct horse battery staple',
  };
  const portal = await startProcess('core/bin/portico.js', ['start'], environment);
  const run = async (...argv: readonly string[]): Promise<void> => {
    const program = resolve(import.meta.dirname, '../../core/bin/portico.js');
    const child = spawn(process.execPath, [program, 'modules', ...argv, '--yes'], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`modules ${argv.join(' ')} ended with ${code}.`);
  };
  try {
    const all = new Map<string, Load>();
    const measure = async (name: string, right: readonly string[], work: () => Promise<void>): Promise<void> => {
      const load = all.get(name) ?? { requests: 0, wrong: 0, longest: 0 };
      all.set(name, load);
      let isOver = false;
      const person = async (number: number): Promise<void> => {
        while (!isOver) {
          const began = performance.now();
          const isElsewhere = number % 4 === 0;
          const answer = await fetch(`${portal.url}${isElsewhere ? '/web/home' : '/measured'}`);
          const text = await answer.text();
          load.longest = Math.max(load.longest, performance.now() - began);
          load.requests += 1;
          const said = answer.ok ? text : String(answer.status);
          if (isElsewhere ? !answer.ok : !right.includes(said)) {
            load.wrong += 1;
            console.log(`${name}: wrong answer ${said.slice(0, 200)}`);
          }
        }
      };
      const loading = Promise.all(Array.from({ length: people }, (_, number) => person(number)));
      await work();
      isOver = true;
      await loading;
    };
    for (let round = 0; round < rounds; round += 1) {
      await measure('install', ['404', '1.0.0'], () => run('install', first));
      await measure('update', ['1.0.0', '1.1.0'], () => run('update', second));
      await measure('rollback', ['1.1.0', '1.0.0'], () => run('rollback', 'measured'));
      await measure('remove', ['1.0.0', '404'], () => run('remove', 'measured', '--with-data'));
    }
    for (const [name, { requests, wrong, longest }] of all) {
      console.log(
        `${name.padEnd(9)} ${rounds} times under load: ${requests} requests, ${wrong} wrong answers, longest wait ${longest.toFixed(0)} ms`,
      );
      if (wrong > 0) process.exitCode = 1;
    }
  } finally {
    await portal.stop();
  }
}

async function memory(): Promise<void> {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const portal = await startTestPortal({ config: { modulePaths: [], log: { level: 'error' } } });
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 1024;
  };
  try {
    const packages = portal.service(ModulePackages);
    const operator = { by: { id: 'system', name: 'bench' }, via: 'command' } as const;
    await packages.install({ path: first }, operator);
    const change = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 2) {
        await packages.update({ path: second }, operator);
        await packages.rollback('measured', operator);
      }
    };
    await change(20);
    const before = used();
    const began = performance.now();
    await change(changes);
    const each = (used() - before) / changes;
    const millis = (performance.now() - began) / changes;
    console.log(
      `${changes} changes of version in one process: ${each.toFixed(1)} kB of memory and ${millis.toFixed(0)} ms each, for ${Math.round(codeBytes / 1000)} kB of code`,
    );
  } finally {
    await portal.stop();
  }
}
