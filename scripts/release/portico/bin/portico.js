#!/usr/bin/env node
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const core = dirname(createRequire(import.meta.url).resolve('@portico/core/package.json'));
await import(pathToFileURL(join(core, 'bin/portico.js')).href);
