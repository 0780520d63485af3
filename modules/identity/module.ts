import { defineModule } from '@portico/core';

export default defineModule(() => {});
