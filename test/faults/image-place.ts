import { startHouse, type TestHouse } from '@portico/core/testing';
import { signInAt } from '../support/portal-process.js';
import { ImageClient } from './image-client.js';
import { creatingImages } from './image-portal.js';

/** A house in this process that creates images, with the administrator at its screens. */
export interface ImagePlace {
  readonly house: TestHouse;
  readonly client: ImageClient;
}

export async function startImagePlace(baseUrl: string, section: object = {}): Promise<ImagePlace> {
  const house = await startHouse({
    flags: { 'LPD-10793': true },
    environment: creatingImages,
    config: { modules: { 'ai-creator': { baseUrl, stopMillis: 100, ...section } } },
  });
  return { house, client: new ImageClient(house.url, await signInAt(house.url)) };
}
