import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { author, Library, picture } from '@portico/documents-media/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';

/** What is on the clipboard, or dropped. */
interface Carried {
  readonly html?: string;
  readonly text?: string;
  readonly files?: readonly { readonly name: string; readonly type: string; readonly base64: string }[];
}

describe('Pasting into an article', () => {
  let library: Library;
  let browser: TestBrowser;
  let page: Page;
  let png: { readonly name: string; readonly type: string; readonly base64: string };

  before(async () => {
    library = await Library.open();
    browser = await TestBrowser.open();
    page = await browser.page(library.portal, { person: author });
    png = { name: 'image.png', type: 'image/png', base64: (await picture(60, 40)).toString('base64') };
  });

  afterEach(() => {
    // Also what the content security policy refuses.
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  after(async () => {
    await browser.close();
    await library.close();
  });

  const text = (on: Page = page): Locator => on.getByRole('textbox', { name: 'Content' });

  async function carry(kind: 'paste' | 'drop', carried: Carried, into: Locator = text()): Promise<void> {
    await into.evaluate(
      (element, { kind, html, text, files = [] }) => {
        const transfer = new DataTransfer();
        if (html !== undefined) transfer.setData('text/html', html);
        if (text !== undefined) transfer.setData('text/plain', text);
        for (const { name, type, base64 } of files) {
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          transfer.items.add(new File([bytes], name, { type }));
        }
        const { left, top } = element.getBoundingClientRect();
        const init = { bubbles: true, cancelable: true, clientX: left + 20, clientY: top + 20 };
        const event =
          kind === 'paste'
            ? new ClipboardEvent('paste', { ...init, clipboardData: transfer })
            : new DragEvent('drop', { ...init, dataTransfer: transfer });
        element.dispatchEvent(event);
      },
      { kind, ...carried },
    );
  }

  async function begin(title: string): Promise<void> {
    await page.goto('/web/home/web-content/new');
    await page.getByLabel('Title').fill(title);
    await text().click();
  }

  /** Publishes and answers what visitors read. */
  async function published(address: string): Promise<string> {
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.waitForURL((url) => url.pathname === `/web/home/articles/${address}`);
    const answer = await library.portal.agent().get(`/web/home/articles/${address}`);
    const body = /<div class="article-body" dir="auto">([\s\S]*?)<\/div>\s*<\/article>/.exec(answer.text)?.[1] ?? '';
    // Which way a list runs is said where it is shown. The line that waits below the last block is none of the text.
    return body.replace(/(?<=<(?:ul|ol|blockquote|table)) dir="auto"/g, '').replace(/<p><\/p>$/, '');
  }

  it('keeps plain plain, bold bold and italic italic, as Google Docs writes them', async () => {
    await begin('From Google Docs');
    const html =
      '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:400">plain </span><span style="font-weight:700">bold </span><span style="font-style:italic">italic </span><span style="text-decoration:underline">under</span></p><h1><span style="font-weight:400">Part</span></h1></b>';
    await carry('paste', { html });
    expect(await published('from-google-docs')).to.equal(
      '<p>plain <strong>bold </strong><em>italic </em><u>under</u></p><h2>Part</h2>',
    );
  });

  it('reads the sheet of classes and the lists that Word sends', async () => {
    await begin('From Word');
    const item = (level: number, sign: string, words: string): string =>
      `<p class=MsoListParagraph style='margin-left:36pt;mso-list:l0 level${level} lfo1'><![if !supportLists]><span style='mso-list:Ignore'>${sign}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>${words}</p>`;
    const html = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0} span.Loud {font-weight:700; font-style:italic} --></style></head><body><!--StartFragment-->
      <p class=MsoNormal><b style='mso-bidi-font-weight:normal'>Bold</b> and <span class=Loud>loud</span><o:p></o:p></p>
      ${item(1, '1.', 'One')}${item(2, 'a.', 'Inner')}${item(1, '2.', 'Two')}<p class=MsoNormal>Then</p>${item(1, '·', 'Dot')}<!--EndFragment--></body></html>`;
    await carry('paste', { html });
    expect(await published('from-word')).to.equal(
      '<p><strong>Bold</strong> and <strong><em>loud</em></strong></p>' +
        '<ol><li><p>One</p><ol><li><p>Inner</p></li></ol></li><li><p>Two</p></li></ol><p>Then</p><ul><li><p>Dot</p></li></ul>',
    );
  });

  it('keeps raised and lowered signs, whoever wrote them', async () => {
    await begin('Heights');
    const html =
      '<style>span.Note {vertical-align:super}</style><p>10<sup>2</sup> m<span style="vertical-align:super">3</span> CO<span style="vertical-align:sub">2</span> word<span class=Note>a</span></p>';
    await carry('paste', { html });
    expect(await published('heights')).to.equal('<p>10<sup>2</sup> m<sup>3</sup> CO<sub>2</sub> word<sup>a</sup></p>');
  });

  it('publishes neither comments nor what was deleted, and says so', async () => {
    await begin('Reviewed');
    const comment = (words: string): string =>
      `<div style='mso-element:comment-list'><hr class=msocomoff><div style='mso-element:comment'><div id="_com_1" class=msocomtxt><p class=MsoCommentText><a href="#_msoanchor_1">[AL1]</a>${words}</p></div></div></div>`;
    const html = `<style>span.msoIns {text-decoration:underline} span.msoDel {text-decoration:line-through}</style><p>Now <span class=msoIns><ins cite="mailto:Ada" datetime="2026-01-05T10:00">new</ins></span><span class=msoDel><del cite="mailto:Ada" datetime="2026-01-05T10:01">old</del></span> <s>struck</s> words<span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1">[AL1]</a></span><span class="TrackChangeTextDeletion">older</span></p><p>Docs<sup><a href="#cmnt1">[a]</a></sup></p><div><p><a href="#cmnt_ref1">[a]</a><span>Really?</span></p></div>${comment('Is it true?')}`;
    await carry('paste', { html });
    await page.getByText('comments and what was deleted did not').waitFor();
    expect(await published('reviewed')).to.equal('<p>Now new <s>struck</s> words</p><p>Docs</p>');
  });

  it('keeps the words of links that led within the text they came from, and no address of the form', async () => {
    await begin('Jumps');
    const here = `${library.portal.url}/web/home/web-content/new#part`;
    const html = `<p>A note<sup><a href="#_ftn1">[1]</a></sup>, <a href="#_Toc12">a part</a>, <a href="${here}">here</a></p><div style='mso-element:footnote'><p><a href="#_ftnref1">[1]</a> Its words</p></div>`;
    await carry('paste', { html });
    await page.getByText('2 links lead to files of another computer, or nowhere: only the words came along.').waitFor();
    expect(await published('jumps')).to.equal('<p>A note<sup>[1]</sup>, a part, here</p><p>[1] Its words</p>');
  });

  it('writes a sign before the items of a checklist, and uploads no box', async () => {
    await begin('Checklist');
    const item = (words: string, checked: boolean): string =>
      `<li role="checkbox" aria-checked="${checked}"><img src="data:image/png;base64,${png.base64}" alt="box" aria-roledescription="checkbox"><p style="display:inline-block"><span>${words}</span></p></li>`;
    await carry('paste', { html: `<ul>${item('Water', false)}${item('Weed', true)}</ul><br class="Apple-interchange-newline">` });
    expect(await published('checklist')).to.equal('<ul><li><p>☐ Water</p></li><li><p>☑ Weed</p></li></ul>');
  });

  it('reads headings and lists of Word in a browser', async () => {
    await begin('From Word in a browser');
    const item = (tag: string, level: number, words: string): string =>
      `<div class="ListContainerWrapper"><${tag} role="list"><li data-listid="1" data-aria-level="${level}"><p><span>${words}</span><span class="EOP">&nbsp;</span></p></li></${tag}></div>`;
    const html = `<div><p role="heading" aria-level="1"><span>Head</span><span class="EOP">&nbsp;</span></p></div>${item('ul', 1, 'One')}${item('ul', 2, 'Inner')}${item('ul', 1, 'Two')}`;
    await carry('paste', { html });
    expect(await published('from-word-in-a-browser')).to.equal(
      '<h2>Head</h2><ul><li><p>One</p><ul><li><p>Inner</p></li></ul></li><li><p>Two</p></li></ul>',
    );
  });

  it('shows each paragraph in the direction of its own words', async () => {
    await begin('Directions');
    await carry('paste', { html: '<p dir="rtl">שלום עולם!</p><p>Hello!</p>' });
    await published('directions');
    const starts = await page.locator('.article-body p').evaluateAll((paragraphs) =>
      paragraphs.slice(0, 2).map((paragraph) => {
        const range = document.createRange();
        range.selectNodeContents(paragraph);
        const [words, column] = [range.getBoundingClientRect(), paragraph.getBoundingClientRect()];
        return Math.round(column.right - words.right) < Math.round(words.left - column.left) ? 'right' : 'left';
      }),
    );
    expect(starts).to.deep.equal(['right', 'left']);
  });

  it('shows lists, quotations and tables from the side where their words begin, in the editor and to readers', async () => {
    await begin('قائمة');
    const table = '<table><tr><td>واحد</td><td>اثنان</td></tr></table>';
    await carry('paste', {
      html: `<ul><li>خبز</li><li>ماء</li></ul><ol><li>Bread</li></ol><blockquote><p>قال</p></blockquote>${table}`,
    });
    const sides = (): Promise<readonly string[]> =>
      page.locator('.article-body, .tiptap').evaluate((body) => {
        const box = (selector: string): DOMRect => (body.querySelector(selector) as Element).getBoundingClientRect();
        const lists = ['ul', 'ol', 'blockquote'].map((name) => {
          const [outer, inner] = [box(name), box(`${name} > *`)];
          return outer.right - inner.right > inner.left - outer.left ? 'right' : 'left';
        });
        return [...lists, box('td').left > box('td + td').left ? 'right' : 'left'];
      });
    const shown = ['right', 'left', 'right', 'right'];
    expect(await sides()).to.deep.equal(shown);
    const title = await page.getByLabel('Title').evaluate((field) => getComputedStyle(field).direction);
    expect(title).to.equal('rtl');
    await page.getByLabel('Friendly Address').fill('arabic-list');
    expect(await published('arabic-list')).to.equal(
      '<ul><li><p>خبز</p></li><li><p>ماء</p></li></ul><ol><li><p>Bread</p></li></ol><blockquote><p>قال</p></blockquote><table tabindex="0"><tbody><tr><td><p>واحد</p></td><td><p>اثنان</p></td></tr></tbody></table>',
    );
    expect(await sides()).to.deep.equal(shown);
    expect(await page.getByRole('heading', { level: 1 }).evaluate((title) => getComputedStyle(title).direction)).to.equal('rtl');
    await page.goto('/web/home');
    const excerpt = page.getByText('خبز').first();
    expect(await excerpt.evaluate((words) => getComputedStyle(words).direction)).to.equal('rtl');
  });

  it('keeps the cells and rows of a table apart, no wider than a phone', async () => {
    await begin('A table');
    const html = '<table style="width:900pt"><tr><th>Name</th><th>Price</th></tr><tr><td>Tea</td><td>3</td></tr></table>';
    await carry('paste', { html });
    const body = await published('a-table');
    expect(body.replaceAll('<p>', '').replaceAll('</p>', '')).to.contain(
      '<table tabindex="0"><tbody><tr><th>Name</th><th>Price</th></tr><tr><td>Tea</td><td>3</td></tr></tbody></table>',
    );
    const phone = await browser.page(library.portal, { width: 390, height: 800 });
    await phone.goto('/web/home/articles/a-table');
    await phone.getByRole('cell', { name: 'Tea' }).waitFor();
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).to.be.at.most(390);
    await phone.close();
  });

  it('leaves editor and article accessible on a phone, with a table that is wider than it', async () => {
    const cells = (tag: string): string => Array.from({ length: 9 }, (_, index) => `<${tag}>Column${index}</${tag}>`).join('');
    const html = `<p>See</p><table><tr>${cells('th')}</tr><tr>${cells('td')}</tr></table><img src="https://example.org/a.png">`;
    const phone = await browser.page(library.portal, { person: author, width: 390, height: 800 });
    await phone.goto('/web/home/web-content/new');
    await phone.getByLabel('Title').fill('Wide');
    await carry('paste', { html }, text(phone));
    await carry('paste', { files: [png] }, text(phone));
    await text(phone).locator('img[src^="/web/home/documents-media/"]').click();
    await phone.getByLabel('Alternative Text').fill('Something');
    expect(await accessibilityFaults(phone)).to.deep.equal([]);
    await phone.getByRole('button', { name: 'Publish' }).click();
    await phone.waitForURL((url) => url.pathname === '/web/home/articles/wide');
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).to.be.at.most(390);
    expect(await accessibilityFaults(phone)).to.deep.equal([]);
    await phone.context().close();
  });

  it('makes a table that is written in, grown and taken away', async () => {
    await begin('My own table');
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await page.keyboard.type('Name');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Price');
    await page.getByRole('button', { name: 'Add Row' }).click();
    expect(await text().getByRole('row').count()).to.equal(4);
    expect(await text().getByRole('row').first().textContent())
      .to.contain('Name')
      .and.to.contain('Price');
    await page.getByRole('button', { name: 'Delete Table' }).click();
    expect(await text().getByRole('table').count()).to.equal(0);
  });

  it('takes pictures of elsewhere away whole, and says so', async () => {
    await begin('Pictures of elsewhere');
    const html =
      '<p>Before</p><img width="100" height="50" src="file:///C:/Users/ada/AppData/Local/Temp/clip_image002.png" alt="Chart"><p>After <a href="http://example.org/x">link</a> <a href="file:///C:/Users/ada/a.doc">file</a></p>';
    await carry('paste', { html });
    await page.getByText('One picture did not come along').waitFor();
    await page.getByText('This address stands as text and is no link').waitFor();
    await page.getByText('One link leads to a file of another computer, or nowhere: only the words came along.').waitFor();
    expect(await text().getByRole('img').count()).to.equal(0);
    expect(await published('pictures-of-elsewhere')).to.equal('<p>Before</p><p>After link (http://example.org/x) file</p>');
  });

  it('uploads a screenshot of the clipboard, with an alternative text that is written in the editor', async () => {
    await begin('A screenshot');
    await carry('paste', { files: [png] });
    await text().locator('img[src^="/web/home/documents-media/"]').click();
    await page.getByLabel('Alternative Text').fill('A small picture');
    const body = await published('a-screenshot');
    const [, view = ''] = /^<img src="([^"]+)" alt="A small picture">/.exec(body) ?? [];
    expect((await library.portal.agent().get(view)).type).to.equal('image/png');
    expect((await library.get('/web/home/documents-media')).text).to.contain('Pasted picture.png');
  });

  it('uploads a picture that is dropped on the text, also with others beside it, and stays on the page', async () => {
    await begin('A drop');
    await carry('drop', {
      files: [
        { ...png, name: 'dropped.png' },
        { name: 'a.txt', type: 'text/plain', base64: btoa('a') },
      ],
    });
    await page.getByText('a.txt is no picture.').waitFor();
    await text().locator('img[src^="/web/home/documents-media/"]').waitFor();
    await carry('drop', { files: [{ ...png, name: 'beside.png' }] }, page.getByRole('heading', { level: 1 }));
    expect(await published('a-drop')).to.match(/(?:<img src="\/web\/home\/documents-media\/documents\/[^"]+\/view">.*){2}/);
    const list = (await library.get('/web/home/documents-media')).text;
    expect(list).to.contain('dropped.png').and.to.contain('beside.png');
  });

  it('uploads pictures that are carried inside the HTML, beside its words', async () => {
    await begin('Inside');
    await carry('paste', { html: `<p>See:</p><img alt="Chart" src="data:image/png;base64,${png.base64}">` });
    expect(await published('inside')).to.match(
      /^<p>See:<\/p><img src="\/web\/home\/documents-media\/documents\/[^"]+\/view" alt="Chart">$/,
    );
  });

  it('says what is wrong with a picture that is refused, and leaves no frame', async () => {
    await begin('Refused');
    await page.keyboard.type('Words');
    await carry('paste', { files: [{ name: 'broken.png', type: 'image/png', base64: btoa('no picture') }] });
    await page.getByText('The picture is not in the article. broken.png is not an image, although its name says so.').waitFor();
    await text().locator('img').waitFor({ state: 'detached' });
    expect(await published('refused')).to.equal('<p>Words</p>');
  });

  it('says to a form without scripts what was taken away from its text', async () => {
    const body =
      '<p>a</p><img src="https://example.org/a.png"><iframe src="https://example.org"></iframe><a href="http://b.example">b</a>';
    const saved = await library.form('/web/home/web-content/new', { title: 'Sent', body, intent: 'draft' });
    const { text: answer } = await library.get(saved.headers.location ?? '');
    expect(answer).to.contain('One picture was left out').and.to.contain('One video, frame or drawing was left out');
    expect(answer).to.contain('http://b.example');
  });
});
