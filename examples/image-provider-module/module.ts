import { ImageProvider } from '@portico/ai-creator/api';
import { defineModule } from '@portico/core';
import { PaperCut } from './paper-cut.js';

export default defineModule(({ provide }) => {
  provide(ImageProvider).to(PaperCut, { ranking: 10 });
});
