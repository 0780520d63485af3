import { cutName, type Translate } from '@portico/core/client';
import type { AddedDocument } from '@portico/documents-media/api';
import { ask } from './requests.js';

export interface SimilarDocument extends AddedDocument {
  readonly page: string;
  readonly thumbnail?: string;
  readonly description?: string;
}

const pauseMillis = 600;
const fewestLetters = 6;

/** While somebody types, images of the site with a similar description are offered, and what is sent is said where that is less. @returns what takes the offer away. */
export function offerSimilar(
  field: HTMLTextAreaElement,
  box: HTMLElement,
  translate: Translate,
  use: (document: SimilarDocument) => void,
): () => void {
  let timer: number | undefined;
  let asked = 0;
  const look = async (): Promise<void> => {
    const description = field.value.trim().slice(0, 1000);
    const turn = ++asked;
    const answer =
      description === '' || (description.length < fewestLetters && !/[<|]/.test(description))
        ? undefined
        : await ask<{ documents: readonly SimilarDocument[]; sent?: string }>(
            `${box.dataset.similar}?${new URLSearchParams({ description })}`,
          );
    if (turn !== asked) return;
    const { documents = [], sent } = answer?.body ?? {};
    const line = field.form?.querySelector('[data-sent]');
    if (line) line.textContent = sent === undefined ? '' : translate('create.sent', { text: sent });
    box.hidden = documents.length === 0;
    box.querySelector('ul')?.replaceChildren(...documents.map((document) => entry(document, translate, use)));
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void look(), pauseMillis);
  });
  return () => {
    clearTimeout(timer);
    asked += 1;
    box.hidden = true;
  };
}

function entry(document: SimilarDocument, translate: Translate, use: (document: SimilarDocument) => void): HTMLElement {
  const picture = window.document.createElement('img');
  picture.src = document.thumbnail ?? document.view;
  picture.alt = '';
  const button = window.document.createElement('button');
  button.type = 'button';
  button.title = document.description ?? document.name;
  button.setAttribute('aria-label', translate('create.similar-use', { name: document.name }));
  const name = window.document.createElement('span');
  name.className = 'small one-line';
  name.dir = 'auto';
  name.append(cutName(document.name));
  button.append(picture, name);
  button.addEventListener('click', () => use(document));
  const item = window.document.createElement('li');
  item.append(button);
  return item;
}
