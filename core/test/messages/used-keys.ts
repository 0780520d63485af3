import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as acorn from 'acorn';
import { simple } from 'acorn-walk';
import { transformSync } from 'esbuild';
import Handlebars from 'handlebars';

/** A place where code or a view asks for a message. */
export interface Use {
  readonly at: string;
  /** Each key it may ask for; one with `*` stands for all that fit. */
  readonly keys: readonly string[];
  /** Names of the arguments it gives; undefined when that cannot be seen from here. */
  readonly given: readonly string[] | undefined;
}

/** Functions whose argument of this shape is a key. In a script of the browser keys are those that the server gave it, so they are not here. */
const askers = new Set(['text', 'compiled', 'ours', 'translate']);
const keyShape = /^[a-z*][\w*-]*(\.[\w*-]+)*$/;

export function filesUnder(
  folder: string,
  ending: string,
  skip: RegExp = /(^|\/)(dist|node_modules|test|testing|assets)\//,
): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts') && !skip.test(name))
    .map((name) => join(folder, name));
}

export function usesInCode(file: string, root: string): readonly Use[] {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    loader: 'ts',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  const uses: Use[] = [];
  const visit = (call: acorn.CallExpression): void => {
    const { callee } = call;
    const name = callee.type === 'MemberExpression' ? callee.property : callee;
    if (name.type !== 'Identifier' || !askers.has(name.name)) return;
    const index = call.arguments.slice(0, 2).findIndex((argument) => keysOf(argument).length > 0);
    const [key, values] = [call.arguments[index], call.arguments[index + 1]];
    if (!key) return;
    const given = name.name === 'compiled' ? undefined : givenBy(values);
    uses.push({ at: relative(root, file), keys: keysOf(key), given });
  };
  simple(acorn.parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), { CallExpression: visit });
  return uses;
}

function keysOf(node: acorn.AnyNode): readonly string[] {
  if (node.type === 'Literal') return typeof node.value === 'string' && keyShape.test(node.value) ? [node.value] : [];
  if (node.type === 'ConditionalExpression') return [...keysOf(node.consequent), ...keysOf(node.alternate)];
  if (node.type !== 'TemplateLiteral' || node.expressions.length === 0) return [];
  const pattern = node.quasis.map(({ value }) => value.cooked).join('*');
  return keyShape.test(pattern) && /[a-z]/.test(pattern) ? [pattern] : [];
}

function givenBy(values: acorn.AnyNode | undefined): readonly string[] | undefined {
  if (!values || (values.type === 'Identifier' && values.name === 'undefined')) return [];
  // `void 0` is how the compiler writes undefined.
  if (values.type === 'UnaryExpression' && values.operator === 'void') return [];
  if (values.type !== 'ObjectExpression') return undefined;
  const names = values.properties.map((property) =>
    property.type === 'Property' && property.key.type === 'Identifier' && !property.computed ? property.key.name : undefined,
  );
  return names.every((name) => name !== undefined) ? names : undefined;
}

export function usesInView(file: string, root: string): readonly Use[] {
  const uses: Use[] = [];
  const at = relative(root, file);
  const look = ({ path, params, hash }: hbs.AST.MustacheStatement | hbs.AST.SubExpression): void => {
    const name = (path as hbs.AST.PathExpression).original;
    const [key] = params;
    if ((name !== 't' && name !== 'compiled') || !key) return;
    const given = name === 't' ? (hash?.pairs ?? []).map((pair) => pair.key) : undefined;
    const keys = viewKeys(key);
    if (keys.length > 0) uses.push({ at, keys, given });
  };
  const visitor = new (class extends Handlebars.Visitor {
    override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
      look(mustache);
      super.MustacheStatement(mustache);
    }
    override SubExpression(expression: hbs.AST.SubExpression): void {
      look(expression);
      super.SubExpression(expression);
    }
  })();
  visitor.accept(Handlebars.parse(readFileSync(file, 'utf8')));
  return uses;
}

function viewKeys(key: hbs.AST.Expression): readonly string[] {
  if (key.type === 'StringLiteral') return [(key as hbs.AST.StringLiteral).value];
  if (key.type !== 'SubExpression' || ((key as hbs.AST.SubExpression).path as hbs.AST.PathExpression).original !== 'concat')
    return [];
  const parts = (key as hbs.AST.SubExpression).params.map((part) =>
    part.type === 'StringLiteral' ? (part as hbs.AST.StringLiteral).value : '*',
  );
  return [parts.join('')];
}
