import { invalidInput, PortalError, z } from '@portico/core';

type Names = Readonly<Record<string, string>>;

/** The values of options under the names of a form's fields; those that were left out are left out. */
export function typedOptions(options: Readonly<Record<string, string | boolean | undefined>>, names: Names): Names {
  return Object.fromEntries(
    Object.entries(names).flatMap(([field, option]) => {
      const value = options[option];
      return value === undefined ? [] : [[field, String(value)]];
    }),
  );
}

/** Does something with what was typed; what is wrong is told with the names of the options. */
export async function withOptionNames<T>(names: Names, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fields = fieldsOf(error);
    if (!fields) throw error;
    throw invalidInput(
      Object.fromEntries(Object.entries(fields).map(([field, sentence]) => [`--${names[field] ?? field}`, sentence])),
      'Some options need your attention.',
    );
  }
}

function fieldsOf(error: unknown): Names | undefined {
  if (error instanceof PortalError && error.code === 'invalid-input') return error.details.fields as Names;
  if (!(error instanceof z.ZodError)) return undefined;
  return Object.fromEntries(
    error.issues.map((issue) => [
      String(issue.path[0]),
      issue.code === 'invalid_value' ? `One of: ${issue.values.map(String).join(', ')}.` : issue.message,
    ]),
  );
}
