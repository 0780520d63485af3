import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { signInAt } from '../support/portal-process.js';
import { ImageClient } from './image-client.js';
import { creatingImages } from './image-portal.js';

/** A portal in this process that creates images, with the administrator at its screens. */
export interface ImagePlace {
  readonly portal: TestPortal;
  readonly client: ImageClient;
}

export async function startImagePlace(baseUrl: string, section: object = {}): Promise<ImagePlace> {
  const portal = await startTestPortal({
    flags: { 'LPD-10793': true },
    environment: creatingImages,
    config: { modules: { 'ai-openai': { baseUrl }, 'ai-creator': { stopMillis: 100, ...section } } },
  });
  return { portal, client: new ImageClient(portal.url, await signInAt(portal.url)) };
}
