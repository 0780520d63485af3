import { v7 } from 'uuid';
import type { Ids } from '../api/index.js';

export class UuidIds implements Ids {
  next(): string {
    return v7();
  }
}
