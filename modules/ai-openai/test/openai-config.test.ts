import type { HostConfig } from '@portico/core';
import { expect } from 'chai';
import { OpenAiConfig } from '../services/openai-settings.js';

const configOf = (modules: Readonly<Record<string, unknown>>): OpenAiConfig => {
  const config: HostConfig = {
    mode: 'test',
    publicUrl: 'http://localhost',
    home: '/nowhere',
    module: (id) => modules[id] as ReturnType<HostConfig['module']>,
    variables: () => ({}),
  };
  return new OpenAiConfig(config);
};

describe('the configuration of ai-openai', () => {
  it("is its own section, and nobody else's", () => {
    const none = { baseUrl: undefined, maxAnswerBytes: 64 * 1024 * 1024, outboundProxy: undefined };
    expect(configOf({})).to.deep.equal(none);
    const own = { baseUrl: 'http://own.example/v1', maxAnswerBytes: 2048 };
    expect(configOf({ 'ai-creator': own })).to.deep.equal(none);
    expect(configOf({ 'ai-openai': own })).to.deep.equal({ ...none, ...own });
  });

  it('is refused when it is wrong', () => {
    expect(() => configOf({ 'ai-openai': { baseUrl: 'ftp://somewhere' } })).to.throw('The section modules.ai-openai is wrong.');
    expect(() => configOf({ 'ai-openai': { outboundProxy: 'socks5://somewhere' } })).to.throw('modules.ai-openai is wrong.');
    for (const [wrong, said] of [
      [{ baseUrl: 'https://ada:secret-0123@gateway.example/v1' }, 'No name and no password may stand in it'],
      [{ baseUrl: 'https://gateway.example/v1#images' }, 'Nothing may stand behind a #'],
      [{ outboundProxy: 'http://proxy.example:3128/way?out' }, 'a host and a port, and nothing behind them'],
    ] as const) {
      expect(() => configOf({ 'ai-openai': wrong }))
        .to.throw(said)
        .with.property('message')
        .that.includes('PORTICO_OUTBOUND_PROXY')
        .and.not.includes('secret-0123');
    }
    expect(configOf({ 'ai-openai': { outboundProxy: 'http://ada:p%25ss@proxy.example:3128/' } }).outboundProxy?.port).to.equal(
      '3128',
    );
    expect(() => configOf({ 'ai-openai': { maxAnswerBytes: 1 } })).to.throw('The section modules.ai-openai is wrong.');
    expect(() => configOf({ 'ai-openai': { concurrency: 1 } })).to.throw('The section modules.ai-openai is wrong.');
  });
});
