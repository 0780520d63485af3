import { expect } from 'chai';
import {
  addressFrom,
  cutText,
  foldText,
  hasInvisible,
  lettersOf,
  nameSortKey,
  searchPatterns,
  withNaturalNumbers,
  withoutInvisible,
  withoutLatinAccents,
} from '../../util/text.js';

describe('Words of people', () => {
  for (const text of [
    'می\u200cخواهم.png',
    '👩\u200d👩\u200d👧 holiday.png',
    'क्\u200dष.png',
    'ന്\u200d.png',
    'ه\u200d.pdf',
    '🏳️\u200d🌈 and 🏴\u200d☠️',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '👩🏽\u200d🚒',
    '1️⃣ first',
    '葛\u{e0100}城',
  ])
    it(`keep joiners and selectors that are spelling: ${text}`, () => {
      expect(hasInvisible(text)).to.equal(false);
      expect(withoutInvisible(text)).to.equal(text);
    });

  for (const [text, visible] of [
    ['\u200d.png', '.png'],
    ['a\u200d.png', 'a.png'],
    ['می\u200c\u200cخواهم', 'میخواهم'],
    ['👩\u200d .png', '👩 .png'],
    ['turn\u202etxt.exe', 'turntxt.exe'],
    ['a\u200bb\u00adc\ufeff', 'abc'],
    ['a\ufe0fb', 'ab'],
    ['\u3164', ''],
    ['line\u2028end', 'lineend'],
    ['\u{e0041}\u{e0042}', ''],
    [`🏴${[...'obey'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')}!`, '🏴!'],
    [`🏴${'\u{e0061}'.repeat(7)}\u{e007f}`, '🏴'],
  ] as const)
    it(`show what is hidden in ${JSON.stringify(text)}`, () => {
      expect(hasInvisible(text)).to.equal(true);
      expect(withoutInvisible(text)).to.equal(visible);
    });

  it('lose the accents of Latin letters alone', () => {
    expect(withoutLatinAccents('Élan über Ångström, Việt')).to.equal('Elan uber Angstrom, Viet');
    for (const text of ['ドラゴン', 'हिन्दी', 'น่ารัก', 'Київ', 'й', 'ά', '한국어'])
      expect(withoutLatinAccents(text.normalize('NFD')), text).to.equal(text);
  });

  it('are counted and cut by letters', () => {
    expect(lettersOf('कि👩\u200d👩\u200d👧🇩🇪a')).to.deep.equal(['कि', '👩\u200d👩\u200d👧', '🇩🇪', 'a']);
    expect(cutText('ab👩\u200d👩\u200d👧', 9)).to.equal('ab');
    expect(cutText('ab👩\u200d👩\u200d👧', 10)).to.equal('ab👩\u200d👩\u200d👧');
    expect(cutText('abc', 2)).to.equal('ab');
  });

  it('fold to the same however they are written', () => {
    for (const [one, other] of [
      ['Straße', 'STRASSE'],
      ['İstanbul', 'ıstanbul'],
      ['ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς'],
      ['Übung', 'U\u0308bung'],
      ['ｆｕｌｌ', 'Full'],
      ['ﬁnd', 'FIND'],
      ['Łódź', 'lodz'],
      ['می\u200cخواهم', 'میخواهم'],
      ['й', 'Й'],
    ] as const)
      expect(foldText(one), one).to.equal(foldText(other));
    expect(new Set(['й', 'и', 'ド', 'ト', 'कि', 'क'].map(foldText))).to.have.lengthOf(6);
    expect(searchPatterns(' 50%  a_b ! ')).to.deep.equal(['%50!%%', '%a!_b%', '%!!%']);
    expect(searchPatterns('\u200d')).to.deep.equal([]);
  });

  it('sort by what their numbers count, and never become the same by it', () => {
    const names = [
      '2',
      '02',
      '10',
      '010',
      '9',
      '100',
      '99999999',
      '100000000',
      '1234567890123',
      'a',
      'Site 2',
      'site 2b',
      'Site 10',
      'Site 2.9',
      'Site 2.10',
    ];
    const sorted = names.toSorted((a, b) => (nameSortKey(a) < nameSortKey(b) ? -1 : 1));
    expect(sorted.join(' | ')).to.equal(
      '2 | 02 | 9 | 10 | 010 | 100 | 99999999 | 100000000 | 1234567890123 | a | Site 2 | Site 2.9 | Site 2.10 | site 2b | Site 10',
    );
    const numbers = Array.from({ length: 1200 }, (_, index) => index).flatMap((number) => [
      `${number}`,
      `0${number}`,
      `x00${number}y`,
    ]);
    expect(new Set(numbers.map(withNaturalNumbers)).size).to.equal(numbers.length);
    expect(withNaturalNumbers('0')).to.not.equal(withNaturalNumbers('00'));
  });

  it('make a part of an address that reads like them', () => {
    const texts = [
      'The Guide to Åland',
      'Große Straße',
      'Ærø & Þingvellir',
      'ıĞdır İl',
      'ﬁne Cafe\u00adteria',
      '灯台',
      `${'a'.repeat(19)} b`,
    ];
    expect(texts.map((text) => addressFrom(text, 20, 'none'))).to.deep.equal([
      'the-guide-to-aland',
      'grosse-strasse',
      'aero-thingvellir',
      'igdir-il',
      'fine-cafeteria',
      'none',
      'a'.repeat(19),
    ]);
  });
});
