import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { Context, Middleware } from 'koa';
import type { Disposable } from '../api/index.js';

const prefix = '/live-reload/';

/** Run by every page: it knows the state that its page was made in, and loads the page again when there is a newer one. */
const script = `const made = new URL(import.meta.url).searchParams.get('state');
const changes = new EventSource('${prefix}changes');
changes.addEventListener('state', ({ data }) => {
  if (data === made) return;
  changes.close();
  location.reload();
});
`;

/** Tells the pages that are open in browsers when what they were made of has changed; for development only. */
export class LiveReload implements Disposable {
  private readonly process = randomUUID();
  private readonly listeners = new Set<PassThrough>();
  private changes = 0;

  /** The script that belongs on a page that is made now. */
  get script(): string {
    return `${prefix}script.js?state=${this.state}`;
  }

  /** Everything that was shown so far is old. */
  changed(): void {
    this.changes += 1;
    for (const listener of this.listeners) this.tell(listener);
  }

  /** Ends all streams: a server waits for what is under way before it closes. */
  dispose(): void {
    for (const listener of this.listeners) listener.end();
    this.listeners.clear();
  }

  readonly middleware: Middleware = (ctx, next) => {
    if (ctx.method !== 'GET' || !ctx.path.startsWith(prefix)) return next();
    ctx.set('Cache-Control', 'no-store');
    if (ctx.path === `${prefix}script.js`) {
      ctx.type = 'text/javascript';
      ctx.body = script;
    } else if (ctx.path === `${prefix}changes`) this.listen(ctx);
    else ctx.status = 404;
    return undefined;
  };

  private listen(ctx: Context): void {
    const listener = new PassThrough();
    this.listeners.add(listener);
    listener.once('close', () => this.listeners.delete(listener));
    // A portal that starts again is found within a moment.
    listener.write('retry: 200\n\n');
    this.tell(listener);
    ctx.set('Content-Type', 'text/event-stream; charset=utf-8');
    ctx.body = listener;
  }

  private tell(listener: PassThrough): void {
    listener.write(`event: state\ndata: ${this.state}\n\n`);
  }

  private get state(): string {
    return `${this.process}.${this.changes}`;
  }
}
