import { defineModule } from '@portico/core';
import { SandboxServer } from './server/sandbox-server.js';

export default defineModule(({ run }) => {
  run(SandboxServer);
});
