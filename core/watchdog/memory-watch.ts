import { rmSync } from 'node:fs';
import { type HeapProfiler, Session } from 'node:inspector';
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Disposable, Log, ModuleActivity } from '../api/index.js';
import { type ModuleVersion, ownerOfFile, watchedFolders } from '../kernel/index.js';
import { writeJsonFile } from '../util/json-file.js';
import type { Suspect } from './watchdog-state.js';

type ModuleMemory = NonNullable<ModuleActivity['memory']>;
type ProfileNode = HeapProfiler.SamplingHeapProfileNode;

/**
 * One allocation in so many bytes is remembered with its stack, as long as what it allocated is in use. Walking the stack is what costs: a list page
 * took 907 us without sampling, 902 with one in 2 MB, and about 1,270 with one in 256 kB.
 */
const samplingBytes = 2 * 1024 * 1024;
/**
 * A measurement takes time, because what nobody holds any more is collected before: 60 ms of a processor for a portal of 50 MB. It is good for so long,
 * and for so many times as long as it took, so that whoever asks often costs the others half a percent.
 */
const freshMillis = 10_000;
const freshTimes = 200;
/** The first one is made when a portal has come to rest after its start. */
const firstMillis = 30_000;
/** How much fuller the heap is before its owners are written down again. */
const stepPercent = 2;
/** How much emptier before the danger is over: a heap that fills goes up and down. */
const reliefPercent = 15;
const mib = 1024 * 1024;
/** What the limit has for new objects besides: three times 16 MB, and 64 MB from Node.js 24 on. A heap is full when the room for those that stay is. */
const youngBytes = 3 * (Number.parseInt(process.versions.node, 10) < 24 ? 16 : 64) * mib;

export interface MemoryWatchOptions {
  /** Where whoever fills the heap is written to. */
  readonly suspectFile: string;
  readonly startedAt: string;
  /** Share of the heap limit from which on that is done. */
  readonly heapPercent: number;
}

/**
 * Says how much of what is in use on the heap the code of each module allocated: an estimate, by the stacks of sampled allocations, of which V8
 * forgets those that were collected. What belongs to whom cannot be known otherwise: all modules share one heap, and an object that one of them
 * made may be held by another. Buffers lie outside of that heap, and are not in it. When the heap is nearly full, whose code has grown most is
 * written down, because nobody can when it is full.
 */
export class MemoryWatch implements Disposable {
  /** Made when the run begins; the clock of the machine may be set meanwhile. */
  private readonly began = performance.now();
  private readonly session = new Session();
  private last: { readonly until: number; readonly bytes: ReadonlyMap<string, number> } | undefined;
  private first: ReadonlyMap<string, number> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writtenAt = 0;
  log: Log;

  constructor(
    private readonly options: MemoryWatchOptions,
    log: Log,
  ) {
    this.log = log;
    this.session.connect();
    this.session.post('HeapProfiler.enable');
    this.session.post('HeapProfiler.startSampling', { samplingInterval: samplingBytes });
  }

  /** What modules need to run is there now; what comes on top of it is growth. */
  opened(): void {
    this.timer = setTimeout(() => {
      this.first ??= this.bytes();
    }, firstMillis);
    this.timer.unref();
  }

  of(module: string): ModuleMemory {
    this.first ??= this.bytes();
    const bytes = sumOf(module, this.bytes());
    return { bytes, grownBytes: bytes - sumOf(module, this.first) };
  }

  /** Microseconds, while there is room. */
  look(): void {
    const { used_heap_size: used, heap_size_limit } = getHeapStatistics();
    const limit = Math.max(heap_size_limit / 2, heap_size_limit - youngBytes);
    const percent = Math.floor((used / limit) * 100);
    if (percent < this.options.heapPercent) {
      if (this.writtenAt > 0 && percent < this.options.heapPercent - reliefPercent) this.withdraw();
    } else if (percent >= this.writtenAt + stepPercent || this.writtenAt === 0) this.writeDown(percent, limit);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.session.disconnect();
  }

  private writeDown(percent: number, limit: number): void {
    const isFirst = this.writtenAt === 0;
    this.writtenAt = percent;
    this.last = undefined;
    const owners = [...this.bytes()]
      .map(([key, bytes]) => ({ ...versionOf(key), grown: bytes - (this.first?.get(key) ?? 0) }))
      .filter(({ id }) => id !== core.id)
      .sort((a, b) => b.grown - a.grown);
    const { startedAt, suspectFile } = this.options;
    const [most] = owners;
    const share = most === undefined ? '' : `, of which its code has allocated about ${Math.round(most.grown / mib)} MB`;
    const what = `was the one that had grown most when ${percent} % of the ${Math.round(limit / mib)} MB for objects were in use${share}`;
    const suspect: Suspect = {
      startedAt,
      kind: 'memory',
      modules: owners.filter(({ grown }) => grown > 0.1 * limit).map(({ id, version }) => ({ id, version })),
      at: new Date().toISOString(),
      afterMillis: Math.round(performance.now() - this.began),
      what,
      ended: false,
    };
    try {
      writeJsonFile(suspectFile, suspect);
    } catch (error) {
      this.log.warn('Whose code fills the memory could not be written down.', { error });
    }
    if (isFirst)
      this.log.warn('The memory for objects is nearly full.', {
        module: most?.id ?? 'core',
        percent,
        owners: owners.slice(0, 3),
      });
  }

  private withdraw(): void {
    this.writtenAt = 0;
    rmSync(this.options.suspectFile, { force: true });
  }

  /** In use now, by `keyOf` the module whose code allocated it: the innermost in the stack. */
  private bytes(): ReadonlyMap<string, number> {
    const now = performance.now();
    if (this.last !== undefined && now < this.last.until) return this.last.bytes;
    const bytes = new Map<string, number>();
    this.session.post('HeapProfiler.getSamplingProfile', (error, answer) => {
      if (error === null) addUp(answer.profile.head, keyOf(core), bytes);
    });
    const end = performance.now();
    this.last = { until: end + Math.max(freshMillis, freshTimes * (end - now)), bytes };
    return bytes;
  }
}

const core: ModuleVersion = { id: 'core', version: '' };

function keyOf({ id, version }: ModuleVersion): string {
  return `${id} ${version}`;
}

function versionOf(key: string): ModuleVersion {
  const [id = '', version = ''] = key.split(' ');
  return { id, version };
}

/** Of all versions of a module. */
function sumOf(module: string, bytes: ReadonlyMap<string, number>): number {
  return [...bytes].filter(([key]) => versionOf(key).id === module).reduce((sum, [, each]) => sum + each, 0);
}

function addUp(root: ProfileNode, owner: string, bytes: Map<string, number>): void {
  const { folders } = watchedFolders();
  const owners = new Map<string, string | undefined>();
  const waiting: { readonly node: ProfileNode; readonly owner: string }[] = [{ node: root, owner }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { url } = next.node.callFrame;
    if (!owners.has(url)) {
      const module = ownerOfFile(url, folders);
      owners.set(url, module && keyOf(module));
    }
    const its = owners.get(url) ?? next.owner;
    if (next.node.selfSize > 0) bytes.set(its, (bytes.get(its) ?? 0) + next.node.selfSize);
    for (const node of next.node.children) waiting.push({ node, owner: its });
  }
}
