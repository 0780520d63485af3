import { ask } from './requests.js';

/** How far a generation is. */
export interface RoundStatus {
  readonly id: string;
  readonly state: string;
  readonly isRunning: boolean;
  readonly status: string;
  readonly ready: number;
  readonly count: number;
}

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Asks every second until nothing more happens; true when it is over, false when it is gone or `stop` says so. */
export async function follow(href: string, onStatus: (status: RoundStatus) => void, stop: AbortSignal): Promise<boolean> {
  for (let wait = 400; !stop.aborted; ) {
    await pause(wait);
    if (stop.aborted) return false;
    const answer = await ask<RoundStatus>(`${href}/status`);
    if (answer.body) {
      onStatus(answer.body);
      if (!answer.body.isRunning) return true;
    } else if (answer.status >= 400 && answer.status < 500) return false;
    wait = answer.ok ? 1000 : 3000;
  }
  return false;
}
