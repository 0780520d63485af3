import { PortalError } from '../api/index.js';
import { Handlebars } from '../libraries/text.js';

/** What a view may name. */
export interface ViewVocabulary {
  readonly helpers: ReadonlySet<string>;
  readonly partials: ReadonlySet<string>;
  /** Those of the partials that see only what they are given. */
  readonly isolated: ReadonlySet<string>;
}

const builtIn = new Set(['if', 'unless', 'each', 'with', 'lookup']);

/**
 * Reads a view as text and refuses unknown partials and helpers, naming file and line. Runs at module start, so no request finds out.
 * @returns the syntax tree, for the compiler
 */
export function checkView(source: string, file: string, vocabulary: ViewVocabulary): hbs.AST.Program {
  const program = parse(source, file);
  const partials = new Set(vocabulary.partials);
  const inline = new (class extends Handlebars.Visitor {
    override DecoratorBlock(block: hbs.AST.DecoratorBlock): void {
      const name = block.params[0];
      if (name?.type === 'StringLiteral') partials.add((name as hbs.AST.StringLiteral).value);
      super.DecoratorBlock(block);
    }
  })();
  inline.accept(program);
  new Checker(file, vocabulary.helpers, partials).accept(program);
  new Isolation(vocabulary.isolated).accept(program);
  return program;
}

/**
 * Gives a partial that stands alone an empty context, to which its arguments are added, instead of the model around it; its block gets that
 * model as `blockModel`, which the partial hands on: `{{> @partial-block blockModel}}`.
 */
class Isolation extends Handlebars.Visitor {
  constructor(private readonly partials: ReadonlySet<string>) {
    super();
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    this.isolate(partial);
    super.PartialStatement(partial);
  }

  override PartialBlockStatement(partial: hbs.AST.PartialBlockStatement): void {
    if (this.isolate(partial)) {
      const { loc } = partial;
      const value = { type: 'PathExpression', data: false, depth: 0, parts: [], original: 'this', loc } as hbs.AST.PathExpression;
      partial.hash ??= { type: 'Hash', pairs: [], loc };
      partial.hash.pairs.push({ type: 'HashPair', key: 'blockModel', value, loc });
    }
    super.PartialBlockStatement(partial);
  }

  private isolate(partial: hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement): boolean {
    const isolated = this.partials.has(String((partial.name as hbs.AST.PathExpression).original));
    if (isolated) partial.params = [{ type: 'UndefinedLiteral', loc: partial.loc }];
    return isolated;
  }
}

function parse(source: string, file: string): hbs.AST.Program {
  try {
    return Handlebars.parse(source);
  } catch (cause) {
    throw new PortalError('view-broken', `The view ${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

class Checker extends Handlebars.Visitor {
  constructor(
    private readonly file: string,
    private readonly helpers: ReadonlySet<string>,
    private readonly partials: ReadonlySet<string>,
  ) {
    super();
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    this.checkPartial(partial);
    super.PartialStatement(partial);
  }

  override PartialBlockStatement(partial: hbs.AST.PartialBlockStatement): void {
    this.checkPartial(partial);
    super.PartialBlockStatement(partial);
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    this.checkCall(mustache, mustache.params.length > 0 || mustache.hash !== undefined);
    super.MustacheStatement(mustache);
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    this.checkCall(block, block.params.length > 0 || block.hash !== undefined);
    super.BlockStatement(block);
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.checkCall(expression, true);
    super.SubExpression(expression);
  }

  private checkPartial(partial: hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement): void {
    if (partial.name.type !== 'PathExpression') return;
    const name = String((partial.name as hbs.AST.PathExpression).original);
    if (!name.startsWith('@') && !this.partials.has(name)) this.refuse(partial, `there is no partial "${name}"`);
  }

  private checkCall(call: Call, isHelper: boolean): void {
    if (!isHelper || call.path.type !== 'PathExpression') return;
    const name = String((call.path as hbs.AST.PathExpression).original);
    if (!builtIn.has(name) && !this.helpers.has(name)) this.refuse(call, `there is no helper "${name}"`);
  }

  private refuse(node: hbs.AST.Node, fault: string): never {
    throw new PortalError('view-broken', `The view ${this.file} cannot be used: ${fault} (line ${node.loc.start.line}).`);
  }
}
