import {
  type AccessContext,
  type ConditionalContributions,
  type Contribution,
  contributions,
  inject,
  injectable,
  Log,
  MessageCatalog,
} from '@portico/core';
import { type HomePageEntry, type HomePageSection, HomePageSections } from '../api/index.js';

/** A section ready to be shown. `failed`: its module could not say; the other sections are there all the same. */
export interface ShownSection {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly HomePageEntry[];
  readonly failed: boolean;
}

const mostEntries = 20;
const limitMillis = 2000;

/** Gathers what modules show on a site's home page: side by side, each one for itself and within a time limit. */
@injectable()
export class HomePage {
  constructor(
    @inject(contributions(HomePageSections)) private readonly sections: ConditionalContributions<HomePageSection>,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
    @inject(Log) private readonly log: Log,
  ) {}

  async sectionsFor(access: AccessContext): Promise<readonly ShownSection[]> {
    const visible = this.sections.visible(access);
    const shown = await Promise.all(
      this.sections.each((section, contribution) => this.show(section, contribution, access), visible),
    );
    return shown.filter((section) => section.failed || section.entries.length > 0);
  }

  private async show(
    section: HomePageSection,
    { id, module }: Contribution<HomePageSection>,
    access: AccessContext,
  ): Promise<ShownSection> {
    const title = this.messages.for(module).text(section.title, undefined, access.locale);
    try {
      const entries = await within(section.entries(access));
      return { id: `${module}-${id}`, title, entries: entries.slice(0, mostEntries), failed: false };
    } catch (error) {
      this.log.warn('A section of a home page failed.', { module, section: id, error });
      return { id: `${module}-${id}`, title, entries: [], failed: true };
    }
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${limitMillis} ms.`)), limitMillis);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
