import { HostCookie } from '../access/index.js';
import type { Flash } from '../views/page-state.js';
import type { HostContext } from './exchange.js';

const kinds = new Set(['success', 'warning', 'danger']);
const maxSentence = 500;
const maxAgeSeconds = 60;

/** Carries one sentence over a redirect in a short-lived cookie. It is text; views escape it. */
export class FlashCookie {
  private readonly cookie: HostCookie;

  constructor(publicUrl: string) {
    this.cookie = new HostCookie('portico-flash', publicUrl);
  }

  put(ctx: HostContext, flash: Flash): void {
    const value = JSON.stringify([flash.kind, flash.sentence.slice(0, maxSentence)]);
    this.cookie.set(ctx, Buffer.from(value).toString('base64url'), maxAgeSeconds);
  }

  /** Shown once: taking it removes it from the browser. */
  take(ctx: HostContext): Flash | undefined {
    const value = this.cookie.read(ctx);
    if (!value) return undefined;
    this.cookie.clear(ctx);
    try {
      const [kind, sentence] = JSON.parse(Buffer.from(value, 'base64url').toString()) as [Flash['kind'], string];
      if (!kinds.has(kind) || typeof sentence !== 'string') return undefined;
      return { kind, sentence: sentence.slice(0, maxSentence) };
    } catch {
      return undefined;
    }
  }
}
