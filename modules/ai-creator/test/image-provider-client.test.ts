import { expect } from 'chai';
import { ImageProviderClient } from '../services/provider/image-provider-client.js';

describe('asking for images', () => {
  it('sends nothing while no provider is there', async () => {
    const client = new ImageProviderClient({ get: () => undefined });
    const error = await client.make({} as never, async () => {}).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'server-error', maybeCharged: false });
    expect(client.promptLimit).to.equal(4000);
  });
});
