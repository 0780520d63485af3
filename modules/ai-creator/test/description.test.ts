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
      .and.to.have.length.at.most(60);
    expect(draftAltText('one\ntwo')).to.equal('one two');
    expect(draftAltText('word '.repeat(100))).to.have.length.at.most(250);
  });
});
