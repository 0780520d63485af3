import { ask } from './requests.js';

/** How far a generation is. */
export interface GenerationStatus {
  readonly id: string;
  readonly state: string;
  readonly isRunning: boolean;
  readonly status: string;
  readonly ready: number;
  /** While it waits: when it is tried again. */
  readonly retryAt?: string;
  readonly count: number;
  /** Number of the newest preview. */
  readonly preview?: number;
}

type StatusListener<S> = (status: S) => void;
interface Running {
  readonly isRunning: boolean;
}

/** Follows until nothing more happens: the server tells; where it cannot, it is asked. True when it is over, false when it is gone or `stop` says so. */
export async function follow<S extends Running = GenerationStatus>(
  href: string,
  onStatus: StatusListener<S>,
  stop: AbortSignal,
): Promise<boolean> {
  return (await listen(href, onStatus, stop)) || (await poll(href, onStatus, stop));
}

/** Server-sent events; false when the stream breaks off before the end. */
function listen<S extends Running>(href: string, onStatus: StatusListener<S>, stop: AbortSignal): Promise<boolean> {
  if (!('EventSource' in window) || stop.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const source = new EventSource(`${href}/events`);
    const end = (isOver: boolean): void => {
      source.close();
      stop.removeEventListener('abort', leave);
      resolve(isOver);
    };
    const leave = (): void => end(false);
    const read = (event: Event): void => onStatus(JSON.parse((event as MessageEvent<string>).data) as S);
    source.addEventListener('progress', read);
    source.addEventListener('over', (event) => {
      read(event);
      end(true);
    });
    source.addEventListener('error', leave);
    stop.addEventListener('abort', leave);
  });
}

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

async function poll<S extends Running>(href: string, onStatus: StatusListener<S>, stop: AbortSignal): Promise<boolean> {
  for (let wait = 400; !stop.aborted; ) {
    await pause(wait);
    if (stop.aborted) return false;
    const answer = await ask<S>(`${href}/status`);
    if (answer.body) {
      onStatus(answer.body);
      if (!answer.body.isRunning) return true;
    } else if (answer.status >= 400 && answer.status < 500) return false;
    wait = answer.ok ? 1000 : 3000;
  }
  return false;
}
