import { toast, translator } from '@portico/core/client';
import { follow } from './dialog/follow.js';
import { ask } from './dialog/requests.js';
import { markSeen, unseen } from './dialog/seen.js';

interface Notices {
  readonly isRunning: boolean;
  readonly badge?: { readonly kind: string; readonly text: string; readonly label: string };
  readonly settled: readonly { readonly id: string; readonly kind: 'success' | 'warning'; readonly sentence: string }[];
}

const tag = 'portico-generation-notices';
/** More than these at once become one sentence. */
const singly = 2;

/** Says on any page of the site that a generation is ready, once, and keeps the number at its menu entry. Follows while the page is seen. */
class GenerationNotices extends HTMLElement {
  private following: AbortController | undefined;

  connectedCallback(): void {
    const notices = this.json<Notices | undefined>(this.dataset.notices);
    document.addEventListener('visibilitychange', () => void this.look());
    if (!notices) return;
    void this.show(notices);
    if (notices.isRunning && !document.hidden) void this.follow();
  }

  /** Browsers open few connections to one place: a page that nobody sees has none, and asks once when it is seen again. */
  async look(): Promise<void> {
    if (document.hidden) return this.following?.abort();
    const { body } = await ask<Notices>(`${this.href}/status`);
    if (!body) return;
    await this.show(body);
    if (body.isRunning && !document.hidden) await this.follow();
  }

  private async follow(): Promise<void> {
    this.following?.abort();
    const following = new AbortController();
    this.following = following;
    await follow<Notices>(this.href, (notices) => void this.show(notices), following.signal);
  }

  private async show({ badge, settled }: Notices): Promise<void> {
    showBadge(`${this.dataset.page}`, badge);
    if (document.hidden || settled.length === 0) return;
    if (this.isTheirPage) return markSeen(...settled.map(({ id }) => id));
    const fresh = await unseen(settled.map(({ id }) => id));
    const news = settled.filter(({ id }) => fresh.includes(id) && !isShown(id));
    const translate = translator(this.dataset.messages);
    const text = translate('notices.show');
    if (news.length > singly) {
      return toast(translate('notices.many', { count: news.length }), 'info', { href: `${this.dataset.page}`, text });
    }
    for (const { id, kind, sentence } of news) toast(sentence, kind, { href: `${this.dataset.page}/${id}`, text });
  }

  /** On the pages of the generations themselves it is seen without being said. */
  private get isTheirPage(): boolean {
    return location.pathname.startsWith(`${this.dataset.page}`);
  }

  private get href(): string {
    return this.dataset.href ?? '';
  }

  private json<T>(text: string | undefined): T | undefined {
    return text ? (JSON.parse(text) as T) : undefined;
  }
}

/** An open dialog shows it. */
const isShown = (id: string): boolean => document.querySelector(`[data-generation="${CSS.escape(id)}"]`) !== null;

/** As the portal draws it. */
function showBadge(page: string, badge: Notices['badge']): void {
  const entry = document.querySelector(`.side-link[href="${CSS.escape(page)}"]`);
  for (const before of entry?.querySelectorAll('.badge, .sr-only') ?? []) before.remove();
  if (!entry || !badge) return;
  const text = span('badge-item badge-item-expand', badge.text);
  const mark = span(`badge badge-${badge.kind}`, text);
  mark.title = badge.label;
  mark.ariaHidden = 'true';
  entry.append(mark, span('sr-only', ` ${badge.label}`));
}

function span(className: string, content: Node | string): HTMLElement {
  const made = document.createElement('span');
  made.className = className;
  made.append(content);
  return made;
}

/** On a page that came without: something was begun on it and its dialog was closed. */
export function followFromNow(data: Readonly<Record<'href' | 'page' | 'messages', string>>): void {
  const there = document.querySelector<GenerationNotices>(tag);
  const notices = there ?? Object.assign(document.createElement(tag) as GenerationNotices, { hidden: true });
  Object.assign(notices.dataset, data);
  if (!there) document.body.append(notices);
  void notices.look();
}

customElements.define(tag, GenerationNotices);
