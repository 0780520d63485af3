import type { Messages } from '@portico/core';
import { expect } from 'chai';
import { HtmlCleaner } from '../services/html-cleaner.js';

describe('The cleaner of article HTML', () => {
  const cleaner = new HtmlCleaner({ text: (key) => key } as Messages);
  after(() => cleaner.onStop());

  const cases: readonly (readonly [name: string, dirty: string, clean: string])[] = [
    [
      'keeps what an article is made of',
      '<h2>A</h2><p><strong>b</strong> <em>c</em></p>',
      '<h2>A</h2><p><strong>b</strong> <em>c</em></p>',
    ],
    [
      'keeps an image of this portal with its alternative text',
      '<img src="/web/home/x/view" alt="A lighthouse">',
      '<img src="/web/home/x/view" alt="A lighthouse">',
    ],
    ['drops scripts and what they say', '<p>a</p><script>alert(1)</script>', '<p>a</p>'],
    ['drops event handlers', '<p onclick="alert(1)">a</p><img src="/a" onerror="alert(1)">', '<p>a</p><img src="/a">'],
    ['drops svg and math', '<svg><a href="https://x"><text>a</text></a></svg><math><mi>b</mi></math>', ''],
    [
      'drops addresses that run code',
      '<a href="javascript:alert(1)">a</a><a href=" jAvaScript:alert(1)">b</a>',
      '<a>a</a><a>b</a>',
    ],
    ['drops pictures carried inside the HTML, whole', 'a<img src="data:image/png;base64,AAAA" alt="x">', 'a'],
    [
      'drops pictures of other sites and of the computer of whoever wrote it, and keeps their captions',
      '<p>Before</p><img src="file:///C:/Users/ada/clip_image002.png" alt="Chart"><figure><img src="https://example.org/a.png"><figcaption>By <b>me</b></figcaption></figure>',
      '<p>Before</p><p>By <b>me</b></p>',
    ],
    ['keeps the number a list begins with', '<ol start="3"><li>a</li></ol>', '<ol start="3"><li>a</li></ol>'],
    [
      'keeps tables with their headings and cells over several rows or columns',
      '<table style="width:900px" class="x"><caption>Tea</caption><thead><tr><th scope="col" colspan="2">Name</th></tr></thead><tbody><tr><td rowspan="2" bgcolor="red">a</td><td colspan="99999">b</td></tr></tbody></table>',
      '<table tabindex="0"><caption>Tea</caption><thead><tr><th scope="col" colspan="2">Name</th></tr></thead><tbody><tr><td rowspan="2">a</td><td>b</td></tr></tbody></table>',
    ],
    [
      'keeps the address of a link that may not be one as text, unless it is code or a place of a computer',
      '<a href="http://example.org/a">here</a> <a href="http://example.org">http://example.org</a> <a href="tel:+49"><b>call</b></a> <a href="file:///C:/a.doc">file</a>',
      'here (http://example.org/a) http://example.org <b>call</b> (tel:+49) <a>file</a>',
    ],
    [
      'drops addresses that lead elsewhere without saying so',
      '<a href="//evil.example">a</a><a href="/\\evil.example">b</a>',
      '<a>a</a><a>b</a>',
    ],
    ['drops styles, classes, ids and data', '<p style="position:fixed" class="x" id="y" data-z="1">a</p>', '<p>a</p>'],
    [
      'keeps a caption, and what was suggested as one, with its image',
      '<figure><img src="/a" alt="b" data-suggested-caption="Image created with AI"><figcaption>By <em>me</em></figcaption></figure>',
      '<figure><img src="/a" alt="b" data-suggested-caption="Image created with AI"><figcaption>By <em>me</em></figcaption></figure>',
    ],
    [
      'drops a suggested caption that belongs to no image or is too long',
      `<p data-suggested-caption="a">b</p><img src="/a" data-suggested-caption="${'x'.repeat(201)}">`,
      '<p>b</p><img src="/a">',
    ],
    [
      'drops a caption without words and keeps its image',
      '<p>a</p><figure><img src="/a" alt="b"><figcaption> <br></figcaption></figure>',
      '<p>a</p><img src="/a" alt="b">',
    ],
    [
      'drops what a caption must not carry',
      '<figure onclick="alert(1)"><img src="/a"><figcaption style="color:red"><svg><a>x</a></svg>A<script>alert(1)</script></figcaption></figure>',
      '<figure><img src="/a"><figcaption>A</figcaption></figure>',
    ],
    [
      'drops forms and frames, keeping their text',
      '<form action="/x"><input name="a">b</form><iframe src="https://x"></iframe>',
      'b',
    ],
    [
      'keeps links out from telling where they come from',
      '<a href="https://example.org">a</a>',
      '<a href="https://example.org" rel="noopener noreferrer">a</a>',
    ],
  ];

  for (const [name, dirty, clean] of cases) {
    it(name, async () => {
      expect((await cleaner.clean(dirty, 'ada')).html).to.equal(clean);
    });
  }

  it('says what it had to take away', async () => {
    const { removed } = await cleaner.clean(
      '<img src="data:image/png;base64,AAAA"><img src="https://example.org/a.png"><img src="/a"><video src="/b"></video><svg><path></path></svg><a href="http://example.org">a</a><a href="/x">b</a><script>1</script>',
      'ada',
    );
    expect(removed).to.deep.equal({ pictures: 2, things: 2, links: ['http://example.org'] });
    expect((await cleaner.clean('<p>a <a href="https://example.org">b</a></p>', 'ada')).removed).to.deep.equal({
      pictures: 0,
      things: 0,
      links: [],
    });
  });

  it('gives the same answer when asked twice', async () => {
    const { html: once } = await cleaner.clean(
      '<p>a <a href="mailto:a@example.org">b</a></p><noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
      'ada',
    );
    expect((await cleaner.clean(once, 'ada')).html).to.equal(once);
    expect(once).not.to.contain('onerror');
  });
});
