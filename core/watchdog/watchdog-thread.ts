import { rmSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { lastVersionOf, type ModuleVersion, ownerOfFile } from '../kernel/file-owner.js';
import { writeJsonFile } from '../util/json-file.js';
import { type HaltedThread, haltMainThread, type StackFrame } from './main-thread.js';
import { blockedExitCode, type KnownModules, type LongTurn, type Suspect, slot, type WatchdogSetup } from './watchdog-state.js';

/**
 * The watchdog's own thread. The main thread beats; when it has not for `longTurnMillis`, a turn of its event loop is long: the thread looks whose
 * code runs, and writes it down before anything else, because nobody may be there afterwards to do so. When the turn ends, what was written goes
 * and the main thread is told. When it does not end within `endBlockedMillis`, the process is ended: the turn alone cannot be, since whatever it
 * holds (a transaction, a lock) would be held for ever.
 */

/** How long the main thread has to let itself be looked at. */
const haltMillis = 2000;
/** How many times the limit it has when no module is at fault: the portal's own code is busy, or it waits in native code, or has no processor. */
const patience = 4;
/** How often it is written down for how long a turn takes. */
const rewriteMillis = 5000;

const setup = workerData as WatchdogSetup;
let known: KnownModules = { ids: [], folders: new Map() };
let lastBeat = -1;
/** This thread is made when the run begins; the clock of the machine may be set meanwhile. */
const began = performance.now();
let lastTick = began;
/** For how long the main thread has not beaten. */
let blockedMillis = 0;
let turn: Omit<LongTurn, 'millis'> | undefined;
/** When, in `blockedMillis`, what is written down is out of date. */
let writeAgain = 0;
let isLooking = false;
let lastLook = Number.NEGATIVE_INFINITY;
let isEnding = false;

parentPort?.on('message', (modules: KnownModules) => {
  known = modules;
});
setInterval(() => void check(), setup.tickMillis);

async function check(): Promise<void> {
  const now = performance.now();
  // A process that was stopped, or a machine that slept, has blocked nothing: no tick counts for more than two.
  blockedMillis += Math.min(now - lastTick, 2 * setup.tickMillis);
  lastTick = now;
  const beat = Atomics.load(setup.slots, slot.beat);
  if (beat !== lastBeat) {
    lastBeat = beat;
    blockedMillis = 0;
    endTurn();
    return;
  }
  if (isLooking || isEnding || Atomics.load(setup.slots, slot.debugged) === 1) return;
  if (mustEnd() && mayLook()) return end();
  if (turn === undefined ? blockedMillis >= setup.longTurnMillis : blockedMillis >= writeAgain) await describeTurn();
}

/** Stopping the main thread costs it some milliseconds. */
const mayLook = (): boolean => performance.now() - lastLook >= setup.longTurnMillis;

function mustEnd(): boolean {
  const { endBlockedMillis, slots } = setup;
  return endBlockedMillis > 0 && blockedMillis >= endBlockedMillis && Atomics.load(slots, slot.protected) === 0;
}

async function describeTurn(): Promise<void> {
  turn ??= { modules: ownersOf([]), place: undefined };
  writeAgain = blockedMillis + (turn.place === undefined ? setup.longTurnMillis : rewriteMillis);
  const halted = turn.place === undefined && mayLook() ? await look() : undefined;
  if (halted) {
    // Of this turn only while it is still the same one.
    if (Atomics.load(setup.slots, slot.beat) === lastBeat)
      turn = { modules: ownersOf(halted.frames), place: placeOf(halted.frames) };
    halted.release();
  }
  if (turn !== undefined) writeDown(turn, false);
}

function endTurn(): void {
  if (turn === undefined) return;
  const millis = Atomics.exchange(setup.slots, slot.lag, 0);
  // Where the main thread measured no long turn the machine was slow, or this thread was.
  if (millis > 0) parentPort?.postMessage({ ...turn, millis } satisfies LongTurn);
  turn = undefined;
  rmSync(setup.file, { force: true });
}

async function end(): Promise<void> {
  isEnding = true;
  const halted = await look();
  const isOver = Atomics.load(setup.slots, slot.beat) !== lastBeat;
  const owners = halted ? ownersOf(halted.frames) : [];
  if (isOver || (owners.length === 0 && blockedMillis < patience * setup.endBlockedMillis)) {
    halted?.release();
    isEnding = false;
    return;
  }
  if (halted) turn = { modules: owners, place: placeOf(halted.frames) };
  const last = turn ?? { modules: ownersOf([]), place: undefined };
  // Whatever does not let itself be stopped, and whatever fails before it is.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), haltMillis);
  writeDown(last, true);
  logEnd(last);
  halted?.exit(blockedExitCode);
}

async function look(): Promise<HaltedThread | undefined> {
  isLooking = true;
  try {
    return await haltMainThread(haltMillis);
  } catch {
    return undefined;
  } finally {
    lastLook = performance.now();
    isLooking = false;
  }
}

/** Innermost first; at last the module that was entered: it may have asked others to do what they do. */
function ownersOf(frames: readonly StackFrame[]): readonly ModuleVersion[] {
  const entered = known.ids[Atomics.load(setup.current, 0)];
  const inStack = frames.flatMap(({ url }) => ownerOfFile(url, known.folders) ?? []);
  const all = [...inStack, ...(entered === undefined ? [] : [lastVersionOf(entered, known.folders)])];
  return all.filter(({ id }, index) => id !== 'core' && all.findIndex((each) => each.id === id) === index);
}

function placeOf(frames: readonly StackFrame[]): string | undefined {
  const ofModule = frames.find(({ url }) => ownerOfFile(url, known.folders) !== undefined);
  const frame = ofModule ?? frames.find(({ url }) => url !== '');
  return frame && `${frame.functionName} (${fileURLToPath(frame.url)}:${frame.line})`;
}

function writeDown({ modules, place }: Omit<LongTurn, 'millis'>, ended: boolean): void {
  const suspect: Suspect = {
    startedAt: setup.startedAt,
    kind: 'blocked',
    modules,
    at: new Date().toISOString(),
    afterMillis: Math.round(performance.now() - began),
    what: whatOf(place),
    ended,
  };
  try {
    writeJsonFile(setup.file, suspect);
  } catch {
    // A full disk keeps nobody from ending what hangs; the log says it.
  }
}

function whatOf(place: string | undefined): string {
  return `held up the event loop for ${seconds()} s${place === undefined ? '' : `, in ${place}`}`;
}

const seconds = (): number => Math.round(blockedMillis / 100) / 10;

/** Straight to where the log goes: what the main thread would write stays with it. */
function logEnd({ modules: [first], place }: Omit<LongTurn, 'millis'>): void {
  if (!setup.logs) return;
  const module = first?.id ?? 'core';
  const line = {
    level: 50,
    time: new Date().toISOString(),
    module,
    millis: Math.round(blockedMillis),
    place,
    msg: `The portal ends itself: the code of ${module} ${whatOf(place)}, and nobody else has had a turn since.`,
  };
  try {
    writeSync(2, `${JSON.stringify(line)}\n`);
  } catch {
    // Nobody reads the log, or not fast enough: the next start says what was written down.
  }
}
