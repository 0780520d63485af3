/** What a property of a contribution can be asked to be. */
export type PropertyKind = 'text' | 'number' | 'yes-or-no' | 'list' | 'object' | 'function';

type KindOf<V> = V extends string
  ? 'text'
  : V extends number
    ? 'number'
    : V extends boolean
      ? 'yes-or-no'
      : V extends readonly unknown[]
        ? 'list'
        : V extends (...parameters: never[]) => unknown
          ? 'function'
          : V extends object
            ? 'object'
            : never;

type RequiredKey<T, K extends keyof T = keyof T> = K extends keyof T
  ? Record<never, never> extends Pick<T, K>
    ? never
    : undefined extends T[K]
      ? never
      : K
  : never;

/**
 * What every contribution to a point must have: each property that its type does not leave out, with its kind, or its kinds where there are several.
 * A name or a kind that is not of the type does not compile, nor does a list that forgets one.
 */
export type PointRequirements<T> = [T] extends [object]
  ? { readonly [K in RequiredKey<T>]: KindOf<T[K]> | readonly KindOf<T[K]>[] }
  : never;

/** What a point asks of a contribution, by the name of the property: one of these kinds. */
export type RequiredProperties = ReadonlyMap<string, readonly PropertyKind[]>;

/** By the id of the point. */
const required = new Map<string, RequiredProperties>();

/** Keeps what a point asks of its contributions; whoever only writes the name of the point anew changes nothing. */
export function requireProperties(
  point: string,
  properties: Readonly<Record<string, PropertyKind | readonly PropertyKind[]>>,
): void {
  required.set(point, new Map(Object.entries(properties).map(([name, kinds]) => [name, [kinds].flat() as PropertyKind[]])));
}

/** What each point asks while it is open: what the code of its host said, and no version of it that was loaded since. */
const inForce = new Map<string, RequiredProperties | undefined>();
/** By the code of a host: Node.js runs a file once, so a version that comes back says it no second time. */
const saidBy = new WeakMap<object, Map<string, RequiredProperties | undefined>>();

/** Its host opens a point. @param code of the host. @returns what to call when the point closes. */
export function openRequirements(point: string, code: object): () => void {
  const said = saidBy.get(code) ?? new Map<string, RequiredProperties | undefined>();
  saidBy.set(code, said);
  if (!said.has(point)) said.set(point, required.get(point));
  const properties = said.get(point);
  inForce.set(point, properties);
  return () => {
    if (inForce.get(point) === properties) inForce.delete(point);
  };
}

/** What a point asks of its contributions; undefined where it asks for nothing, or nobody has loaded what declares it. */
export function requiredProperties(point: string): RequiredProperties | undefined {
  return inForce.has(point) ? inForce.get(point) : required.get(point);
}

const spoken: Readonly<Record<PropertyKind, string>> = {
  text: 'a text',
  number: 'a number',
  'yes-or-no': 'true or false',
  list: 'a list',
  object: 'an object',
  function: 'a function',
};

/**
 * What a contribution lacks to be one, as the end of a sentence that begins with who contributes what to which point; undefined when it lacks nothing.
 * A getter that throws is left to whoever uses it. Where a point asks for nothing there must still be a value.
 */
export function lackOf(point: string, contribution: unknown): string | undefined {
  const properties = requiredProperties(point);
  const kind = kindOf(contribution);
  if (kind === undefined)
    return `which is ${String(contribution)}; ${properties ? 'it must be an object' : 'there must be a value'}`;
  if (!properties) return undefined;
  if (kind !== 'object' && kind !== 'function') return `which is ${spoken[kind]}; it must be an object`;
  for (const [name, kinds] of properties) {
    const lack = lackAt(contribution as Readonly<Record<string, unknown>>, name, kinds);
    if (lack !== undefined) return `${lack}; it must be ${kinds.map((each) => spoken[each]).join(' or ')}`;
  }
  return undefined;
}

function lackAt(
  contribution: Readonly<Record<string, unknown>>,
  name: string,
  kinds: readonly PropertyKind[],
): string | undefined {
  let value: unknown;
  try {
    value = contribution[name];
  } catch {
    return undefined;
  }
  const kind = kindOf(value);
  if (kind !== undefined && kinds.includes(kind)) return undefined;
  if (value === undefined) return `without "${name}"`;
  return `whose "${name}" is ${kind === undefined ? String(value) : spoken[kind]}`;
}

/** Undefined of what is nothing, or nothing that a contribution could use. */
function kindOf(value: unknown): PropertyKind | undefined {
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'number';
    case 'boolean':
      return 'yes-or-no';
    case 'function':
      return 'function';
    case 'object':
      return value === null ? undefined : 'object';
    default:
      return undefined;
  }
}
