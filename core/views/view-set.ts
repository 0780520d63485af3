import { PortalError } from '../api/index.js';
import { Handlebars } from '../libraries/text.js';
import type { CompiledViews } from './compiled-views.js';
import { directCompiler } from './direct-compiler.js';
import type { ViewHelpers } from './helpers.js';
import { flat, type Rendering } from './rendering.js';
import type { ViewFile } from './view-files.js';

const partialsFolder = 'partials/';

/** `partials/row` and `layouts/partials/row` are both the partial `row`. */
function partialName(view: string): string | undefined {
  const at = view.indexOf(partialsFolder);
  return at < 0 ? undefined : view.slice(at + partialsFolder.length);
}

export interface ViewSetOptions {
  readonly owner: string;
  readonly files: ReadonlyMap<string, ViewFile>;
  readonly helpers: ViewHelpers;
  readonly compiled: CompiledViews;
  /** Views whose partials may be used, too; partials of its own of the same name win. */
  readonly inherited?: ViewSet;
  /** Which of its own partials see only what they are given. */
  readonly standsAlone?: (view: string) => boolean;
}

/** The compiled views of one owner. Only strings from packages are ever compiled, and only here. */
export class ViewSet {
  private readonly partials: Readonly<Record<string, Handlebars.TemplateDelegate>>;
  private readonly isolated: ReadonlySet<string>;
  private readonly views = new Map<string, Handlebars.TemplateDelegate>();

  private readonly owner: string;
  private readonly direct: ViewHelpers['direct'];

  /** @throws PortalError `view-broken` */
  constructor({ owner, files, helpers, compiled, inherited, standsAlone = () => false }: ViewSetOptions) {
    this.owner = owner;
    this.direct = helpers.direct;
    const environment = Handlebars.create();
    if (!compiled.stock) Object.assign(environment, { JavaScriptCompiler: directCompiler(new Set(Object.keys(helpers.direct))) });
    for (const [name, helper] of Object.entries(helpers.registered))
      if (compiled.stock || helpers.called.has(name)) environment.registerHelper(name, helper);
    const partials: Record<string, Handlebars.TemplateDelegate> = { ...inherited?.partials };
    const names = new Set(Object.keys(partials));
    const isolated = new Set(inherited?.isolated);
    for (const name of files.keys()) {
      const partial = partialName(name);
      if (partial === undefined) continue;
      names.add(partial);
      if (standsAlone(name)) isolated.add(partial);
      else isolated.delete(partial);
    }
    const vocabulary = { helpers: new Set(Object.keys(helpers.registered)), partials: names, isolated };
    for (const [name, { file, source }] of files) {
      const template = compiled.template({ environment, vocabulary }, source, file);
      const partial = partialName(name);
      if (partial !== undefined) partials[partial] = template;
      else this.views.set(name, template);
    }
    this.partials = partials;
    this.isolated = isolated;
    for (const [name, partial] of Object.entries(partials)) environment.registerPartial(name, partial);
  }

  has(view: string): boolean {
    return this.views.has(view);
  }

  /** @throws PortalError `view-missing` */
  render(view: string, model: object, rendering: Rendering): string {
    const template = this.views.get(view);
    if (!template) throw new PortalError('view-missing', `The module ${this.owner} has no view "${view}".`);
    return flat(template(model, { ...ownFieldsOnly, data: { root: model, portico: rendering, direct: this.direct } }));
  }
}

/** What a model inherits is not shown, and not complained about either. */
const ownFieldsOnly = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false };
