import { expect } from 'chai';
import { cleanDescription, isRetired, modelsToTry } from '../api/index.js';

describe('a description', () => {
  it('loses what its author does not see', () => {
    expect(cleanDescription('  a\u200b cat\u202e\ufeff  on\ta mat\u0007 ')).to.equal('a cat on a mat');
    expect(cleanDescription('a\u{e0041}\u{e0042} cat')).to.equal('a cat');
    expect(cleanDescription('\u200d\u2060\u3164')).to.equal('');
  });

  it('keeps words of any language, lines and emoji', () => {
    expect(cleanDescription('Ein Bär\r\nim Wald 🐻')).to.equal('Ein Bär\nim Wald 🐻');
    expect(cleanDescription('family 👩‍👩‍👧 ❤️')).to.equal('family 👩‍👩‍👧 ❤️');
    expect(cleanDescription('می‌خواهم')).to.equal('می‌خواهم');
    expect(cleanDescription('3 < 4 and 5 > 2, <3')).to.equal('3 < 4 and 5 > 2, <3');
  });

  it('keeps every word, whatever stands before and behind it', () => {
    for (const text of [
      'A badge with the text <first_name> in large letters, blue background',
      'use <brand_font> and <other_font> please; then a red car',
      'a <lora:style:0.8> b <sd_cpp_extra_args>{"a":1}</sd_cpp_extra_args> c',
      'if a<b then <unclosed and on',
    ])
      expect(cleanDescription(text)).to.equal(text);
  });
});

describe('models', () => {
  const names = { preferred: ['gpt-image-2.6-flare', 'gpt-image-2.5-flare', 'gpt-image-2'] };

  it('of another service are not mixed with those of OpenAI', () => {
    expect(modelsToTry('my-own-model', { preferred: [] })).to.deep.equal(['my-own-model']);
    expect(modelsToTry('', undefined)).to.deep.equal([]);
  });

  it('are tried in the order of preference, one more at most, and never one that was shut down', () => {
    expect(modelsToTry('gpt-image-2', names)).to.deep.equal(['gpt-image-2', 'gpt-image-2.6-flare']);
    expect(modelsToTry('', names)).to.deep.equal(['gpt-image-2.6-flare', 'gpt-image-2.5-flare']);
    expect(modelsToTry('DALL-E-3', names)).to.deep.equal(['gpt-image-2.6-flare', 'gpt-image-2.5-flare']);
    expect(modelsToTry('my-own-model', names)).to.deep.equal(['my-own-model', 'gpt-image-2.6-flare']);
    expect(['dall-e-2', ' Dall-E-3 ', 'gpt-image-1.5'].map(isRetired)).to.deep.equal([true, true, false]);
  });
});
