import { expect } from 'chai';
import { deepestNesting, type HtmlExcess, htmlExcess, mostAttributes, mostElements } from '../services/html-limits.js';

const nested = (tag: string, depth: number): string => `${`<${tag}>`.repeat(depth)}x${`</${tag}>`.repeat(depth)}`;

describe('What is more than an article', () => {
  const articles: Readonly<Record<string, string>> = {
    'plain text with < and >': 'a < b and b > c <3 </> <!x> <?y> < b',
    'quotations as deep as anybody quotes': nested('blockquote', 30),
    'elements exactly as deep as is allowed': nested('b', deepestNesting),
    'a thousand paragraphs whose ends are left out': '<p>a'.repeat(1000),
    'a thousand list items whose ends are left out': `<ul>${'<li>a<p>b'.repeat(1000)}</ul>`,
    'a table whose ends are left out': `<table>${'<tr><td>a<td>b<th>c'.repeat(1000)}</table>`,
    'breaks, rules and pictures': '<br><hr><img src="/a">'.repeat(3000),
    'ends that nothing opened': '</div></b>'.repeat(1000),
    'a long attribute with brackets': `<p title="${'<b>'.repeat(1000)}">a</p>`,
    'as many attributes as are allowed': `<p ${'a '.repeat(mostAttributes)}>b</p>`,
    'a tag without an end': '<b title="x',
  };
  for (const [name, html] of Object.entries(articles)) it(`is not ${name}`, () => expect(htmlExcess(html)).to.equal(undefined));

  const excesses: Readonly<Record<string, readonly [html: string, excess: HtmlExcess]>> = {
    '300 kB of <b>': ['<b>'.repeat(100_000), 'depth'],
    'one element too deep': [nested('b', deepestNesting + 1), 'depth'],
    'different elements in each other': ['<b><i><u><s>'.repeat(100), 'depth'],
    'elements with attributes, in each other': ['<b title="x > y" data-a=\'<\'>'.repeat(300), 'depth'],
    'elements in capitals, with slashes': ['<B/>'.repeat(300), 'depth'],
    'more elements than a long table has': ['<b></b>'.repeat(mostElements + 1), 'elements'],
    'breaks without an end': ['<br>'.repeat(mostElements + 1), 'elements'],
    'an element with thousands of attributes': [
      `<p ${Array.from({ length: 5000 }, (_, at) => `a${at}="1"`).join(' ')}>`,
      'attributes',
    ],
    'an element with thousands of attributes without values': [`<p ${'a/'.repeat(5000)}>`, 'attributes'],
  };
  for (const [name, [html, excess]] of Object.entries(excesses))
    it(`is ${name}`, () => expect(htmlExcess(html)).to.equal(excess));
});
