import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { classify, errorTable } from '../services/openai/error-table.js';

const root = new URL('../../../../', import.meta.url);

interface Row {
  readonly code: string;
  readonly arrives: string;
  readonly sentence: string;
  readonly remedy: string;
}

/** The rows of docs/image-errors.md. */
async function documented(): Promise<readonly Row[]> {
  const text = await readFile(new URL('docs/image-errors.md', root), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, code = '', arrives = '', , sentence = '', remedy = '']) => ({
      code: code.replaceAll('`', ''),
      arrives,
      sentence,
      remedy,
    }));
}

describe('the error table', () => {
  it('is in step with its documentation, sentence by sentence', async () => {
    const messages = JSON.parse(await readFile(new URL('modules/ai-creator/messages/en.json', root), 'utf8')) as Record<
      string,
      string
    >;
    const rows = await documented();
    const notCodes = ['some-missing', 'may-be-charged'];
    const worded = Object.keys(messages)
      .filter((key) => key.startsWith('error.'))
      .map((key) => key.slice('error.'.length))
      .filter((code) => !notCodes.includes(code));
    expect(rows.map(({ code }) => code).sort()).to.deep.equal(worded.sort());
    for (const { code, sentence, remedy } of rows) {
      expect(sentence, code).to.equal(messages[`error.${code}`]);
      expect(remedy.replaceAll('`', ''), code).to.equal(messages[`remedy.${code}`]);
    }
  });

  it('has every code of the images API in the row that documents it', async () => {
    const rows = await documented();
    for (const { is, codes = [] } of errorTable) {
      const row = rows.find(({ code }) => code === is);
      for (const code of codes) expect(row?.arrives, is).to.contain(`\`${code}\``);
    }
  });

  it('asks the code first, then the type, then status and message, then the status', () => {
    expect(classify({ status: 500, code: 'insufficient_quota', type: 'server_error' }).code).to.equal('out-of-tokens');
    expect(classify({ status: 429, type: 'insufficient_quota' }).code).to.equal('out-of-tokens');
    expect(classify({ status: 429, type: 'requests', message: 'You exceeded your current quota.' }).code).to.equal(
      'out-of-tokens',
    );
    expect(classify({ status: 429, type: 'requests', message: 'Rate limit reached.' }).code).to.equal('too-fast');
    expect(classify({ status: 403, message: 'Your organization must be verified.' }).code).to.equal('organization-not-verified');
    expect(classify({ status: 403, message: 'Country not supported.' }).code).to.equal('key-rejected');
    expect(classify({ status: 404, message: 'Unknown request URL.' }).code).to.equal('bad-request');
    expect(classify({ status: 404, message: 'The model does not exist.' }).code).to.equal('model-not-found');
    expect(classify({ status: 418 }).code).to.equal('bad-answer');
    expect(classify({ status: 599 }).code).to.equal('server-trouble');
    expect(classify({ status: 504, type: 'server_error' })).to.deep.equal({ code: 'server-trouble', maybeCharged: true });
  });
});
