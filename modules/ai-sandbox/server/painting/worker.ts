import { parentPort } from 'node:worker_threads';
import { paint } from './scene.js';

/** One picture to draw. */
export interface PaintOrder {
  readonly id: number;
  readonly description: string;
  readonly seed: string;
  readonly width: number;
  readonly height: number;
}

parentPort?.on('message', (order: PaintOrder) => {
  const { pixels } = paint(order.description, order.seed, order.width, order.height);
  parentPort?.postMessage({ id: order.id, pixels }, [pixels.buffer as ArrayBuffer]);
});
