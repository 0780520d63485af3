import { PortalError } from '../api/index.js';
import { Handlebars } from '../libraries/text.js';
import type { CompiledViews } from './compiled-views.js';
import type { ViewHelpers } from './helpers.js';
import type { Rendering } from './rendering.js';
import type { ViewFile } from './view-files.js';

export type Partials = Readonly<Record<string, Handlebars.TemplateDelegate>>;

const partialsFolder = 'partials/';

/** `partials/row` and `layouts/partials/row` are both the partial `row`. */
function partialName(view: string): string | undefined {
  const at = view.indexOf(partialsFolder);
  return at < 0 ? undefined : view.slice(at + partialsFolder.length);
}

/** A partial that sees what it is given and nothing of the model around it; its block still sees the model. What is read here is the runtime's own: see docs/dependencies.md. */
function alone(template: Handlebars.TemplateDelegate): Handlebars.TemplateDelegate {
  return (context, options = {}) => {
    const { hash, fn, data } = options as Handlebars.RuntimeOptions & Partial<Handlebars.HelperOptions>;
    const block = fn ? data['partial-block'] : undefined;
    // `{{#if @partial-block}}` calls it too, without options, just to see whether there is one.
    const inner = block && ((_own: unknown, blockOptions?: object) => (blockOptions ? block(context, blockOptions) : 'block'));
    return template(hash ?? {}, { ...options, data: { ...data, 'partial-block': inner } });
  };
}

export interface ViewSetOptions {
  readonly owner: string;
  readonly files: ReadonlyMap<string, ViewFile>;
  readonly helpers: ViewHelpers;
  readonly compiled: CompiledViews;
  /** Partials of the portal. */
  readonly inherited: Partials;
  /** Which partials see only what they are given. */
  readonly standsAlone?: (partial: string) => boolean;
}

/** The compiled views of one owner. Only strings from packages are ever compiled, and only here. */
export class ViewSet {
  readonly partials: Partials;
  private readonly views = new Map<string, Handlebars.TemplateDelegate>();

  private readonly owner: string;

  /** @throws PortalError `view-broken` */
  constructor({ owner, files, helpers, compiled, inherited, standsAlone = () => false }: ViewSetOptions) {
    this.owner = owner;
    const environment = Handlebars.create();
    for (const [name, helper] of Object.entries(helpers)) environment.registerHelper(name, helper);
    const partials: Record<string, Handlebars.TemplateDelegate> = { ...inherited };
    const names = new Set(Object.keys(inherited));
    for (const name of files.keys()) names.add(partialName(name) ?? '');
    const vocabulary = { helpers: new Set(Object.keys(helpers)), partials: names };
    for (const [name, { file, source }] of files) {
      const template = compiled.template({ environment, vocabulary }, source, file);
      const partial = partialName(name);
      if (partial !== undefined) partials[partial] = standsAlone(name) ? alone(template) : template;
      else this.views.set(name, template);
    }
    this.partials = partials;
    for (const [name, partial] of Object.entries(partials)) environment.registerPartial(name, partial);
  }

  /** @throws PortalError `view-missing` */
  render(view: string, model: object, rendering: Rendering): string {
    const template = this.views.get(view);
    if (!template) throw new PortalError('view-missing', `The module ${this.owner} has no view "${view}".`);
    return flat(template(model, { ...ownFieldsOnly, data: { root: model, portico: rendering } }));
  }
}

/** What a model inherits is not shown, and not complained about either. */
const ownFieldsOnly = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false };

/**
 * A template leaves a text of thousands of pieces, which the engine puts together when it is first read. Done at once, while they are few and
 * young, it takes a quarter less of a page with a list than when the text has become a part of a larger one.
 */
function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}
