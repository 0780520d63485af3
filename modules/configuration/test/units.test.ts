import { expect } from 'chai';
import { readDuration, readSize, writeDuration, writeSize } from '../services/units.js';

const durations: readonly (readonly [number, string])[] = [
  [0, '0 s'],
  [0.5, '0.5 s'],
  [59, '59 s'],
  [60, '1 min'],
  [5400, '1 h 30 min'],
  [90_061, '1 d 1 h 1 min 1 s'],
];
const sizes: readonly (readonly [number, string])[] = [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [1024, '1 KiB'],
  [1_500_000, '1500 kB'],
  [10_485_760, '10 MiB'],
  [2 * 1024 ** 4, '2 TiB'],
];

describe('A span of time and a size', () => {
  for (const [seconds, text] of durations)
    it(`of ${seconds} s is written ${text}, and read again`, () => {
      expect([writeDuration(seconds), readDuration(text)]).to.deep.equal([text, seconds]);
    });
  for (const [bytes, text] of sizes)
    it(`of ${bytes} bytes is written ${text}, and read again`, () => {
      expect([writeSize(bytes), readSize(text)]).to.deep.equal([text, bytes]);
    });
});
