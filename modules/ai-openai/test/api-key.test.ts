import { expect } from 'chai';
import { checkKeyShape } from '../services/openai-settings.js';

describe('an API key', () => {
  it('has no spaces, no line breaks, and a sensible length', () => {
    expect(checkKeyShape('sk-proj-abcdefghijklmnop')).to.equal(undefined);
    expect(checkKeyShape('sk-proj abc')).to.equal('settings.key-spaces');
    expect(checkKeyShape('sk-proj-abc\n')).to.equal('settings.key-spaces');
    expect(checkKeyShape('sk-ümlaut-123')).to.equal('settings.key-characters');
    expect(checkKeyShape('sk')).to.equal('settings.key-short');
    expect(checkKeyShape('x'.repeat(513))).to.equal('settings.key-long');
  });
});
