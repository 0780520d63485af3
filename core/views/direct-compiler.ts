import { Handlebars } from '../libraries/text.js';

/** Code under construction: text, or nodes of the library. */
type Code = string | object;

interface CallOptions {
  readonly hash: Code;
  readonly fn?: Code;
  readonly inverse?: Code;
}

/** What we use of the library's generator, whose methods are there to be overridden and are missing in its types. */
interface Generator {
  readonly useDepths: boolean;
  readonly useBlockParams: boolean;
  readonly context: { readonly decorators: readonly unknown[] };
  readonly source: {
    objectLiteral(options: object): Code;
    functionCall(name: Code | readonly Code[], how: string, values: readonly Code[]): Code;
  };
  setupParams(helper: string, count: number, params: Code[]): CallOptions;
  nameLookup(parent: Code, name: string, type: string): Code | readonly Code[];
  contextName(depth: number): string;
  aliasable(code: string): Code;
  push(code: Code | readonly Code[]): void;
  invokeKnownHelper(count: number, name: string): void;
}

const Base = (Handlebars as unknown as { readonly JavaScriptCompiler: new () => Generator }).JavaScriptCompiler;

const program = /^container\.program\((\d+), data, 0[,)]/;
const nothing = 'container.noop';
const noHash = '{}';

/** Part of the digest of a view: what was compiled before it changed is compiled anew. */
export const compilerVersion = 'direct 2';

/**
 * Writes less code for a view than the library does. Calling one of our helpers is a call, where the library makes an object of options and a copy
 * of it each time; the branches of `if` and `unless` are branches, where it makes a function of each. That is about a tenth of a page
 * (`npm run bench:views`), and the only reason to extend the library's generator, which its documentation offers, beyond what that describes.
 * Used by the build; a test renders every view both ways.
 *
 * @param direct names of the functions that are called as `data.direct.name(values…, hash, rendering)`.
 */
export function directCompiler(direct: ReadonlySet<string>): new () => object {
  return class DirectCompiler extends Base {
    /** For the blocks inside. */
    readonly compiler = DirectCompiler;

    /** A field of a model: its own or none, as in the library, where all fields of all models go through one function. */
    override nameLookup(parent: Code, name: string, type: string): Code | readonly Code[] {
      if (type !== 'context' || name === 'constructor' || name.startsWith('__')) return super.nameLookup(parent, name, type);
      const own = this.aliasable('Object.prototype.hasOwnProperty');
      const key = JSON.stringify(name);
      return ['(', own, '.call(', parent, ', ', key, ') ? ', parent, '[', key, '] : undefined)'];
    }

    override invokeKnownHelper(count: number, name: string): void {
      const params: Code[] = [];
      const options = this.setupParams(name, count, params);
      if (options.fn === undefined && count === 0 && direct.has(name) && !hashless.has(name)) {
        // Without a value it is a field of that name.
        this.push(this.nameLookup(this.contextName(0), name, 'context'));
      } else if (options.fn === undefined && count > 0 && direct.has(name)) {
        const hash = options.hash === noHash ? 'undefined' : options.hash;
        const values = hashless.has(name) ? params : [params[0] as Code, hash, 'data.portico'];
        this.push(this.source.functionCall(`data.direct.${name}`, '', values));
      } else if (count === 1 && options.hash === noHash && (name === 'if' || name === 'unless')) {
        this.branch(name, params, options);
      } else this.callWith(name, params, options);
    }

    private branch(name: 'if' | 'unless', params: Code[], options: CallOptions): void {
      const yes = this.branchOf(options.fn);
      const no = this.branchOf(options.inverse);
      if (yes === undefined || no === undefined) this.callWith(name, params, options);
      else {
        const holds = this.source.functionCall('data.direct.holds', '', params);
        this.push(name === 'if' ? ['(', holds, ' ? ', yes, ' : ', no, ')'] : ['(', holds, ' ? ', no, ' : ', yes, ')']);
      }
    }

    /** Undefined for what has parameters or partials of its own. */
    private branchOf(code: Code | undefined): string | undefined {
      if (code === undefined || code === nothing) return '""';
      const index = program.exec(String(code))?.[1];
      if (index === undefined || this.useBlockParams || this.context.decorators[Number(index)]) return undefined;
      const depths = this.useDepths ? ', undefined, depths' : '';
      return `container.fn(${index})(container, ${this.contextName(0)}, helpers, partials, data${depths})`;
    }

    /** As the library does it, without the place in the file. */
    private callWith(name: string, params: Code[], options: CallOptions): void {
      const depth = this.contextName(0);
      const self = `${depth} != null ? ${depth} : (container.nullContext || {})`;
      const helper = this.nameLookup('helpers', name, 'helper');
      this.push(this.source.functionCall(helper, 'call', [self, ...params, this.source.objectLiteral(options)]));
    }
  };
}

/** Functions of values alone. */
const hashless: ReadonlySet<string> = new Set(['eq', 'not', 'and', 'or', 'concat']);

/** What `{{#if}}` takes for true: no empty lists, and no zero. */
export function holds(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
