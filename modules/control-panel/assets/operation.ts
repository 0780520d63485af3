import { PortalFault, portalFetch } from '@portico/core/client';

interface OperationState {
  /** Of the change of a module. */
  readonly isRunning?: boolean;
  /** Of a job. */
  readonly state?: string;
  readonly text: string;
  /** Of a job: how much of it is done, of how much. */
  readonly done?: number;
  readonly total?: number;
}

const lookAgainMillis = 700;

/** Says what is being done while a module is changed, and shows the outcome when it has ended. */
class OperationElement extends HTMLElement {
  private timer: number | undefined;

  connectedCallback(): void {
    this.later();
  }

  disconnectedCallback(): void {
    clearTimeout(this.timer);
  }

  private later(): void {
    this.timer = window.setTimeout(() => void this.look(), lookAgainMillis);
  }

  private async look(): Promise<void> {
    try {
      const {
        isRunning,
        state,
        text,
        done = 0,
        total = 0,
      } = (await (await portalFetch(this.dataset.state ?? '')).json()) as OperationState;
      if (!isRunning && state !== 'queued' && state !== 'running') {
        location.reload();
        return;
      }
      const status = this.querySelector('[role="status"]');
      if (status && status.textContent !== text) status.textContent = text;
      const bar = this.querySelector('progress');
      if (bar && total > 0) Object.assign(bar, { max: total, value: Math.min(done, total) });
    } catch (error) {
      // The screen itself may be away for a moment; what is gone for good the page says.
      if (error instanceof PortalFault && (error.status === 401 || error.status === 404)) {
        location.reload();
        return;
      }
    }
    this.later();
  }
}

customElements.define('portico-operation', OperationElement);
