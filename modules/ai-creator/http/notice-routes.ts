import { type HttpRoutes, inject, injectable, type RouteContext, type Router } from '@portico/core';
import { Availability } from '../services/availability/availability.js';
import { GenerationNotices, type Notices } from '../services/generations/generation-notices.js';
import { OpenGenerations } from '../services/generations/open-generations.js';
import { ProgressStreams } from '../services/generations/progress-streams.js';
import { eventStream } from './answers.js';

const beatMillis = 15_000;

/** What pages follow while something is made elsewhere. */
@injectable()
export class NoticeRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/notices';

  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(GenerationNotices) private readonly notices: GenerationNotices,
    @inject(OpenGenerations) private readonly open: OpenGenerations,
    @inject(ProgressStreams) private readonly streams: ProgressStreams,
  ) {}

  register(router: Router): void {
    router.get('/status', { access: 'signed-in', answers: 'json' }, (ctx) => {
      ctx.body = this.read(ctx);
    });

    router.get('/events', { access: 'signed-in', answers: 'json' }, (ctx) => {
      const { personId, site } = this.availability.require(ctx.access);
      const own = (tell: () => void) => [
        this.open.onDidChange((author) => author.personId === personId && author.siteId === site.id && tell()),
      ];
      eventStream(
        ctx,
        this.streams.follow(personId, async () => this.read(ctx), own, beatMillis),
      );
    });
  }

  private read(ctx: RouteContext<unknown, unknown, unknown>): Notices {
    this.availability.require(ctx.access);
    return this.notices.of(ctx.access);
  }
}
