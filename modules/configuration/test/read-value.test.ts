import { expect } from 'chai';
import type { SettingsField } from '../api/index.js';
import { readValue } from '../services/read-value.js';

const label = 'x';
const fields = {
  boolean: { type: 'boolean', label, default: false },
  number: { type: 'number', label, default: 1, min: 0, max: 10 },
  text: { type: 'text', label, default: '', maxLength: 5, check: (value) => (value === 'never' ? 'own.problem' : undefined) },
  long: { type: 'long-text', label, default: '' },
  url: { type: 'url', label, default: '' },
  choice: { type: 'choice', label, default: 'a', options: [{ value: 'a', label }] },
  secret: { type: 'secret', label },
} as const satisfies Readonly<Record<string, SettingsField>>;

const table: readonly (readonly [keyof typeof fields, unknown, unknown])[] = [
  ['boolean', true, true],
  ['boolean', 'on', true],
  ['boolean', 'false', false],
  ['boolean', 'yes', 'problem.boolean'],
  ['boolean', 1, 'problem.boolean'],
  ['number', ' 2.5 ', 2.5],
  ['number', 0, 0],
  ['number', '', 'problem.number'],
  ['number', '1e3', 'problem.number'],
  ['number', '0x1', 'problem.number'],
  ['number', Number.NaN, 'problem.number'],
  ['number', -1, 'problem.too-small'],
  ['number', '10.1', 'problem.too-large'],
  ['text', ' abc ', 'abc'],
  ['text', 'abcdef', 'problem.too-long'],
  ['text', 'a\u0000b', 'problem.control-characters'],
  ['text', 'a\nb', 'problem.control-characters'],
  ['text', 'never', 'own.problem'],
  ['text', 5, 'problem.text'],
  ['long', 'a\r\nb', 'a\nb'],
  ['url', '', ''],
  ['url', 'https://example.org/x', 'https://example.org/x'],
  ['url', 'javascript:alert(1)', 'problem.url'],
  ['url', 'https://', 'problem.url'],
  ['choice', 'a', 'a'],
  ['choice', 'b', 'problem.choice'],
  ['choice', '__proto__', 'problem.choice'],
  ['secret', 'with space', 'with space'],
  ['secret', 'line\nbreak', 'problem.secret-line-breaks'],
  ['secret', '', 'problem.text'],
  ['secret', 'x'.repeat(4001), 'problem.too-long'],
];

describe('A value for a setting', () => {
  for (const [name, raw, expected] of table) {
    it(`of type ${name}: ${JSON.stringify(raw)?.slice(0, 30)} gives ${JSON.stringify(expected)}`, () => {
      const read = readValue(fields[name], raw);
      expect(read.ok ? read.value : read.problem.key).to.equal(expected);
    });
  }
});
