import { HostCookie } from '../access/index.js';
import { type CompiledMessage, type MessageValues, type MultipartPart, PortalError, type RenderOptions } from '../api/index.js';
import { localAddress } from '../util/index.js';
import type { PageRenderer } from './dependencies.js';
import { type HostContext, isFragment } from './exchange.js';
import type { FlashCookie } from './flash.js';
import type { PageStates } from './page-states.js';

const preferenceSeconds = 365 * 24 * 3600;

/** What handlers can do with their context. Made once and put on the prototype of every context. */
export function contextMethods(views: PageRenderer, pages: PageStates, flash: FlashCookie, publicUrl: string): object {
  return {
    parts(this: HostContext): AsyncIterable<MultipartPart> {
      const { multipart } = this.exchange;
      if (!multipart) throw new PortalError('multipart-undeclared', 'The route does not declare a multipart body.');
      return multipart;
    },

    render(this: HostContext, view: string, model: object = {}, options: RenderOptions = {}): void {
      const page = pages.stateOf(this, options.layout);
      const html = views.render(this.exchange.module ?? 'core', view, model, options, page);
      this.type = 'html';
      this.body = html;
      if (options.status !== undefined) this.status = options.status;
    },

    text(this: HostContext, key: string, values?: MessageValues): string {
      return this.exchange.messages?.text(key, values, this.access.locale) ?? key;
    },

    compiled(this: HostContext, key: string): CompiledMessage {
      return this.exchange.messages?.compiled(key, this.access.locale) ?? key;
    },

    preference<Choice extends string>(
      this: HostContext,
      name: string,
      allowed: readonly Choice[],
      chosen?: Choice,
    ): Choice | undefined {
      const cookie = new HostCookie(`portico-${this.exchange.module ?? 'core'}-${name}`, publicUrl);
      const said = cookie.read(this);
      const kept = allowed.find((choice) => choice === said);
      if (chosen === undefined || chosen === kept) return kept;
      cookie.set(this, chosen, preferenceSeconds);
      return chosen;
    },

    url(this: HostContext, place: string): string {
      if (!place.startsWith('~')) return place;
      const { site } = this.access;
      if (!site) throw new PortalError('site-needed', `The place ${place} is in a site, and this page is not.`);
      return `/web/${site.address}${place.slice(1)}`;
    },

    redirectWith(this: HostContext, place: string, sentence: string, kind: 'success' | 'warning' | 'danger' = 'success'): void {
      if (sentence !== '') flash.put(this, { kind, sentence });
      const target = localAddress(this.url(place)) ?? '/';
      if (isFragment(this)) {
        // A script that followed the redirect itself would see the sentence in place of the person.
        this.set('X-Portico-Location', target);
        this.status = 204;
        return;
      }
      this.redirect(target);
      this.status = 303;
    },
  };
}
