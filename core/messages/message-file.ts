import { readFileSync } from 'node:fs';
import { PortalError } from '../api/index.js';
import { z } from '../libraries/data.js';

const schema = z.record(z.string(), z.string());

/** Reads one `<locale>.json`: a flat object of texts. @throws PortalError `messages-invalid`, naming file and key. */
export function readMessageFile(file: string): ReadonlyMap<string, string> {
  const parsed = schema.safeParse(parseJson(file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const key =
      issue && issue.path.length > 0 ? `the key "${issue.path.join('.')}" is not a text` : 'it is not an object of texts';
    throw new PortalError('messages-invalid', `The messages in ${file} cannot be used: ${key}.`, { status: 500 });
  }
  return new Map(Object.entries(parsed.data));
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PortalError('messages-invalid', `The messages in ${file} cannot be read: ${reason}`, { status: 500, cause });
  }
}
