import { expect } from 'chai';
import { draftAltText, slugOf } from '../services/generations/image-intake.js';

describe('a description', () => {
  it('becomes a readable file name and a first alternative text', () => {
    expect(slugOf('A lighthouse, at DUSK!')).to.equal('a-lighthouse-at-dusk');
    expect(slugOf('Élan vital – über alles')).to.equal('elan-vital-uber-alles');
    expect(slugOf('灯台')).to.equal('灯台');
    expect(slugOf('!!!')).to.equal('image');
    expect(slugOf('word '.repeat(40)))
      .to.match(/^(word-)+word$/)
      .and.to.have.length.at.most(80);
    expect(draftAltText('one\ntwo')).to.equal('one two');
    expect(draftAltText('word '.repeat(100))).to.have.length.at.most(250);
  });

  for (const [description, name] of [
    ['ドラゴンとガンダム', 'ドラゴンとガンダム'],
    ['ト\u3099ラコ\u3099ン', 'ドラゴン'],
    ['हिन्दी किताब', 'हिन्दी-किताब'],
    ['แมวน่ารักในสวน', 'แมวน่ารักในสวน'],
    ['Київ на світанку', 'київ-на-світанку'],
    ['Домашний чай', 'домашний-чай'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['İstanbul, Đà Nẵng', 'istanbul-đa-nang'],
    ['ein ❤️ und 👩‍👩‍👧 am Meer', 'ein-und-am-meer'],
    ['a\u200b\u200d b\u202ec', 'a-bc'],
  ] as const)
    it(`keeps the spelling of ${description} in the file name`, () => {
      expect(slugOf(description)).to.equal(name);
    });

  it('cuts a long file name between letters', () => {
    expect(slugOf('𠮷'.repeat(50))).to.equal('𠮷'.repeat(40));
    expect(slugOf('कि'.repeat(50))).to.equal('कि'.repeat(40));
    expect(draftAltText('👩\u200d👩\u200d👧'.repeat(40))).to.equal(`${'👩\u200d👩\u200d👧'.repeat(30)}…`);
  });
});
