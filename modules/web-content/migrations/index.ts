import { AddCreatedForm1764610000000 } from './add-created-form.js';
import { AddDrafts1764510000000 } from './add-drafts.js';
import { CreateArticles1763800000000 } from './create-articles.js';
import { SortArticlesByNumber1764640000000 } from './sort-articles-by-number.js';
import { SortArticlesByTitle1764600000000 } from './sort-articles-by-title.js';

export default [
  CreateArticles1763800000000,
  AddDrafts1764510000000,
  SortArticlesByTitle1764600000000,
  AddCreatedForm1764610000000,
  SortArticlesByNumber1764640000000,
];
