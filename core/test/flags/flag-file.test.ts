import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { type FlagFileEntry, flagEntrySchema, parseFlagFile } from '../../flags/flag-file.js';
import { JsonTextError, readJsonText } from '../../util/index.js';

const parse = (text: string, lastGood: Record<string, FlagFileEntry> = {}) =>
  parseFlagFile(text, new Map(Object.entries(lastGood)), 'feature-flags.json');

function faultOf(text: string): string {
  try {
    readJsonText(text);
  } catch (error) {
    if (error instanceof JsonTextError) return `${error.position.line}:${error.position.column} ${error.message}`;
  }
  return 'no fault';
}

describe('A JSON text', () => {
  it('reads what JSON.parse reads', () => {
    const texts = [
      '{}',
      '[]',
      ' [1, -2.5e3, "a\\u00e9\\n", true, false, null, {"a": {"b": []}}] ',
      '"x"',
      '{"__proto__": 1, "constructor": 2}',
    ];
    for (const text of texts) expect(readJsonText(text).value, text).to.deep.equal(JSON.parse(text));
  });

  it('reads comments and trailing commas', () => {
    const text = '// of flags\n{\n  "a": [1, /* two */ 2,], // three\n  "b": {"c": "// no comment",},\n}\n';
    expect(readJsonText(text).value).to.deep.equal({ a: [1, 2], b: { c: '// no comment' } });
    expect(readJsonText(text).positionOf(['a', 1])).to.deep.equal({ line: 3, column: 22 });
    expect(readJsonText(text).positionOf(['b', 'c', 'nothing'])).to.deep.equal({ line: 4, column: 9 });
  });

  const faults: readonly (readonly [string, string, string])[] = [
    ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', '3:3 A comma is expected here'],
    ['single quotes', "{'a': 1}", '1:2 A value or a name in double quotes is expected here'],
    ['a missing colon', '{"a" 1}', '1:6 A colon is expected here'],
    ['a comment without an end', '{\n  /* no\n}', '2:3 This comment has no end'],
    ['an early end', '{"a": {', '1:8 A "}" is missing here'],
    ['an empty file', '', '1:1 The content ends too early; a value is missing'],
    ['a word', '{"a": yes}', '1:7 A value or a name in double quotes is expected here'],
    ['an open text', '{"a": "b\n}', '1:7 This text has no closing quote'],
    ['a second name', '{"a": 1, "a": 2}', '1:10 "a" stands here a second time'],
    ['something behind the end', '{} x', '1:4 Nothing may follow the end of the content'],
  ];
  for (const [what, text, fault] of faults) {
    it(`tells the line and column of ${what}`, () => {
      expect(faultOf(text)).to.equal(fault);
    });
  }

  it('refuses a depth that no file of ours has', () => {
    expect(faultOf('['.repeat(5000))).to.match(/nested too deeply/);
  });
});

describe('feature-flags.json', () => {
  it('takes entries and the short form', () => {
    const { entries, problems } = parse(
      '{"$schema": "x", "flags": {"a": true, "b": {"type": "beta", "title": "B", "enabled": false}}}',
    );
    expect(Object.fromEntries(entries)).to.deep.equal({ a: { enabled: true }, b: { type: 'beta', title: 'B', enabled: false } });
    expect(problems).to.deep.equal([]);
  });

  it('keeps the last good content when it cannot be read, and tells line and column', () => {
    const { entries, problems } = parse('{\n  "flags": {\n    "a": true;\n  }\n}', { a: { enabled: false } });
    expect(Object.fromEntries(entries)).to.deep.equal({ a: { enabled: false } });
    expect(problems).to.deep.equal([
      'feature-flags.json, line 3, column 10: A value or a name in double quotes is expected here. The last good content stays in force.',
    ]);
  });

  it('reports unknown keys with their path and uses the rest', () => {
    const { entries, problems } = parse('{\n  "flags": {\n    "a": { "enabled": true, "colour": "red" }\n  },\n  "more": 1\n}');
    expect(Object.fromEntries(entries)).to.deep.equal({ a: { enabled: true } });
    expect(problems).to.deep.equal([
      'feature-flags.json, line 5, column 3: "more" is not known here and is ignored.',
      'feature-flags.json, line 3, column 29: flags.a.colour is not known and is ignored.',
    ]);
  });

  it('keeps the last good state of the one flag whose entry is wrong', () => {
    const { entries, problems } = parse('{"flags": {"a": {"enabled": "yes"}, "b": true, "c": 1}}', {
      a: { enabled: true },
      b: { enabled: false },
    });
    expect(Object.fromEntries(entries)).to.deep.equal({ a: { enabled: true }, b: { enabled: true } });
    expect(problems).to.deep.equal([
      'feature-flags.json, line 1, column 18: flags.a.enabled must be true or false. The last good state of this flag stays in force.',
      'feature-flags.json, line 1, column 48: flags.c must be true, false or an object. This flag is ignored.',
    ]);
  });

  it('refuses keys that could not be a variable, and content without flags', () => {
    expect(parse('{"flags": {"a b": true, "__proto__": true}}').problems).to.have.length(2);
    expect(parse('[]', { a: { enabled: true } }).entries.get('a')).to.deep.equal({ enabled: true });
  });

  it('has a schema for editors that knows the same properties', async () => {
    const schema = JSON.parse(await readFile(new URL('../../../flags/feature-flags.schema.json', import.meta.url), 'utf8')) as {
      properties: { flags: { additionalProperties: { anyOf: readonly [unknown, { properties: Record<string, unknown> }] } } };
    };
    const [, entry] = schema.properties.flags.additionalProperties.anyOf;
    expect(Object.keys(entry.properties).sort()).to.deep.equal(Object.keys(flagEntrySchema.shape).sort());
  });
});
