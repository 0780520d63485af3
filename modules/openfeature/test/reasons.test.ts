import type { FlagOrigin, FlagState, Flags } from '@portico/core';
import { expect } from 'chai';
import { PorticoProvider } from '../services/portico-provider.js';

describe('The reason of a flag in OpenFeature', () => {
  const table: readonly (readonly [FlagOrigin, string])[] = [
    ['environment', 'STATIC'],
    ['instance', 'STATIC'],
    ['file', 'STATIC'],
    ['deployment', 'STATIC'],
    ['declaration', 'DEFAULT'],
    ['dependency', 'TARGETING_MATCH'],
    ['mode', 'DISABLED'],
  ];
  for (const [origin, reason] of table) {
    it(`is ${reason} when the ${origin} decides`, async () => {
      const state = { key: 'a', type: 'release', origin, enabled: false, reason: 'Because.', owner: 'Ada' } as FlagState;
      const provider = new PorticoProvider({ state: () => state } as unknown as Flags);
      expect(await provider.resolveBooleanEvaluation('a', true)).to.deep.equal({
        value: false,
        variant: 'off',
        reason,
        flagMetadata: { origin, type: 'release', explanation: 'Because.', owner: 'Ada' },
      });
    });
  }
});
