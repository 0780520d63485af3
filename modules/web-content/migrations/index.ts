import { AddCreatedForm1764520000000 } from './add-created-form.js';
import { AddDrafts1764510000000 } from './add-drafts.js';
import { CreateArticles1763800000000 } from './create-articles.js';

export default [CreateArticles1763800000000, AddDrafts1764510000000, AddCreatedForm1764520000000];
