import { PortalFault, portalFetch } from '@portico/core/client';

interface OperationState {
  readonly isRunning: boolean;
  readonly text: string;
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
      const { isRunning, text } = (await (await portalFetch(this.dataset.state ?? '')).json()) as OperationState;
      if (!isRunning) {
        location.reload();
        return;
      }
      const status = this.querySelector('[role="status"]');
      if (status && status.textContent !== text) status.textContent = text;
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
