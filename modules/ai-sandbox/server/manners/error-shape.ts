import { type ApiError, errorBody } from '../api-error.js';
import type { Manners } from './manners.js';

/** An error in the words of the server. */
export function shapeOf(error: ApiError, { errors }: Pick<Manners, 'errors'>): object {
  const { message, type } = error;
  if (errors === 'object') return errorBody(error);
  if (errors === 'bare') return { error: { message, type, param: null, code: null } };
  return errors === 'text' ? { error: message } : { detail: message };
}
