import { expect } from 'chai';
import { deploymentMode } from '../../config/index.js';

describe('PORTICO_MODE', () => {
  for (const [value, mode] of [
    [undefined, 'production'],
    ['', 'production'],
    ['production', 'production'],
    ['development', 'development'],
  ] as const) {
    it(`${value === undefined ? 'left out' : `"${value}"`} means ${mode}`, () => {
      expect(deploymentMode({ PORTICO_MODE: value })).to.equal(mode);
    });
  }

  it('refuses other words, naming the variable', () => {
    expect(() => deploymentMode({ PORTICO_MODE: 'test' })).to.throw(
      'The environment variable PORTICO_MODE must be production or development, but is "test".',
    );
  });
});
