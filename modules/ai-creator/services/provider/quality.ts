import type { DeliverySize, ImageRequest } from '@portico/ai-providers/api';

/** Small images are scaled down: low is good enough for them until an administrator decides otherwise. */
export const upstreamQuality = (setting: string, size: DeliverySize): ImageRequest['quality'] =>
  setting === 'automatic' ? (size === '1024x1024' ? 'auto' : 'low') : (setting as ImageRequest['quality']);
