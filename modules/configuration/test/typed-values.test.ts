import { expect } from 'chai';
import { defineSettings, type FieldValue, type SettingsHandle, type SettingsPatch } from '../api/index.js';

const label = 'x';
const definition = defineSettings({
  id: 'typed',
  section: 'platform',
  title: 'x',
  scopes: ['instance'],
  fields: {
    on: { type: 'boolean', label, default: false },
    count: { type: 'number', label, default: 1 },
    pause: { type: 'duration', label, default: 1 },
    colour: {
      type: 'choice',
      label,
      default: 'red',
      options: [
        { value: 'red', label },
        { value: 'blue', label },
      ],
    },
    asked: { type: 'choice', label, default: '', provider: 'x.y' },
    many: { type: 'multiple-choice', label, default: [], options: [{ value: 'a', label }] },
    lines: { type: 'list', label, default: [] },
    key: { type: 'secret', label },
  },
});
type Fields = typeof definition.fields;
type Handle = SettingsHandle<Fields>;
type Is<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const holds = <T extends true>(value: T): T => value;
const base = { id: 'x', section: 'platform', title: 'x', scopes: ['instance'] } as const;

/** The compiler does the work: each marked line must be refused, or this file does not compile. */
describe('The types of settings', () => {
  it('follow from the definition', () => {
    holds<Is<FieldValue<Fields['on']>, boolean>>(true);
    holds<Is<FieldValue<Fields['pause']>, number>>(true);
    holds<Is<FieldValue<Fields['colour']>, 'red' | 'blue'>>(true);
    holds<Is<FieldValue<Fields['asked']>, string>>(true);
    holds<Is<FieldValue<Fields['many']>, readonly 'a'[]>>(true);
    holds<Is<FieldValue<Fields['lines']>, readonly string[]>>(true);
    expect(definition.fields.colour.default).to.equal('red');
  });

  it('refuse values, names and definitions that are wrong', () => {
    const right: SettingsPatch<Fields> = { on: { set: true }, colour: 'inherit', key: 'none', many: { set: ['a'] } };
    const wrong: readonly SettingsPatch<Fields>[] = [
      // @ts-expect-error a text is no switch
      { on: { set: 'on' } },
      // @ts-expect-error nobody offers green
      { colour: { set: 'green' } },
      // @ts-expect-error only secrets can be "none here"
      { count: 'none' },
      // @ts-expect-error a list is no text
      { lines: { set: 'a' } },
      // @ts-expect-error there is no such field
      { ghost: { set: 1 } },
    ];
    // @ts-expect-error there is no such field to read
    const read = (handle: Handle): unknown => handle.get({ kind: 'instance' }).ghost;
    const a = { type: 'choice', label } as const;
    const options = [{ value: 'a', label }] as const;
    // @ts-expect-error a default must be offered
    const offered = (): unknown => defineSettings({ ...base, fields: { a: { ...a, default: 'z', options } } });
    // @ts-expect-error a default must be of the field's type
    const typed = (): unknown => defineSettings({ ...base, fields: { a: { type: 'number', label, default: '1' } } });
    // @ts-expect-error options and a provider exclude each other
    const both = (): unknown => defineSettings({ ...base, fields: { a: { ...a, default: 'a', options, provider: 'x' } } });
    // @ts-expect-error there is no such type
    const unknown = (): unknown => defineSettings({ ...base, fields: { a: { type: 'colour', label, default: '' } } });
    expect([right, ...wrong, read, offered, typed, both, unknown]).to.have.length(11);
  });
});
