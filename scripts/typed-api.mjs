// Reads what packages export, from the declarations that the compiler wrote, with the compiler's own API.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API, SymbolFlags } from 'typescript/unstable/sync';
import { root } from './packages.mjs';

const named = SymbolFlags.Interface | SymbolFlags.TypeAlias | SymbolFlags.Class | SymbolFlags.Enum;

/** Opens the declarations of some files; `close` ends the compiler. */
export function openTypes(files) {
  const folder = mkdtempSync(join(root, 'core/dist/types-'));
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const api = new API({ cwd: root });
  const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
  const close = () => {
    api.close();
    rmSync(folder, { recursive: true });
  };
  return {
    project,
    close,
    exportsOf: (file) => exportsOf(project, file),
    typeBehind: (declarations, isWhole) => typeBehind(project, declarations, isWhole),
  };
}

/** What a file exports, by name: where each thing is declared, and how. */
function exportsOf(project, file) {
  const { checker, program } = project;
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${relative(root, file)} is not built.`);
  const symbol = checker.getSymbolAtLocation(source);
  return symbol ? checker.getExportsOfModule(symbol).map((each) => exported(project, each)) : [];
}

function exported(project, symbol) {
  const { checker } = project;
  const target = targetOf(checker, symbol);
  return {
    name: symbol.name,
    symbol: target,
    from: libraryOf(target.declarations[0]?.path ?? ''),
    doc: checker.getDocumentationCommentOfSymbol(target),
    tags: checker.getJsDocTagsOfSymbol(target),
    declarations: target.declarations.map((handle) => handle.resolve(project)).filter((node) => node !== undefined),
  };
}

/** What an import or an export stands for. */
function targetOf(checker, symbol) {
  return symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The package of a file that is none of ours. */
export function libraryOf(path) {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

/** A declaration without comments, private members, and the words that only a file needs. */
export function printed(project, node) {
  const text = project.emitter
    .printNode(node)
    .replace(/^export (?:default )?/, '')
    .replace(/^declare /, '')
    .replace(/^ +private (?!constructor).*\n/gm, '')
    .replace(/;$/, '');
  return node.kind === SyntaxKind.VariableDeclaration ? `const ${text}` : text;
}

/**
 * What the declarations name of their own package without exporting it: whoever uses the package depends on it all the same.
 * @param folders where the package's declarations lie
 */
export function reachable(project, exports, folders) {
  // Where file systems do not tell capitals apart, the compiler does not either.
  const isOwn = (path) => folders.some((folder) => path.toLowerCase().startsWith(`${folder}/`.toLowerCase()));
  const known = new Set(exports.map(({ symbol }) => symbol.id));
  const found = [];
  let open = exports.filter(({ from }) => from === undefined).flatMap(({ declarations }) => declarations);
  while (open.length > 0) {
    const names = open.flatMap(identifiersIn);
    const symbols = names.length > 0 ? project.checker.getSymbolAtLocation(names) : [];
    open = [];
    for (const symbol of symbols) {
      if (!symbol) continue;
      const target = targetOf(project.checker, symbol);
      if (known.has(target.id) || !(target.flags & named)) continue;
      known.add(target.id);
      const own = target.declarations.filter(({ path }) => libraryOf(path) === undefined && isOwn(path));
      if (own.length === 0) continue;
      const each = { ...exported(project, target), declarations: own.map((handle) => handle.resolve(project)) };
      found.push(each);
      open.push(...each.declarations);
    }
  }
  return found;
}

function identifiersIn(node) {
  const found = [];
  const visit = (each) => {
    if (each.kind === SyntaxKind.Identifier) found.push(each);
    each.forEachChild(visit);
  };
  visit(node);
  return found;
}

/** Of `MenuItems: ConditionalPoint<MenuItem>` the declaration of MenuItem, and, when it is to be whole, what else of the same file it names. */
function typeBehind(project, declarations, isWhole) {
  const variable = declarations.find((node) => node.kind === SyntaxKind.VariableDeclaration);
  const argument = variable?.type?.typeArguments?.[0];
  if (!argument) return { doc: '', declarations: [] };
  const { checker } = project;
  const symbolOf = (node) => {
    const symbol = checker.getSymbolAtLocation(node);
    return symbol && targetOf(checker, symbol);
  };
  const [first, ...others] = identifiersIn(argument).map(symbolOf);
  if (!first) return { doc: '', declarations: [], shape: argument.getText() };
  const own = [first, ...others].flatMap((symbol) => typesOf(project, symbol));
  const file = own[0]?.getSourceFile();
  const found = new Set(own);
  // A set takes what is added while it is walked.
  for (const node of isWhole ? found : [])
    for (const name of identifiersIn(node))
      for (const each of typesOf(project, symbolOf(name))) if (each.getSourceFile() === file) found.add(each);
  const plain = identifiersIn(argument).length === 1 && argument.getText() === identifiersIn(argument)[0].getText();
  const texts = [...found].map(textOf);
  return {
    doc: checker.getDocumentationCommentOfSymbol(first),
    declarations: own,
    shape: [...(plain ? [] : [`// ${argument.getText()}`]), ...texts].join('\n\n'),
  };
}

function typesOf(project, symbol) {
  const kindsOfType = new Set([SyntaxKind.InterfaceDeclaration, SyntaxKind.TypeAliasDeclaration, SyntaxKind.ClassDeclaration]);
  return (symbol?.declarations ?? [])
    .filter(({ path, kind }) => kindsOfType.has(kind) && !path.includes('/node_modules/'))
    .map((handle) => handle.resolve(project));
}

/** As it stands in the declarations, with the comments of its members. */
function textOf(node) {
  return node
    .getText()
    .replace(/^export (?:declare )?/, '')
    .replaceAll(/^( +)/gm, (spaces) => ' '.repeat(Math.ceil(spaces.length / 2)));
}
