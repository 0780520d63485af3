import { setTimeout as delay } from 'node:timers/promises';
import { PortalError } from '@portico/core';

const times = 6;

/**
 * Does what storage refuses a few times more, with longer and longer pauses: a full disk or a busy database may pass, and what came and cannot be kept is lost.
 * @param signal ends the pauses: then it is tried once more, and no more.
 */
export async function retry<T>(work: () => Promise<T>, pauseMillis: number, signal: AbortSignal): Promise<T> {
  for (let time = 1; ; time += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PortalError) || time >= times) throw error;
      if (signal.aborted) time = times - 1;
      await delay(pauseMillis * 2 ** (time - 1), undefined, { signal }).catch(() => undefined);
    }
  }
}
