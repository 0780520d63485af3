import { expect } from 'chai';
import { ImageMaker } from '../services/provider/image-maker.js';

describe('asking for images', () => {
  it('sends nothing while no provider is there', async () => {
    const maker = new ImageMaker({ get: () => undefined });
    const error = await maker.make({} as never, async () => {}).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'server-trouble', maybeCharged: false });
    expect(maker.promptLimit).to.equal(4000);
  });
});
