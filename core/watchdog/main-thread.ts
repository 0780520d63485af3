import { type Debugger, type InspectorNotification, Session } from 'node:inspector';

export interface StackFrame {
  readonly functionName: string;
  /** As the code was loaded: `file:///…`. */
  readonly url: string;
  readonly line: number;
}

/** The main thread, stopped in the middle of what it does. It goes on with `release`; nothing else lets it. */
export interface HaltedThread {
  /** Innermost first. */
  readonly frames: readonly StackFrame[];
  release(): void;
  /** Ends the process with this code. */
  exit(code: number): void;
}

/**
 * Stops the main thread for as long as it takes to read its stack, from a thread beside it, through the debugger that is part of Node.js: code that
 * loops is interrupted, and so is a search by an endless regular expression; native code that waits for something else is not. Nothing is attached
 * before, and nothing stays attached afterwards, so it costs nothing while nobody asks.
 * @param millis how long to wait for the thread; undefined then.
 */
export function haltMainThread(millis: number): Promise<HaltedThread | undefined> {
  const session = new Session();
  session.connectToMainThread();
  const urls = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }: InspectorNotification<Debugger.ScriptParsedEventDataType>) => {
    if (params.url.startsWith('file:')) urls.set(params.scriptId, params.url);
  });
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      session.disconnect();
      resolve(undefined);
    }, millis);
    session.once('Debugger.paused', ({ params }: InspectorNotification<Debugger.PausedEventDataType>) => {
      clearTimeout(giveUp);
      resolve({
        frames: params.callFrames.map(({ functionName, location }) => ({
          functionName: functionName || '(anonymous)',
          url: urls.get(location.scriptId) ?? '',
          line: location.lineNumber + 1,
        })),
        // Whoever was stopped goes on when nobody is attached any more.
        release: () => session.disconnect(),
        exit: (code) => {
          const [{ callFrameId = '' } = {}] = params.callFrames;
          session.post('Debugger.evaluateOnCallFrame', { callFrameId, expression: `process.reallyExit(${code})` });
        },
      });
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  });
}
