import { type HttpRoutes, inject, injectable, notFound, type Router, z } from '@portico/core';
import { Generations } from '../services/generations/generations.js';
import { Previews } from '../services/images/previews.js';
import { idParams } from './input.js';
import { setPictureHeaders } from './picture.js';

/** The number makes the address a new one for each preview; answered is always the newest. */
const previewQuery = z.strictObject({
  number: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional(),
});

/** How an image that is being made looks so far, for its author. */
@injectable()
export class PreviewRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/generations';

  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(Previews) private readonly previews: Previews,
  ) {}

  register(router: Router): void {
    router.get('/:id/preview', { access: 'signed-in', params: idParams, query: previewQuery }, async (ctx) => {
      const { generation } = await this.generations.find(ctx.access, ctx.input.params.id);
      const preview = this.previews.find(generation.id);
      if (!preview) throw notFound('preview');
      setPictureHeaders(ctx, 'no-store');
      ctx.type = 'image/webp';
      ctx.body = preview.bytes;
    });
  }
}
