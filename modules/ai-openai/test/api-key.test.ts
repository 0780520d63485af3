import { expect } from 'chai';
import { checkKeyShape } from '../services/openai-settings.js';

describe('an API key', () => {
  it('has no spaces and no line breaks inside', () => {
    expect(checkKeyShape('sk-proj-abcdefghijklmnop')).to.equal(undefined);
    expect(checkKeyShape('sk-proj abc')).to.equal('settings.key-spaces');
    expect(checkKeyShape('sk-proj-\nabc')).to.equal('settings.key-spaces');
    for (const around of [' sk-proj-abc', 'sk-proj-abc\n', '\tsk-proj-abc \r\n'])
      expect(checkKeyShape(around)).to.equal(undefined);
    expect(checkKeyShape(' \n')).to.equal('settings.key-empty');
  });

  it('is told from what is often copied with it', () => {
    for (const quoted of [
      '"sk-proj-abc"',
      "'sk-proj-abc'",
      '\u201csk-proj-abc\u201d',
      '`sk-proj-abc`',
      'OPENAI_API_KEY="sk-abc"',
    ])
      expect(checkKeyShape(quoted), quoted).to.equal('settings.key-quotes');
    for (const named of [
      'OPENAI_API_KEY=sk-proj-abc',
      'export KEY=sk-abc',
      'api_key: sk-abc',
      'Bearer sk-proj-abc',
      'Authorization: Bearer x',
    ])
      expect(checkKeyShape(named), named).to.equal('settings.key-name');
    for (const odd of ['c2VjcmV0LWtleQ==', 'key-id:secret']) expect(checkKeyShape(odd), odd).to.equal(undefined);
  });

  it('has a sensible length', () => {
    expect(checkKeyShape('sk-ümlaut-123')).to.equal('settings.key-characters');
    for (const short of ['sk', 'local']) expect(checkKeyShape(short), short).to.equal(undefined);
    expect(checkKeyShape('x'.repeat(513))).to.equal('settings.key-long');
  });
});
