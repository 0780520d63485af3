import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const readable = 4.5;
const visible = 3;

describe('The theme', () => {
  let tokens: ReadonlyMap<string, Record<'light' | 'dark', string>>;
  let sheet: string;

  before(async () => {
    const source = await readFile(`${root}core/client/theme/tokens.css`, 'utf8');
    const pairs = source.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{3,6}), (#[0-9a-f]{3,6})\);/g);
    tokens = new Map([...pairs].map(([, name = '', light = '', dark = '']) => [name, { light, dark }]));
    sheet = await readFile(`${root}core/dist/assets/portico.css`, 'utf8');
  });

  for (const scheme of ['light', 'dark'] as const) {
    const contrast = (front: string, back: string): number => {
      const [one, other] = [front, back].map((name) => luminance(tokens.get(name)?.[scheme] ?? '')) as [number, number];
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    };

    it(`can be read and told apart where it is ${scheme}`, () => {
      const words = ['ink', 'ink-soft', 'ink-faint', 'link', 'red', 'green', 'amber', 'blue'];
      for (const word of words)
        for (const back of ['ground', 'paper']) expect(contrast(word, back), `${word} on ${back}`).to.be.at.least(readable);
      const pairs = [...tokens.keys()].filter((name) => tokens.has(`${name}-soft`) && !['ink', 'brand'].includes(name));
      expect(pairs).to.include.members(['red', 'image', 'pdf', 'text', 'sheet', 'slides', 'audio', 'video', 'archive', 'code']);
      for (const name of pairs) expect(contrast(name, `${name}-soft`), `${name} on its ground`).to.be.at.least(readable);
      expect(contrast('link', 'brand-soft'), 'the current entry').to.be.at.least(readable);
      expect(contrast('on-note', 'note'), 'a note').to.be.at.least(readable);
      expect(contrast('note-link', 'note'), 'a link of a note').to.be.at.least(readable);
      for (const back of ['ground', 'paper']) expect(contrast('line-strong', back), 'a frame').to.be.at.least(visible);
    });
  }

  it('is dark by the system or by an attribute, for browsers without light-dark() too', () => {
    expect(sheet)
      .to.match(/@media \(prefers-color-scheme:dark\)/)
      .and.to.contain('[data-color-scheme=dark]');
    expect(sheet).to.not.contain('light-dark(');
  });

  it('has left no colour of Clay that a token stands for', () => {
    expect(sheet).to.not.match(/#(?:272833|6b6c7e|e7e7ed|cdced9|f7f8f9|f1f2f5)\b/);
  });
});

/** As WCAG defines it. */
function luminance(color: string): number {
  const digits = color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit) : (color.slice(1).match(/../g) ?? []);
  const [red = 0, green = 0, blue = 0] = digits.map((digit) => {
    const share = Number.parseInt(digit, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
