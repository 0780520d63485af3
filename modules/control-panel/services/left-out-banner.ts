import { type AccessContext, inject, injectable, Lifetime, MessageCatalog, Modules, type PageAddition } from '@portico/core';

/** Says on every page, to those who manage modules, that some are left out of this start: nobody would look for what is missing. */
@injectable()
export class LeftOutBanner implements PageAddition {
  readonly view = 'left-out-banner';
  private leftOut: readonly string[] | undefined;

  constructor(
    @inject(Modules) private readonly modules: Modules,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Lifetime) lifetime: Lifetime,
  ) {
    lifetime.add(
      modules.onDidChange(() => {
        this.leftOut = undefined;
      }),
    );
  }

  model({ locale }: AccessContext): object | undefined {
    const { safeMode } = this.modules;
    this.leftOut ??= this.modules.list().flatMap(({ id, leftOut }) => (leftOut ? [id] : []));
    if (!safeMode && this.leftOut.length === 0) return undefined;
    const names = this.leftOut.map((id) => this.catalog.nameOf(id, locale));
    return { safeMode, names: new Intl.ListFormat(locale).format(names), count: names.length };
  }
}
