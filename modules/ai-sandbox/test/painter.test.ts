import { expect } from 'chai';
import { Painter } from '../server/painting/painter.js';

describe('the painter of the sandbox', () => {
  it('begins no new thread once it is closed, for whatever is still on its way', async () => {
    const painter = new Painter();
    expect((await painter.picture('a boat', 'a boat', 64, 64, 'png')).length).to.be.greaterThan(0);
    await painter.close();
    const late = await painter.picture('another boat', 'another', 64, 64, 'png').catch((error: Error) => error.message);
    expect(late).to.equal('The painter has stopped.');
  });
});
