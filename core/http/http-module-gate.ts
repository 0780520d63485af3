import type { ServerResponse } from 'node:http';
import { notFound, PortalError } from '../api/index.js';
import type { GateDecision, ModuleGate } from '../kernel/index.js';

type Entered = Extract<GateDecision, { kind: 'entered' }>;

/** Keeps a module from being stopped while a request is inside it: until its handler has returned and its answer has gone. */
export class RequestLease {
  private left = false;
  private answered: boolean;
  private handled = false;

  constructor(
    private readonly entered: Entered,
    response: ServerResponse,
  ) {
    this.answered = response.closed || response.destroyed;
    if (!this.answered) {
      response.once('close', () => {
        this.answered = true;
        this.leaveWhenDone();
      });
    }
  }

  handlerReturned(): void {
    this.handled = true;
    this.leaveWhenDone();
  }

  private leaveWhenDone(): void {
    if (this.left || !this.answered || !this.handled) return;
    this.left = true;
    this.entered.leave();
  }
}

/** The kernel's gate in the words of HTTP. */
export class HttpModuleGate {
  constructor(private readonly gate: Pick<ModuleGate, 'enter'>) {}

  /** @throws PortalError `module-unavailable` (503, Retry-After) or `not-found` (404, the module is disabled or unknown). */
  enter(module: string): Entered | Promise<Entered> {
    const answer = this.gate.enter(module);
    return answer instanceof Promise ? answer.then((late) => entered(module, late)) : entered(module, answer);
  }

  /** Throws what keeps visitors out, if anything does. */
  async explain(module: string): Promise<void> {
    (await this.enter(module)).leave();
  }
}

function entered(module: string, answer: GateDecision): Entered {
  if (answer.kind === 'entered') return answer;
  if (answer.kind === 'absent') throw notFound();
  throw new PortalError('module-unavailable', 'This part of the portal is not available right now. Try again in a moment.', {
    status: 503,
    expose: true,
    retryAfter: answer.retryAfter,
    details: { module, why: answer.why },
  });
}
