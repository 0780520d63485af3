import { AccessContexts, type DemoContent, inject, injectable, SiteDirectory } from '@portico/core';
import { demoPictures, drawPicture } from './demo-pictures.js';
import { DocumentList } from './document-list.js';
import { PortalDocuments } from './portal-documents.js';

const readme = `Welcome to Documents and Media.

Put your files here: pictures, texts, whatever a site needs.
New > File Upload adds one, New > Multiple Files Upload adds many.
`;

/** A folder of pictures and a text, so that a demo does not start empty. */
@injectable()
export class DemoDocuments implements DemoContent {
  constructor(
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(DocumentList) private readonly list: DocumentList,
  ) {}

  async seed(): Promise<readonly string[]> {
    const site = this.sites.byAddress('home');
    if (!site) return [];
    const access = this.contexts.system(site);
    const { folders, documents } = await this.list.page(access, { order: 'name', limit: 1 });
    if (folders.length + documents.length > 0) return [];
    const landscapes = await this.documents.ensureFolder(access, 'Landscapes');
    for (const picture of demoPictures) {
      const content = await drawPicture(picture);
      await this.documents.add(access, { folderId: landscapes.id, name: picture.name, altText: picture.altText, content });
    }
    await this.documents.add(access, { name: 'welcome.txt', content: Buffer.from(readme) });
    const [first] = demoPictures;
    if (first) await this.documents.add(access, { name: first.name, altText: first.altText, content: await drawPicture(first) });
    return [];
  }
}
