import { PortalError } from '../api/index.js';
import { Handlebars } from '../libraries/text.js';

/** What a view may name. */
export interface ViewVocabulary {
  readonly helpers: ReadonlySet<string>;
  readonly partials: ReadonlySet<string>;
}

const builtIn = new Set(['if', 'unless', 'each', 'with', 'lookup']);

/** Reads a view as text and refuses unknown partials and helpers, naming file and line. Runs at module start, so no request finds out. */
export function checkView(source: string, file: string, vocabulary: ViewVocabulary): void {
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
