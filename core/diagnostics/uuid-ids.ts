import type { Ids } from '../api/index.js';
import { v7 } from '../libraries/uuid.js';

export class UuidIds implements Ids {
  next(): string {
    return v7();
  }
}
