import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Handlebars } from '../libraries/text.js';
import { compilerVersion } from './direct-compiler.js';
import { checkView, type ViewVocabulary } from './view-check.js';

/** Written by the build, beside the compiled code: what Handlebars makes of each view, by digest. */
const fileOfBuild = '../compiled-views.cjs';

export type PrecompiledViews = Readonly<Record<string, TemplateSpecification>>;

/** What a view is compiled in, and what it may name. */
export interface ViewCompilerOptions {
  readonly environment: typeof Handlebars;
  readonly vocabulary: ViewVocabulary;
}

export interface CompiledViewsOptions {
  /** Default: what the build left. */
  readonly precompiled?: PrecompiledViews;
  /** Compile as the library does it, for comparison: see `direct-compiler.ts`. Without `precompiled`, which is direct. */
  readonly stock?: boolean;
  /** Told of each view that was not precompiled, after it was checked, with what the library makes of it. */
  readonly onNew?: (digest: string, precompile: () => TemplateSpecification) => void;
}

/**
 * Makes templates of views. Checking and compiling all of them takes a good part of a start, so the build does it beforehand and leaves what
 * it made; whatever differs from that, in the view or in the names it may use, is checked here and compiled when it is first shown.
 */
export class CompiledViews {
  private readonly precompiled: PrecompiledViews;
  readonly stock: boolean;

  constructor(private readonly options: CompiledViewsOptions = {}) {
    this.precompiled = options.precompiled ?? precompiledByBuild();
    this.stock = options.stock ?? false;
  }

  /** @throws PortalError `view-broken` */
  template({ environment, vocabulary }: ViewCompilerOptions, source: string, file: string): Handlebars.TemplateDelegate {
    const digest = digestOf(source, vocabulary);
    const specification = this.precompiled[digest];
    if (specification) return environment.template(specification);
    const program = checkView(source, file, vocabulary);
    const knownHelpers = Object.fromEntries([...vocabulary.helpers].map((name) => [name, true]));
    const options = { knownHelpers, knownHelpersOnly: true, preventIndent: true };
    this.options.onNew?.(digest, () => environment.precompile(program, options));
    return environment.compile(program, options);
  }
}

function digestOf(source: string, { helpers, partials, isolated }: ViewVocabulary): string {
  const names = [Handlebars.VERSION, compilerVersion, '', ...helpers, '', ...partials, '', ...isolated].join('\n');
  return createHash('sha256').update(names).update('\n\n').update(source).digest('base64url');
}

function precompiledByBuild(): PrecompiledViews {
  const require = createRequire(import.meta.url);
  try {
    return require(fileOfBuild) as PrecompiledViews;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    // Without the file everything is checked and compiled.
    return {};
  }
}
