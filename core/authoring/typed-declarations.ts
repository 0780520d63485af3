import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadTool } from './package-file.js';

/** A node of a syntax tree, as far as it is read here. */
export interface DeclarationNode {
  readonly kind: number;
  readonly name?: DeclarationNode;
  readonly type?: DeclarationNode;
  readonly typeArguments?: readonly DeclarationNode[];
  readonly members?: Iterable<DeclarationNode>;
  getText(): string;
  getStart(): number;
  getSourceFile(): { readonly text: string; readonly fileName: string };
  forEachChild(visit: (node: DeclarationNode) => void): void;
}

interface NodeHandle {
  readonly kind: number;
  readonly path: string;
  resolve(project: Project): DeclarationNode | undefined;
}

interface TypeSymbol {
  readonly id: number;
  readonly name: string;
  readonly flags: number;
  readonly declarations: readonly NodeHandle[];
}

interface Tag {
  readonly name: string;
  readonly text: string;
}

interface Project {
  readonly program: { getSourceFile(file: string): DeclarationNode | undefined };
  readonly emitter: { printNode(node: DeclarationNode): string };
  readonly checker: {
    getSymbolAtLocation(node: DeclarationNode): TypeSymbol | undefined;
    getAliasedSymbol(symbol: TypeSymbol): TypeSymbol;
    getExportsOfModule(symbol: TypeSymbol): readonly TypeSymbol[];
    getDocumentationCommentOfSymbol(symbol: TypeSymbol): string;
    getJsDocTagsOfSymbol(symbol: TypeSymbol): readonly Tag[];
  };
}

type Names = Readonly<Record<string, number>>;

/** What is used of the compiler's own API, which comes with it: the module's, or that of this repository. */
interface Compiler {
  readonly API: new (options: {
    readonly cwd: string;
  }) => {
    updateSnapshot(options: { readonly openProjects: readonly string[] }): { getProject(file: string): Project };
    close(): void;
  };
  readonly SymbolFlags: Names;
}

/** Something that a file exports. */
export interface ExportedDeclaration {
  readonly name: string;
  readonly id: number;
  /** The package it is taken from, when that is none of those that are read. */
  readonly from: string | undefined;
  readonly doc: string;
  readonly tags: readonly Tag[];
  readonly declarations: readonly DeclarationNode[];
}

/** The type behind a token. */
export interface TokenType {
  readonly doc: string;
  readonly declarations: readonly DeclarationNode[];
  /** TypeScript. */
  readonly shape?: string;
}

/** Reads what packages export, from the declarations that the compiler wrote or from sources, with the compiler's own API. */
export class TypedDeclarations {
  private constructor(
    private readonly project: Project,
    private readonly flags: Names,
    private readonly kinds: Names,
    readonly close: () => void,
  ) {}

  /** @param folder where the compiler is found from, and what is written for it. @param files absolute. */
  static async open(folder: string, files: readonly string[]): Promise<TypedDeclarations> {
    const { API, SymbolFlags } = await loadTool<Compiler>(folder, 'typescript/unstable/sync');
    const { SyntaxKind } = await loadTool<{ readonly SyntaxKind: Names }>(folder, 'typescript/unstable/ast');
    mkdirSync(join(folder, 'dist'), { recursive: true });
    const scratch = mkdtempSync(join(folder, 'dist/types-'));
    const config = join(scratch, 'tsconfig.json');
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023', 'dom', 'dom.iterable'],
      module: 'nodenext',
      moduleResolution: 'nodenext',
      types: ['node'],
      experimentalDecorators: true,
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    };
    writeFileSync(config, JSON.stringify({ compilerOptions, files }));
    const api = new API({ cwd: folder });
    const close = (): void => {
      api.close();
      rmSync(scratch, { recursive: true });
    };
    return new TypedDeclarations(
      api.updateSnapshot({ openProjects: [config] }).getProject(config),
      SymbolFlags,
      SyntaxKind,
      close,
    );
  }

  /** What a file exports, by name: where each thing is declared, and how. */
  exportsOf(file: string): readonly ExportedDeclaration[] {
    const source = this.project.program.getSourceFile(file);
    if (!source) throw new Error(`${relative(process.cwd(), file)} is not built.`);
    const symbol = this.project.checker.getSymbolAtLocation(source);
    return symbol ? this.project.checker.getExportsOfModule(symbol).map((each) => this.exported(each)) : [];
  }

  /** A declaration without comments, private members, and the words that only a file needs. */
  printed(node: DeclarationNode): string {
    const text = this.project.emitter
      .printNode(node)
      .replace(/^export (?:default )?/, '')
      .replace(/^declare /, '')
      .replace(/^ +private (?!constructor).*\n/gm, '')
      .replace(/;$/, '');
    return node.kind === this.kinds.VariableDeclaration ? `const ${text}` : text;
  }

  /**
   * What declarations name of their own package without exporting it: whoever uses the package depends on it all the same.
   * @param folders where the package's declarations lie
   */
  reachable(exports: readonly ExportedDeclaration[], folders: readonly string[]): readonly ExportedDeclaration[] {
    const { Interface = 0, TypeAlias = 0, Class = 0, Enum = 0 } = this.flags;
    // Where file systems do not tell capitals apart, the compiler does not either.
    const isOwn = (path: string): boolean => folders.some((each) => path.toLowerCase().startsWith(`${each}/`.toLowerCase()));
    const known = new Set(exports.map(({ id }) => id));
    const found: ExportedDeclaration[] = [];
    let open = exports.filter(({ from }) => from === undefined).flatMap(({ declarations }) => declarations);
    while (open.length > 0) {
      const symbols = open.flatMap((node) => this.identifiersIn(node)).map((name) => this.symbolOf(name));
      open = [];
      for (const symbol of symbols) {
        if (!symbol || known.has(symbol.id) || !(symbol.flags & (Interface | TypeAlias | Class | Enum))) continue;
        known.add(symbol.id);
        const own = symbol.declarations.filter(({ path }) => libraryOf(path) === undefined && isOwn(path));
        if (own.length === 0) continue;
        const each = { ...this.exported(symbol), declarations: own.flatMap((handle) => handle.resolve(this.project) ?? []) };
        found.push(each);
        open = [...open, ...each.declarations];
      }
    }
    return found;
  }

  /** Of `MenuItems: ConditionalPoint<MenuItem>` the declaration of MenuItem, and, when it is to be whole, what else of the same file it names. */
  typeBehind(declarations: readonly DeclarationNode[], isWhole: boolean): TokenType {
    const variable = declarations.find((node) => node.kind === this.kinds.VariableDeclaration);
    const argument = variable?.type?.typeArguments?.[0];
    if (!argument) return { doc: '', declarations: [] };
    const names = this.identifiersIn(argument);
    const [first, ...others] = names.map((name) => this.symbolOf(name));
    if (!first) return { doc: '', declarations: [], shape: argument.getText() };
    const own = [first, ...others].flatMap((symbol) => this.typesOf(symbol));
    const file = own[0]?.getSourceFile();
    const found = new Set(own);
    // A set takes what is added while it is walked.
    for (const node of isWhole ? found : [])
      for (const name of this.identifiersIn(node))
        for (const each of this.typesOf(this.symbolOf(name))) if (each.getSourceFile() === file) found.add(each);
    const isPlain = names.length === 1 && argument.getText() === names[0]?.getText();
    return {
      doc: this.project.checker.getDocumentationCommentOfSymbol(first),
      declarations: own,
      shape: [...(isPlain ? [] : [`// ${argument.getText()}`]), ...[...found].map(textOf)].join('\n\n'),
    };
  }

  private exported(symbol: TypeSymbol): ExportedDeclaration {
    const { checker } = this.project;
    const target = this.targetOf(symbol);
    return {
      name: symbol.name,
      id: target.id,
      from: libraryOf(target.declarations[0]?.path ?? ''),
      doc: checker.getDocumentationCommentOfSymbol(target),
      tags: checker.getJsDocTagsOfSymbol(target),
      declarations: target.declarations.flatMap((handle) => handle.resolve(this.project) ?? []),
    };
  }

  /** What an import or an export stands for. */
  private targetOf(symbol: TypeSymbol): TypeSymbol {
    return symbol.flags & (this.flags.Alias ?? 0) ? this.project.checker.getAliasedSymbol(symbol) : symbol;
  }

  private symbolOf(node: DeclarationNode): TypeSymbol | undefined {
    const symbol = this.project.checker.getSymbolAtLocation(node);
    return symbol && this.targetOf(symbol);
  }

  private typesOf(symbol: TypeSymbol | undefined): readonly DeclarationNode[] {
    const { InterfaceDeclaration, TypeAliasDeclaration, ClassDeclaration } = this.kinds;
    return (symbol?.declarations ?? [])
      .filter(
        ({ path, kind }) =>
          [InterfaceDeclaration, TypeAliasDeclaration, ClassDeclaration].includes(kind) && libraryOf(path) === undefined,
      )
      .flatMap((handle) => handle.resolve(this.project) ?? []);
  }

  private identifiersIn(node: DeclarationNode): readonly DeclarationNode[] {
    const found: DeclarationNode[] = [];
    const visit = (each: DeclarationNode): void => {
      if (each.kind === this.kinds.Identifier) found.push(each);
      each.forEachChild(visit);
    };
    visit(node);
    return found;
  }
}

/** The package of a file that is none of those that are read. */
function libraryOf(path: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

/** As it stands, with the comments of its members; the compiler indents by four. */
function textOf(node: DeclarationNode): string {
  const text = node.getText().replace(/^export (?:declare )?/, '');
  if (!node.getSourceFile().fileName.endsWith('.d.ts')) return text;
  return text.replaceAll(/^( +)/gm, (spaces) => ' '.repeat(Math.ceil(spaces.length / 2)));
}
