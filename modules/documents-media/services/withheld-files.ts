import { type AccessContext, inject, injectable, Log } from '@portico/core';
import { isReader } from './access.js';
import { DocumentFiles } from './document-files.js';
import { DocumentLimits } from './document-limits.js';
import { orMissing, Renditions } from './renditions.js';

/** A document that readers do not get. */
export interface WithheldFile {
  readonly id: string;
  readonly name: string;
}

/** Tells which files readers do not get, because the metadata cannot be removed: whoever publishes them, and readers on the page of one. */
@injectable()
export class WithheldFiles {
  constructor(
    @inject(DocumentFiles) private readonly files: DocumentFiles,
    @inject(Renditions) private readonly renditions: Renditions,
    @inject(DocumentLimits) private readonly limits: DocumentLimits,
    @inject(Log) private readonly log: Log,
  ) {}

  /**
   * What readers get of the others is made. Somebody waits for the answer: what is not known after `readerCopySeconds` is left out, and made all the
   * same, as far as it has begun; the rest when the first reader comes. What is not there is left out, too.
   */
  async among(access: AccessContext, documentIds: readonly string[]): Promise<readonly WithheldFile[]> {
    const withheld: WithheldFile[] = [];
    let isOver = false;
    const look = async (): Promise<void> => {
      for (const id of documentIds) {
        if (isOver) return;
        const name = await this.nameOfWithheld(access, id);
        if (name !== undefined) withheld.push({ id, name });
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.limits.readerCopySeconds * 1000);
    });
    await Promise.race([look(), late]);
    clearTimeout(timer);
    isOver = true;
    return [...withheld];
  }

  /** Whether this person does not get a file, as a reader of one whose metadata cannot be removed. It is asked like those that somebody publishes. */
  async isWithheldFrom(access: AccessContext, documentId: string): Promise<boolean> {
    return isReader(access) && (await this.among(access, [documentId])).length > 0;
  }

  /** Undefined for what readers get, and for what nobody can say it of. */
  private async nameOfWithheld(access: AccessContext, id: string): Promise<string | undefined> {
    try {
      const file = await orMissing(this.files.current(access, id));
      return file && !(await this.renditions.forReaders(access, id)) ? file.name : undefined;
    } catch (error) {
      // It is made when the first reader comes.
      this.log.warn("A reader's copy could not be made.", { document: id, error });
      return undefined;
    }
  }
}
